import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytes,
  bundle,
  formatOf,
  mutated,
  patient,
  planned,
  plannedOrRefused,
  remarksOf,
  sodium,
  stored,
  titles,
} from './support.ts';

const json = JSON.stringify;
const both = [patient, sodium];

const utf16 = (text: string, isBig: boolean, mark = true): Uint8Array => {
  const units = [...(mark ? '\uFEFF' : ''), ...text].join('');
  const view = new DataView(new ArrayBuffer(units.length * 2));
  for (let i = 0; i < units.length; i++) view.setUint16(i * 2, units.charCodeAt(i), !isBig);
  return new Uint8Array(view.buffer);
};

describe('FHIR as JSON, in whatever shape', () => {
  it.each<[string, unknown]>([
    ['a bundle', bundle],
    ['a list of resources', both],
    ['a list of entries', [{ fullUrl: 'x', resource: patient }, { resource: sodium }]],
    ['entries without their wrapping', { resourceType: 'Bundle', entry: both }],
    ['a bundle in a bundle', { resourceType: 'Bundle', type: 'batch-response', entry: [{ resource: bundle }] }],
    ['parameters', { resourceType: 'Parameters', parameter: [{ name: 'return', resource: bundle }] }],
    [
      'parts of parameters',
      {
        resourceType: 'Parameters',
        parameter: [{ name: 'a', part: both.map((resource) => ({ name: 'b', resource })) }],
      },
    ],
    ['a wrapper', { resource: bundle }],
    ['a wrapper of somebody’s own', { data: { records: both }, app: 'x' }],
    ['a text in a text', json(bundle)],
    ['a text in a wrapper', { payload: json(bundle) }],
  ])('%s', async (_, shape) => {
    for (const text of [json(shape), `\uFEFF ${json(shape)}\n`, JSON.stringify(shape, null, 2)]) {
      const plan = await planned(text, 'x.txt');
      expect(formatOf(plan)).toBe('fhir-json');
      expect(stored(plan)).toEqual(both);
    }
  });

  it.each([
    ['UTF-8 with a mark', bytes(`\uFEFF${json(bundle)}`), []],
    ['UTF-16, little end first', utf16(json(bundle), false), ['encoding-utf-16']],
    ['UTF-16, big end first', utf16(json(bundle), true), ['encoding-utf-16']],
    ['UTF-16 without a mark', utf16(json(bundle), false, false), ['encoding-utf-16']],
    ['Latin-1', Buffer.from(json(bundle), 'latin1'), ['encoding-windows-1252']],
  ])('%s gives the same letters', async (_, content, remarks) => {
    const plan = await planned(content, 'x.json');
    expect(stored(plan)).toEqual(both);
    expect(remarksOf(plan)).toEqual(remarks);
  });

  it('keeps whatever has a type, and says what is odd', async () => {
    const odd = {
      resourceType: 'Bundle',
      entry: [
        { fullUrl: null, resource: { resourceType: 'Observation', id: 1 } },
        { resource: { resourceType: 'Sandwich', code: 'text where an object is expected' } },
        {
          resource: {
            resourceType: 'MedicationOrder',
            id: 'm',
            dateWritten: '2019-02-02',
            medicationCodeableConcept: { text: 'Warfarin' },
          },
        },
      ],
    };
    const plan = await planned(json(odd), 'x.json');
    expect(plan.report.findings.map(({ remarks }) => remarks)).toEqual([
      ['id-not-text', 'full-url-not-text'],
      ['unknown-type'],
      ['other-release'],
    ]);
    expect(stored(plan)).toEqual(expect.arrayContaining(odd.entry.map(({ resource }) => resource)));
    expect(plan.report.preview.at(-1)).toMatchObject({ title: 'Warfarin', date: '2019-02-02', section: 'medications' });
  });

  it('counts what was deleted, and what is nothing', async () => {
    const { report } = await planned(
      json({
        resourceType: 'Bundle',
        type: 'history',
        entry: [
          { resource: sodium },
          { request: { method: 'DELETE', url: 'Observation/9' } },
          { response: { status: '404' } },
          {},
          null,
          [],
          '',
          { resource: {} },
          { resource: { resourceType: '' } },
          { resource: [] },
          { resource: { resourceType: 'Bundle', entry: [] } },
        ],
      }),
      'x.json',
    );
    expect(report.total).toBe(11);
    expect(report.skipped.map(({ reason }) => reason)).toEqual([
      'deleted',
      'no-resource',
      'no-resource',
      'no-resource',
      'no-resource',
      'no-resource',
      'not-a-resource',
      'not-a-resource',
      'not-a-resource',
      'empty',
    ]);
  });

  it('says when a field stands twice, keeps the text of numbers, and is not misled by names of JavaScript’s', async () => {
    const twice = await planned('{"resourceType":"Basic","code":{"text":"\\"a\\": {"},"a":1,"a":2}', 'x.json');
    expect(remarksOf(twice)).toEqual(['duplicate-keys']);
    const once = await planned('{"resourceType":"Basic","x":{"a":1},"y":{"a":1},"z":["a","a"]}', 'x.json');
    expect(remarksOf(once)).toEqual([]);
    const plan = await planned(
      '{"resourceType":"Basic","__proto__":{"polluted":true},"constructor":{"a":4.50}}',
      'x.json',
    );
    const [item] = plan.items.get('unsorted') ?? [];
    expect(new TextDecoder().decode(item?.plaintext as Uint8Array)).toBe(
      '{"__proto__":{"polluted":true},"constructor":{"a":4.50},"resourceType":"Basic"}',
    );
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['comments', '// x\n{"resourceType":"Patient"}', 'x.json'],
    ['a comma too many', '{"resourceType":"Patient",}', 'x.json'],
    ['JSON of another kind', '{"app":"x","records":[{"value":70}]}', 'x.json'],
    ['nothing but a string', '"x"', 'x.json'],
  ])('keeps %s as a document', async (_, text, name) => {
    const plan = await planned(text, name);
    expect(plan.report).toMatchObject({ kind: 'document', taken: 1 });
    expect(titles(plan)).toEqual(['x']);
    expect(remarksOf(plan)).toEqual(['not-understood']);
  });

  it('reads what is nested without end no deeper than makes sense', async () => {
    let nested: unknown = { resourceType: 'Bundle', entry: [{ resource: patient }] };
    for (let i = 0; i < 40; i++) nested = { resourceType: 'Bundle', entry: [{ resource: nested }] };
    const { report } = await planned(json(nested), 'x.json');
    expect(report.skipped).toEqual([{ position: 0, reason: 'too-deep' }]);
    await plannedOrRefused(bytes(`${'['.repeat(200_000)}${']'.repeat(200_000)}`), 'x.json');
    await plannedOrRefused(
      bytes(`${'{"resourceType":"Bundle","entry":['.repeat(20_000)}${']}'.repeat(20_000)}`),
      'x.json',
    );
  });

  it('one resource a line: bad ones are counted', async () => {
    const lines = [json(patient), '', '{"resourceType":', json(sodium), '{"a":1}', ''].join('\r\n');
    for (const name of ['export.ndjson', 'x.txt']) {
      const plan = await planned(lines, name);
      expect(formatOf(plan)).toBe('fhir-ndjson');
      expect(plan.report).toMatchObject({ total: 4, taken: 2 });
      expect(plan.report.skipped.map(({ position, reason }) => [position, reason])).toEqual([
        [1, 'bad-line'],
        [3, 'bad-line'],
      ]);
      expect(stored(plan)).toEqual(both);
    }
  });

  it('whatever the bytes, it is taken or refused on purpose, and counts add up', async () => {
    const samples = [
      bytes(json(bundle)),
      bytes(both.map((one) => json(one)).join('\n')),
      utf16(json(bundle), false),
      bytes(json(json(bundle))),
    ];
    const change = fc.tuple(fc.nat(5_000), fc.nat(255), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('x.json', 'x.ndjson', 'x'),
        async (sample, changes, name) => {
          await plannedOrRefused(mutated(sample, changes), name);
        },
      ),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 6 }), (text) =>
        plannedOrRefused(bytes(text), 'x.json').then(() => undefined),
      ),
      { numRuns: 200 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), (content) =>
        plannedOrRefused(content, 'x.json').then(() => undefined),
      ),
      { numRuns: 200 },
    );
  });
});
