import { codedIn, codingsOf, conceptText, personName } from './concept.ts';
import { measuresOf, type Measure } from './present/measures.ts';
import { statusOf, type ItemStatus } from './present/status.ts';
import { rowOf } from './present/table.ts';
import { digitsAt } from './lossless.ts';
import { referenceOf, withinItself, type Resolve } from './references.ts';
import { at, textAt, type Resource } from './resource.ts';
import { select } from './select.ts';

export interface Description {
  /** What a person would call it; empty when the resource says nothing, so that the screen can say so in its language. */
  readonly title: string;
  /** FHIR date or dateTime as written (possibly a year only): when it was so, or was done; never when it was stored. */
  readonly date?: string;
  /** Main code as `system|code`. */
  readonly code?: string;
  readonly status?: ItemStatus;
  /** What it says beside its title, as it was written: a result in words, a dose. */
  readonly value?: string;
  readonly measures?: readonly Measure[];
  /** Reference to the visit that it belongs to, as it was written. */
  readonly visit?: string;
}

/** What a row of the table names: a text, a person, a concept, or a reference by its words. */
function nameAt(resource: Resource, path: string): string | undefined {
  // Of several names of a person the one that is meant for use.
  const whole = at(resource, path);
  const person =
    Array.isArray(whole) && whole.some((one) => at(one, 'family') ?? at(one, 'given')) ? personName(whole) : undefined;
  if (person !== undefined) return person;
  for (const found of select(resource, path)) {
    const name = typeof found === 'object' && 'family' in Object(found) ? personName(found) : nameOf(found);
    if (name !== undefined) return name;
  }
  return undefined;
}
const nameOf = (found: unknown): string | undefined =>
  at(found, 'given') !== undefined ? personName(found) : conceptText(found);

/** Codes that are no name: those of a class or a use, numbers of a terminology, and those by which IPS says that nothing is known. */
const BARE_CODE = /^([A-Z]{2,8}|\d+(-\d)?|no-[a-z-]+)$/;

/**
 * Title, date, code and status of any resource, for lists; taken from the resource's own words and those of what it refers to.
 * @param resolve finds what it refers to; by itself only what it contains
 */
export function describe(resource: Resource, resolve: Resolve = withinItself): Description {
  const row = rowOf(resource.resourceType);
  const measures = measuresOf(resource);
  const date = row.date.map((path) => dateAt(resource, path)).find((found) => found !== undefined);
  const [coding] = codedIn((row.code ?? []).flatMap((path) => select(resource, path)));
  const code = coding === undefined ? codeOfNamed(resource, resolve) : `${coding.system}|${coding.code}`;
  const status = statusOf(resource);
  const value = valueText(resource);
  const visit = referenceOf(at(resource, 'encounter')) ?? referenceOf(at(resource, 'context'));
  return {
    title: titleOf(resource, resolve),
    ...(date !== undefined && { date }),
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
    ...(value !== undefined && { value }),
    ...(measures.length > 0 && { measures }),
    ...(visit !== undefined && { visit }),
  };
}

function titleOf(resource: Resource, resolve: Resolve): string {
  const row = rowOf(resource.resourceType);
  const told = row.title.map((path) => nameAt(resource, path)).filter((name) => name !== undefined);
  const worded = told.find((name) => !BARE_CODE.test(name));
  if (worded !== undefined) return worded;
  for (const { name, display } of named(resource, resolve)) if (name || display) return name || (display ?? '');
  return wordOf(resource) ?? '';
}

/** A short word that somebody wrote and that is none of the codes. A bare code is told by the screen, which can look it up. */
function wordOf(resource: Resource): string | undefined {
  for (const found of rowOf(resource.resourceType).title.flatMap((path) => select(resource, path))) {
    const text = typeof found === 'string' ? found.trim() : textAt(found, 'text');
    const codes = typeof found === 'string' ? [] : codingsOf(found).map(({ code }) => code);
    if (text && /^[A-Z]+$/.test(text) && !codes.includes(text)) return text;
  }
  return undefined;
}

/** What names it in its place, such as the drug of an order, and the words that stand at the reference. */
function* named(
  resource: Resource,
  resolve: Resolve,
): Iterable<{ target?: Resource; name: string; display?: string | undefined }> {
  for (const path of rowOf(resource.resourceType).named ?? []) {
    for (const reference of select(resource, path)) {
      const target = resolve(reference, resource);
      const display = textAt(reference, 'display') ?? textAt(reference, 'reference.display');
      // What it refers to is followed once: a circle leads nowhere.
      if (target !== undefined) yield { target, name: titleOf(target, withinItself), display };
      else yield { name: '', display };
    }
  }
}

function codeOfNamed(resource: Resource, resolve: Resolve): string | undefined {
  for (const { target } of named(resource, resolve)) {
    const [coding] = codedIn(select(target, 'code'));
    if (coding !== undefined) return `${coding.system}|${coding.code}`;
  }
  return undefined;
}

/** A date with a year that a calendar has. */
function dateAt(resource: Resource, path: string): string | undefined {
  const found = select(resource, path).find((one) => typeof one === 'string' && /^\d{4}(?!\d)/.test(one.trim()));
  return typeof found === 'string' ? found.trim() : undefined;
}

/** A result in words, or how a drug is taken. Numbers are {@link Description.measures}. */
function valueText(resource: Resource): string | undefined {
  if (resource.resourceType === 'Observation') {
    const said = [
      'valueCodeableConcept',
      'valueString',
      'valueRatio',
      'valueRange',
      'valueBoolean',
      'valueDateTime',
      'valueTime',
    ].flatMap((path) => select(resource, path));
    const texts = said.map(textOfValue).filter((text) => text !== undefined);
    return texts[0];
  }
  if (resource.resourceType === 'Patient') return textAt(resource, 'birthDate');
  if (resource.resourceType === 'DiagnosticReport') return textAt(resource, 'conclusion');
  if (resource.resourceType === 'AllergyIntolerance') {
    const reactions = select(resource, 'reaction.manifestation').map(conceptText);
    return [...new Set(reactions.filter((text) => text !== undefined))].join(', ') || undefined;
  }
  if (resource.resourceType === 'Communication') return textAt(resource, 'payload.0.contentString');
  const [dose] = [
    ...select(resource, 'dosageInstruction.text'),
    ...select(resource, 'dosage.text'),
    ...select(resource, 'dosage'),
  ];
  return typeof dose === 'string' ? dose.trim() || undefined : undefined;
}

function textOfValue(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  if (typeof value !== 'object') return undefined;
  const [over, under] = ['numerator', 'denominator'].map((part) => digitsAt(value, `${part}.value`));
  if (over !== undefined) return under === undefined ? over : `${over}:${under}`;
  const [low, high] = ['low', 'high'].map((end) => digitsAt(value, `${end}.value`));
  if (low !== undefined || high !== undefined) return `${low ?? ''}–${high ?? ''}`;
  return conceptText(value);
}
