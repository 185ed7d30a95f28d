import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FINDINGS, HL7_CODES, TESTS_BESIDE, UNITS } from '../../../../extension/core/deident/common-codes.ts';
import { TYPES } from '../../../../extension/core/deident/types.ts';
import { type Resource } from '../../../../extension/core/fhir/resource.ts';
import { Directory } from '../../../../extension/core/forms/directory/directory.ts';
import { VITALS } from '../../../../extension/core/import/vitals.ts';
import { ROOT } from '../../../../scripts/lib/paths.ts';
import { made, records, textOf, WHOLE } from './support.ts';

/** Puts a text in the place of one thing in a resource, behind it where that is a text, and beside what it has. */
function planted(value: unknown, text: string, place: { n: number }, at: number): unknown {
  const here = place.n++ === at;
  if (Array.isArray(value)) {
    const all = (value as unknown[]).map((one) => planted(one, text, place, at));
    return here ? [...all, text] : all;
  }
  if (typeof value === 'object' && value !== null) {
    const all = Object.entries(value).map(([key, one]) => [key, planted(one, text, place, at)] as const);
    return here
      ? { ...Object.fromEntries(all), [text]: text, display: text, text, div: text, value: text }
      : Object.fromEntries(all);
  }
  if (!here) return value;
  return typeof value === 'string' && text.length % 2 === 0 ? `${value}${text}` : text;
}
/** As many places as there are. */
const placesIn = (value: unknown): number => {
  const place = { n: 0 };
  planted(value, '', place, -1);
  return place.n;
};

describe('what leaves for research', () => {
  it.each(records)('of %s is one person, and everything is taken or counted', (_name, items) => {
    const { resources, left, types } = made(items);
    const patients = items.filter(({ resource }) => resource.resourceType === 'Patient').length;
    const counted = Object.values(left).reduce((n, one) => n + one, 0);
    expect(resources.length - 1 + counted).toBe(items.length - patients);
    expect(types['Patient']).toBe(1);
  });

  it('has each type that may leave, with its references to what is in the file', () => {
    const found = made(WHOLE);
    expect(Object.keys(found.types).sort()).toEqual(Object.keys(TYPES).sort());
    const by = (type: string) => found.resources.find(({ resourceType }) => resourceType === type)!;
    const to = (type: string) => ({ reference: `${type}/${String(by(type)['id'])}` });
    expect(by('DiagnosticReport')['result']).toEqual([to('Observation')]);
    expect(by('MedicationStatement')).toMatchObject({ medicationReference: to('Medication'), subject: to('Patient') });
    expect(by('Condition')).toMatchObject({ encounter: to('Encounter'), recordedDate: '2018-08-17' });
    expect(by('MedicationRequest')['reasonReference']).toEqual([to('Condition')]);
    expect(by('Patient')).toEqual({
      resourceType: 'Patient',
      id: expect.any(String) as string,
      gender: 'female',
      birthDate: '1983',
      deceasedBoolean: false,
      address: [{ country: 'DE' }],
    });
  });

  it('has no text that was planted anywhere in a record', () => {
    const all = [...records.map(([, items]) => items.map(({ resource }) => resource)), WHOLE].flat();
    fc.assert(
      fc.property(
        fc.nat(all.length - 1),
        fc.nat(),
        fc.string({ minLength: 12, maxLength: 40, unit: 'grapheme' }),
        (n, at, text) => {
          const resource = all[n]!;
          const so = planted(resource, text, { n: 0 }, at % placesIn(resource));
          const { resourceType } = resource;
          const found = made([{ ...(so as object), resourceType }, ...WHOLE]);
          // What JSON escapes is looked for as it is, too.
          expect(stringsIn(found.resources).filter((one) => one.includes(text))).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('has no text that was planted in any place of each type', () => {
    // The one stands behind what was there, the other in its place.
    for (const [resource, text] of WHOLE.flatMap((one) =>
      ['Zorblax-9931', 'Zorblax-9931-Quimby'].map((text) => [one, text] as const),
    )) {
      for (let at = 0; at < placesIn(resource); at++) {
        const so = planted(resource, text, { n: 0 }, at) as Resource;
        const { resourceType } = resource;
        expect(textOf(made([{ ...so, resourceType }, ...WHOLE])), `${resourceType} ${at}`).not.toContain('Zorblax');
      }
    }
  });

  it.each(records)(
    'of %s is made of nothing but words of closed lists, dates, numbers and fresh ids',
    (_name, items) => {
      const known = closedWords();
      const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
      const isKnown = (text: string) =>
        known.has(text) ||
        COUNTRY.test(text) ||
        BROADER.test(text) ||
        /^\d{4}(-\d\d(-\d\d)?)?$/.test(text) ||
        UUID.test(text.split('/').at(-1) ?? '');
      expect(stringsIn(made(items).resources).filter((text) => !isKnown(text))).toEqual([]);
    },
  );
});

/** All texts in a value, keys too. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => [...(Array.isArray(value) ? [] : [key]), ...stringsIn(one)]);
}
/** Every word that may come out: of lists in the program, and names of fields and types. */
function closedWords(): Set<string> {
  const listed = new Directory('en').all().flatMap(([, some]) => some);
  const rows = `${TESTS_BESIDE}\n${FINDINGS}`.split('\n').flatMap((row) => row.split('|'));
  const fields = readFileSync(join(ROOT, 'extension/core/deident/types.ts'), 'utf8').match(/[A-Za-z0-9-]+/g) ?? [];
  const systems = 'http://loinc.org http://snomed.info/sct http://www.whocc.no/atc http://unitsofmeasure.org';
  const ours =
    'resourceType id coding system code display text reference value unit comparator low start end numerator denominator';
  return new Set([
    ...listed.flatMap(({ code, names }) => [...(code?.split('|') ?? []), ...names]),
    ...rows,
    ...Object.values(VITALS).flatMap(({ loinc, name }) => [loinc, name]),
    ...Object.entries(HL7_CODES).flatMap(([system, some]) => [system, ...some.split(' ')]),
    ...[...fields, ...systems.split(' '), ...ours.split(' '), ...UNITS],
    ...['<', '<=', '>', '>='],
  ]);
}
const COUNTRY = /^[A-Z]{2}$/;
/** What a code is told by more broadly: chapters of ICD-10, groups of ATC. */
const BROADER = /^[A-Z]\d\d-[A-Z]\d\d$|^[A-Z](\d\d[A-Z]{0,2})?$/;
