import { readable } from './readable.ts';
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

/** Codes by which a resource says that what it names is not, was not, or is not to be. */
const DENIALS = new Set(
  'not-done refuted entered-in-error cancelled not-taken stopped abandoned declined rejected revoked inactive resolved'.split(
    ' ',
  ),
);
const STATUS_FIELDS = ['status', 'verificationStatus.coding.0.code', 'clinicalStatus.coding.0.code'];

/**
 * What a resource says beside its title, for one line: the result of an observation with its parts, how a drug is to be taken, and
 * whether it says that it does not hold.
 */
export function mainValue(resource: Resource): string | undefined {
  const denials = STATUS_FIELDS.map((field) => textAt(resource, field)).filter(
    (s) => s !== undefined && DENIALS.has(s),
  );
  const results = readable({
    ...Object.fromEntries(Object.entries(resource).filter(([field]) => /^(value[A-Z]|component$)/.test(field))),
  });
  const parts = results.map(({ label, text }) => {
    const name = label.replace(/^(Result|Component)(: )?/, '');
    return name === '' ? text : `${name} ${text}`;
  });
  const dose = textAt(resource, 'dosageInstruction.0.text') ?? textAt(resource, 'dosage.0.text');
  const said = [
    ...denials,
    ...(at(resource, 'doNotPerform') === true ? ['do not perform'] : []),
    ...parts,
    ...(dose === undefined ? [] : [dose]),
  ];
  return said.length === 0 ? undefined : said.join(', ');
}
