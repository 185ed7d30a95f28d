import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { bytes, formatOf, mutated, planned, plannedOrRefused, remarksOf, stored } from './support.ts';
import { toXml } from './xml-writer.ts';

const DATA = join(import.meta.dirname, '../../../../../shared/data');
const files = existsSync(DATA)
  ? ['ips', 'synthea'].flatMap((folder) =>
      readdirSync(join(DATA, folder))
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(DATA, folder, name)),
    )
  : [];

const resource = {
  resourceType: 'Patient',
  id: 'p1',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Zoë &amp; <b>co</b><br/></p></div>' },
  contained: [{ resourceType: 'Organization', id: 'o', name: 'A "b" <c> & d' }],
  active: true,
  name: [
    {
      given: ['Zoë', 'Ada'],
      _given: [null, { extension: [{ url: 'http://x', valueDecimal: 4.5 }] }],
      family: 'Müller',
    },
  ],
  _birthDate: { id: 'b', extension: [{ url: 'http://x/absent', valueCode: 'unknown' }] },
  multipleBirthInteger: 2,
  contact: [{ name: { family: 'X' } }],
};
const xml = `<?xml version="1.0"?>\n<!-- x -->${toXml(resource)}`;

/** Some vendors' narrative is no XML, and could not stand in a file that is. */
function wellFormed<T extends object>(resource: T): T {
  return JSON.parse(JSON.stringify(resource), (name, value: unknown) => {
    if (name !== 'div' || typeof value !== 'string') return value;
    let faults = value === value.trim() && !value.includes('\r') ? 0 : 1;
    const parser = new SaxesParser({ xmlns: true });
    parser.on('error', () => faults++);
    parser.write(value).close();
    return faults === 0 ? value : '<div xmlns="http://www.w3.org/1999/xhtml">left out</div>';
  }) as T;
}

describe('FHIR as XML', () => {
  it('a resource is what it is in JSON: lists, numbers, what stands beside values, narrative', async () => {
    const plan = await planned(xml, 'x');
    expect(formatOf(plan)).toBe('fhir-xml');
    expect(stored(plan)).toEqual([resource]);
  });

  it('numbers keep their text', async () => {
    const text =
      '<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="4.50"/></valueQuantity></Observation>';
    const plan = await planned(text, 'x.xml');
    const [item] = [...plan.items.values()].flat();
    expect(new TextDecoder().decode(item?.plaintext as Uint8Array)).toContain('4.50');
  });

  it('a bundle is split, also one with prefixes, and in Latin-1', async () => {
    const entry = (inner: string) => `<f:entry><f:fullUrl value="urn:1"/><f:resource>${inner}</f:resource></f:entry>`;
    const text = `<?xml version="1.0" encoding="ISO-8859-1"?><f:Bundle xmlns:f="http://hl7.org/fhir"><f:type value="collection"/>${entry('<f:AllergyIntolerance><f:code><f:text value="Erdn\u00fcsse"/></f:code></f:AllergyIntolerance>')}${entry('<f:Basic/>')}<f:entry/></f:Bundle>`;
    const plan = await planned(Buffer.from(text, 'latin1'), 'x.xml');
    expect(stored(plan)).toEqual([
      { resourceType: 'AllergyIntolerance', code: { text: 'Erdnüsse' } },
      { resourceType: 'Basic' },
    ]);
    expect(plan.report).toMatchObject({ total: 3, taken: 2, skipped: [{ position: 2, reason: 'no-resource' }] });
    expect(remarksOf(plan)).toEqual(['encoding-windows-1252']);
  });

  it('another release is read with its own names', async () => {
    const text =
      '<MedicationOrder xmlns="http://hl7.org/fhir"><dateWritten value="2019"/><identifier><value value="1"/></identifier><medicationCodeableConcept><text value="Warfarin"/></medicationCodeableConcept></MedicationOrder>';
    const plan = await planned(text, 'x.xml');
    expect(stored(plan)).toEqual([
      {
        resourceType: 'MedicationOrder',
        dateWritten: '2019',
        identifier: [{ value: '1' }],
        medicationCodeableConcept: { text: 'Warfarin' },
      },
    ]);
    expect(remarksOf(plan)).toContain('structure-guessed');
  });

  it.each([
    [
      'a document type',
      '<!DOCTYPE Patient [<!ENTITY x SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir"><id value="&x;"/></Patient>',
      'has-doctype',
    ],
    [
      'entities that grow',
      `<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Patient xmlns="http://hl7.org/fhir"><id value="&b;"/></Patient>`,
      'has-doctype',
    ],
    [
      'elements without end',
      `<Basic xmlns="http://hl7.org/fhir">${'<extension>'.repeat(5_000)}${'</extension>'.repeat(5_000)}</Basic>`,
      'not-understood',
    ],
    ['half a file', xml.slice(0, -30), 'not-understood'],
  ])('%s: kept, not read', async (_, text, remark) => {
    const plan = await planned(text, 'x.xml');
    expect(plan.report).toMatchObject({ kind: 'document', taken: 1 });
    expect(remarksOf(plan)).toEqual([remark]);
  });

  it.runIf(files.length > 0)('real resources come through XML as they were', async () => {
    for (const path of files) {
      const { entry } = JSON.parse(readFileSync(path, 'utf8')) as { entry: { resource: { resourceType: string } }[] };
      const resources = entry.slice(0, 150).map((one) => wellFormed(one.resource));
      const text = `<Bundle xmlns="http://hl7.org/fhir">${resources.map((one) => `<entry><resource>${toXml(one)}</resource></entry>`).join('')}</Bundle>`;
      const whole = await planned(
        JSON.stringify({ resourceType: 'Bundle', entry: resources.map((one) => ({ resource: one })) }),
        'x.json',
      );
      expect(stored(await planned(text, 'x.xml')), path).toEqual(stored(whole));
    }
  });

  it('whatever the bytes, it is taken or refused on purpose', async () => {
    const change = fc.tuple(fc.nat(5_000), fc.nat(255), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        await plannedOrRefused(mutated(bytes(xml), changes), 'x.xml');
      }),
      { numRuns: 300 },
    );
  });
});
