import Papa from 'papaparse';
import type { Bytes } from '../bytes.ts';
import type { Resource } from '../fhir/resource.ts';
import { chosenOf, headerDigest, orderOf, questionOf } from './csv-columns.ts';
import { guessColumns, guessMapping, mappingOf, numberIn, whenOf, type CsvMapping } from './csv-mapping.ts';
import { documentOf } from './document.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { textOf } from './text.ts';
import { bloodPressure, coded, observation, quantity, VITALS } from './vitals.ts';

const MOST_BYTES = 32 * 1_048_576;
const SAMPLES = 200;
const MOST_NOTE = 2_000;

/** Rows of a table (RFC 4180, and what is written in its place), with whatever stands between its columns. */
function rowsOf(text: string): string[][] {
  const { data, errors } = Papa.parse<string[]>(text, {
    skipEmptyLines: 'greedy',
    delimitersToGuess: [';', ',', '\t', '|'],
  });
  // A letter with commas and quotation marks is no table.
  return errors.some(({ type }) => type === 'Quotes') ? [] : data;
}

/** The observations of one row; none where it has no day or no value. */
function observationsOf(
  row: readonly string[],
  { date, time, decimal, values: columns, notes }: CsvMapping,
): Resource[] {
  const values = columns.map((one) => ({ ...one, unit: row[one.unitColumn ?? -1]?.trim() || one.unit }));
  const day = [row[date.column] ?? '', time === undefined ? '' : (row[time] ?? '')].join(' ').trim();
  const when = whenOf(day, date.order);
  if (when === undefined) return [];
  const written = notes.map((column) => (row[column] ?? '').trim()).filter((note) => note !== '');
  /** What each observation of the row has. */
  const shared = {
    effectiveDateTime: when,
    ...(written.length > 0 && { note: written.map((text) => ({ text: text.slice(0, MOST_NOTE) })) }),
  };
  const numbers = values.map((value) => ({ ...value, number: numberIn(row[value.column] ?? '', decimal) }));
  const of = (name: string) => numbers.find(({ vital, number }) => vital === name && number !== undefined);
  const part = (name: string) => {
    const one = of(name);
    return one?.number === undefined ? undefined : quantity(one.number, one.unit);
  };
  const pressure = pressureOf(row, values) ?? [part('systolic'), part('diastolic')];
  const [systolic, diastolic] = pressure;
  const others = numbers.flatMap(({ vital, unit, number }) => {
    if (number === undefined || vital === 'pressure' || vital === 'systolic' || vital === 'diastolic') return [];
    const { name, loinc, category } = VITALS[vital === 'glucose' && /mol/i.test(unit) ? 'glucoseMolar' : vital];
    const code = vital === 'glucose' && unit === '' ? { text: name } : coded(loinc, name);
    return [observation(code, category, { ...shared, valueQuantity: quantity(number, unit) })];
  });
  return [...(systolic || diastolic ? [bloodPressure(shared, systolic, diastolic)] : []), ...others];
}

function pressureOf(row: readonly string[], values: CsvMapping['values']) {
  const both = values.find(({ vital }) => vital === 'pressure');
  const [, systolic, diastolic] = /^\s*(\d{2,3})\s*\/\s*(\d{2,3})\b/.exec(row[both?.column ?? -1] ?? '') ?? [];
  if (both === undefined || systolic === undefined || diastolic === undefined) return undefined;
  return [quantity(Number(systolic), both.unit), quantity(Number(diastolic), both.unit)] as const;
}

/**
 * A table of what somebody measured. Each row gives observations, and the table is kept beside them: columns are recognised by their
 * headings, which may be wrong, or are what the person said. What is no such table is a document.
 */
export async function* readCsv(source: Source, { signal, tables }: ReadContext, head: Bytes): AsyncGenerator<Found> {
  const { text, remark } = await textOf(source, MOST_BYTES);
  const [header = [], ...rows] = rowsOf(text.replace(/^\uFEFF/, ''));
  const samples = rows.slice(0, SAMPLES);
  const digest = await headerDigest(header);
  const chosen = chosenOf(tables?.get(digest), header);
  const guessed = guessColumns(header, samples);
  const mapping = chosen
    ? mappingOf(chosen.columns, orderOf(chosen.columns, chosen.order, samples), samples)
    : guessMapping(guessed, samples);
  const table = questionOf(source.name, digest, header, samples, guessed, chosen);
  if (table) yield { kind: 'said', table };
  const mediaType = mediaTypeOf(head, source.name, source.type);
  const document = await documentOf(source, mediaType === 'text/plain' ? 'text/csv' : mediaType, head);
  if (mapping === undefined) {
    const isCsv = mediaType === 'text/csv' || mediaType === 'text/tab-separated-values';
    if (!isCsv && !table) yield { kind: 'said', format: 'text' };
    yield { ...document, mediaType };
    return;
  }
  if (remark) yield { kind: 'said', remark };
  if (mapping === 'unclear') {
    yield { kind: 'said', remark: 'dates-unclear' };
    yield { ...document, remarks: ['dates-unclear'] };
    return;
  }
  yield { kind: 'said', remark: chosen ? 'columns-chosen' : 'columns-guessed' };
  yield document;
  for (const row of rows) {
    signal?.throwIfAborted();
    const resources = observationsOf(row, mapping);
    for (const resource of resources) yield { kind: 'resource', resource };
    if (resources.length === 0) yield { kind: 'skipped', reason: 'bad-row' };
  }
}
