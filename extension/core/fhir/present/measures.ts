import { codedIn, conceptText } from '../concept.ts';
import { digitsAt } from '../lossless.ts';
import { at, listAt, textAt, type Resource } from '../resource.ts';
import { select } from '../select.ts';

/** A number that was measured. Digits are as they were written. */
export interface Measure {
  /** Of a part, such as the systolic one of a blood pressure. */
  readonly name?: string;
  /** `system|code` of a part. */
  readonly code?: string;
  readonly value: string;
  readonly comparator?: string;
  readonly unit?: string;
  /** UCUM. */
  readonly ucum?: string;
  /** Of the range that it was compared with. */
  readonly low?: string;
  readonly high?: string;
  /** HL7 v3 ObservationInterpretation, such as `H`. */
  readonly flag?: string;
}

/** Parts of one observation that are kept in a list. */
const MOST_MEASURES = 8;
const UCUM = 'http://unitsofmeasure.org';

/** What an Observation measured: itself, and its parts. */
export function measuresOf(resource: Resource): Measure[] {
  if (resource.resourceType !== 'Observation') return [];
  const own = measureIn(resource);
  const parts = listAt(resource, 'component').flatMap((part) => {
    const measure = measureIn(part);
    if (measure === undefined) return [];
    const name = conceptText(at(part, 'code'));
    const codings = codedIn([at(part, 'code')]);
    const coding = codings.find(({ system }) => system === 'http://loinc.org') ?? codings[0];
    return [{ ...(name && { name }), ...(coding && { code: `${coding.system}|${coding.code}` }), ...measure }];
  });
  return [...(own ? [own] : []), ...parts].slice(0, MOST_MEASURES);
}

function measureIn(holder: unknown): Measure | undefined {
  const value = at(holder, 'valueQuantity');
  const digits = ['valueQuantity.value', 'valueInteger', 'valueDecimal']
    .map((path) => digitsAt(holder, path))
    .find((found) => found !== undefined);
  if (digits === undefined) return undefined;
  const [unit, code] = [textAt(value, 'unit'), textAt(value, 'code')];
  const ucum = textAt(value, 'system') === UCUM ? code : undefined;
  const shown = unit ?? code;
  const comparator = textAt(value, 'comparator');
  // The one for everybody, where several are told apart by age or sex.
  const ranges = listAt(holder, 'referenceRange');
  const range =
    ranges.find((one) => select(one, 'appliesTo').length === 0 && at(one, 'age') === undefined) ?? ranges[0];
  const [low, high] = ['low', 'high'].map((end) => digitsAt(range, `${end}.value`));
  const flag = codedIn(select(holder, 'interpretation'))[0]?.code;
  return {
    value: digits,
    ...(comparator !== undefined && { comparator }),
    ...(shown !== undefined && shown !== '1' && { unit: shown }),
    ...(ucum !== undefined && { ucum }),
    ...(low !== undefined && { low }),
    ...(high !== undefined && { high }),
    ...(flag !== undefined && { flag }),
  };
}

/** Whether something that was measured lies outside the range that it was reported with; with a comparator, as far as that says. */
export function besideRange(measures: readonly Measure[] = []): 'below' | 'above' | undefined {
  for (const { value, comparator = '', low, high } of measures) {
    const [at, least, most] = [value, low, high].map((digits) => Number(digits ?? Number.NaN));
    if (at === undefined || Number.isNaN(at)) continue;
    if (least !== undefined && at < least && !comparator.startsWith('>')) return 'below';
    if (most !== undefined && at > most && !comparator.startsWith('<')) return 'above';
  }
  return undefined;
}
