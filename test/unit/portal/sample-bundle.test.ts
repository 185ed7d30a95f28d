import { expect, test } from 'vitest';
import { fhirValidator } from '../../../extension/adapters/fhir-validator.ts';
import { resourcesIn } from '../../../extension/core/import/fhir-tree.ts';
import { classify } from '../../../extension/core/fhir/classify.ts';
import sample from '../../../portal/sample-bundle.json' with { type: 'json' };
import { CLINIC } from '../../../portal/clinic-profile.ts';
import { labResult } from '../../../portal/pages/desk/lab-result.ts';
import { present, type Line } from '../../../extension/core/fhir/present/present.ts';
import { labelText, valuesText } from '../../../extension/core/fhir/present/words.ts';
import { words } from '../../../portal/pages/shared/words.ts';

const validate = fhirValidator();
const parsed = [...resourcesIn(sample)];
const items = parsed.filter((one) => one.kind === 'resource');

test('every entry of the sample is a resource the wallet takes', () => {
  expect(parsed).toEqual(items);
  expect(items).toHaveLength(14);
  for (const { resource } of items)
    expect([resource.resourceType, validate(resource)]).toEqual([resource.resourceType, []]);
});

test('the sample has something for each section a patient is asked for', () => {
  const counts = new Map<string, number>();
  for (const { resource } of items) counts.set(classify(resource), (counts.get(classify(resource)) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({
    profile: 1,
    problems: 2,
    medications: 3,
    allergies: 1,
    vitals: 2,
    results: 2,
    immunizations: 1,
    visits: 1,
    'mental-health': 1,
  });
});

test('references inside the sample lead to its patient', () => {
  const [patient] = sample.entry;
  const references = JSON.stringify(sample).match(/"reference":"[^"]+"/g) ?? [];
  expect(new Set(references)).toEqual(new Set([`"reference":"${patient?.fullUrl}"`]));
});

test('the clinic’s profile and a result of the desk are valid FHIR', () => {
  const result = labResult({ test: ' Potassium ', value: 4.1, unit: 'mmol/L' }, new Date('2026-11-20T10:00:00Z'));
  expect(validate(result)).toEqual([]);
  expect(validate(structuredClone(CLINIC))).toEqual([]);
  expect(classify(result)).toBe('results');
  expect(textsOf(present(result).lines)).toContain('Result: 4.1 mmol/L');
});

/** Every line with what belongs to it, as it is read. */
const textsOf = (lines: readonly Line[]): string[] =>
  lines.flatMap((line) => [`${labelText(line, words)}: ${valuesText(line, words)}`, ...textsOf(line.parts)]);

test('each resource of the sample can be read as lines, and no line is a raw object', () => {
  for (const { resource } of items) {
    const { lines, others } = present(resource);
    const texts = textsOf([...lines, ...others]);
    expect(texts.length).toBeGreaterThan(2);
    for (const text of texts) expect(text).not.toMatch(/\[object|undefined|urn:uuid|\{/);
  }
});
