import { at, listAt, textAt, type Resource } from './resource.ts';

export interface Description {
  /** What a person would call it; empty when the resource says nothing, so that the screen can say so in its language. */
  readonly title: string;
  /** FHIR date or dateTime as written (possibly a year only). */
  readonly date?: string;
  /** Main code as `system|code`. */
  readonly code?: string;
}

const CODE_FIELDS = [
  'code',
  'medicationCodeableConcept',
  'vaccineCode',
  'type',
  'class',
  'category',
  'scope',
  'serviceType',
];
// prettier-ignore
const DATE_FIELDS = [
  'effectiveDateTime', 'effectivePeriod.start', 'effectiveInstant', 'onsetDateTime', 'onsetPeriod.start', 'occurrenceDateTime',
  'performedDateTime', 'performedPeriod.start', 'authoredOn', 'dateAsserted', 'whenHandedOver', 'period.start', 'started',
  'recordedDate', 'assertedDate', 'dateTime', 'date', 'created', 'issued', 'recorded', 'meta.lastUpdated',
];

const conceptText = (concept: unknown): string | undefined =>
  textAt(concept, 'text') ??
  listAt(concept, 'coding')
    .map((coding) => textAt(coding, 'display'))
    .find((display) => display !== undefined) ??
  textAt(concept, 'display') ??
  textAt(concept, 'coding.0.code');

function nameText(resource: Resource): string | undefined {
  const name = at(resource, 'name');
  if (typeof name === 'string') return name;
  const human: unknown = Array.isArray(name) ? (name as unknown[])[0] : name;
  const parts = [...listAt(human, 'given'), textAt(human, 'family')].filter((p): p is string => typeof p === 'string');
  return textAt(human, 'text') ?? (parts.length > 0 ? parts.join(' ') : undefined);
}

/** Title, date and code of any resource, for lists; taken from the resource's own words. */
export function describe(resource: Resource): Description {
  const concepts = CODE_FIELDS.map((f) => at(resource, f)).map((c): unknown =>
    Array.isArray(c) ? (c as unknown[])[0] : c,
  );
  const title =
    nameText(resource) ??
    textAt(resource, 'title') ??
    concepts.map(conceptText).find((t) => t !== undefined) ??
    textAt(resource, 'medicationReference.display') ??
    textAt(resource, 'description') ??
    textAt(resource, 'deviceName.0.name') ??
    '';
  const date = DATE_FIELDS.map((f) => textAt(resource, f)).find((d) => d !== undefined && /^\d{4}/.test(d));
  const coding = concepts.map((c): unknown => listAt(c, 'coding')[0]).find((c) => c !== undefined);
  const code = textAt(coding, 'code');
  return {
    title,
    ...(date === undefined ? {} : { date }),
    ...(code === undefined ? {} : { code: `${textAt(coding, 'system') ?? ''}|${code}` }),
  };
}
