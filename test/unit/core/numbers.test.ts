import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../../extension/core/bytes.ts';
import { canonicalBytes, isSameResource } from '../../../extension/core/fhir/canonical.ts';
import { parseLossless, parseShown } from '../../../extension/core/fhir/lossless.ts';
import { measuresOf } from '../../../extension/core/fhir/present/measures.ts';
import { digits } from '../../../extension/core/fhir/present/words.ts';
import type { Resource } from '../../../extension/core/fhir/resource.ts';
import { planImport } from '../../../extension/core/records/importer.ts';

const context = { name: 'a.json', source: 'a.json', known: { digests: [] }, validate: () => [] };
const canonical = (text: string) => fromUtf8(canonicalBytes(parseLossless(text)));
const plan = (text: string) => planImport(new Blob([text], { type: 'application/json' }), context);
const NUMBERS = [
  '4.50',
  '1.0',
  '1.00',
  '9007199254740993',
  '0.12345678901234567890123',
  '1.2E+2',
  '1e400',
  '-0',
  '-0.0',
];

describe('numbers', () => {
  it.each([...NUMBERS, '0', '-1', '4.5', '123456789.123456789', '0.0000001', '5e-324'])(
    'keep their text: %s',
    (number) => {
      const text = `{"b":[${number},{"value":${number}}],"a":${number}}`;
      expect(canonical(text)).toBe(`{"a":${number},"b":[${number},{"value":${number}}]}`);
    },
  );

  it('are sealed as they are in the file, wherever in a resource they stand', async () => {
    const observation = (number: string) =>
      `{"resourceType":"Observation","valueQuantity":{"value":${number}},"component":[{"valueDecimal":${number}}],"top":${number}}`;
    const entries = NUMBERS.map((number) => `{"resource":${observation(number)}}`).join();
    const { report, items } = await plan(`{"resourceType":"Bundle","entry":[${entries}]}`);
    expect(report.taken).toBe(NUMBERS.length);
    const texts = [...items.values()].flat().map(({ plaintext }) => fromUtf8(plaintext as Uint8Array));
    for (const [i, number] of NUMBERS.entries()) expect(texts[i]?.split(number).length).toBeGreaterThanOrEqual(4);
    const [alone] = (await plan(observation('4.50'))).items.get('unsorted') ?? [];
    expect(fromUtf8(alone?.plaintext as Uint8Array)).toContain('"value":4.50}');
  });

  it('make two resources that differ in them two, and the same one twice one', async () => {
    const one = (number: string) => `{"resource":{"resourceType":"Observation","value":${number}}}`;
    const { report } = await plan(
      `{"resourceType":"Bundle","entry":[${[one('1.0'), one('1.00'), one('1.0')].join()}]}`,
    );
    expect([report.taken, report.skipped.map((s) => s.reason)]).toEqual([2, ['already-here']]);
  });

  it('are listed as they were written', () => {
    const listed = (number: string) =>
      measuresOf(
        parseShown(`{"resourceType":"Observation","valueQuantity":{"value":${number},"unit":"mg"}}`) as Resource,
      );
    for (const number of [...NUMBERS, '7']) expect(listed(number)).toEqual([{ value: number, unit: 'mg' }]);
  });

  it('are in the index of what is sealed as they were written', async () => {
    const low = '"referenceRange":[{"low":{"value":3.50}}]';
    const { items } = await plan(
      `{"resourceType":"Observation","code":{"text":"Glucose"},"valueQuantity":{"value":4.50,"unit":"mg"},${low}}`,
    );
    expect(items.get('results')?.[0]?.measures).toEqual([{ value: '4.50', unit: 'mg', low: '3.50' }]);
    const ratio = '{"numerator":{"value":1.0},"denominator":{"value":128}}';
    const titre = await plan(`{"resourceType":"Observation","code":{"text":"Glucose"},"valueRatio":${ratio}}`);
    expect(titre.items.get('results')?.[0]?.value).toBe('1.0:128');
  });

  it('are read with the digits that count, in the way of the reader’s language', () => {
    expect(['4.50', '1.0', '12', '9007199254740993', '-0', '1e400'].map((n) => digits(n, 'en'))).toEqual([
      '4.50',
      '1.0',
      '12',
      '9,007,199,254,740,993',
      '-0',
      '1e400',
    ]);
    expect(['170.5547225533381', '0.000123456', '296.66'].map((n) => digits(n, 'en'))).toEqual([
      '170.55',
      '0.000123',
      '296.66',
    ]);
    expect(digits('4.50', 'de')).toBe('4,50');
  });

  it('are compared as JavaScript has them, for a page that has no others', () => {
    const recorded = utf8(canonical('{"a":4.50,"b":9007199254740993,"c":"x"}'));
    expect(isSameResource(recorded, { c: 'x', b: 9007199254740992, a: 4.5 })).toBe(true);
    expect(isSameResource(recorded, { c: 'x', b: 9007199254740992, a: 4.51 })).toBe(false);
    expect(isSameResource(recorded, { c: 'x', a: 4.5 })).toBe(false);
    expect(isSameResource(utf8('no JSON'), {})).toBe(false);
  });
});

describe('canonical JSON', () => {
  it('is RFC 8785 for everything else', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(fromUtf8(canonicalBytes(plain))).toBe(canonicalize(plain));
      }),
    );
  });

  it('takes what is nested deeper than a stack, and half characters', () => {
    const deep = `${'['.repeat(200_000)}1.0${']'.repeat(200_000)}`;
    expect(canonicalBytes(JSON.parse(deep.replace('1.0', '1'))).byteLength).toBe(deep.length - 2);
    expect(canonical('{"a":"\\ud800"}')).toBe('{"a":"\\ud800"}');
  });
});
