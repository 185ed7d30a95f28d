import { describe, expect, it } from 'vitest';
import { asR4 } from '../../../../extension/core/fhir/releases.ts';
import type { Resource } from '../../../../extension/core/fhir/resource.ts';

const view = (resource: Record<string, unknown>) => asR4(resource as Resource);
const concept = { text: 'x' };

describe('another release as R4 says it', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'DSTU2 order of a drug',
      { resourceType: 'MedicationOrder', dateWritten: '2019', patient: 1, prescriber: 2 },
      { resourceType: 'MedicationRequest', authoredOn: '2019', subject: 1, requester: 2 },
    ],
    [
      'DSTU2 drug that was not taken',
      { resourceType: 'MedicationStatement', status: 'completed', wasNotTaken: true },
      { resourceType: 'MedicationStatement', status: 'not-taken', wasNotTaken: true },
    ],
    [
      'DSTU2 diagnostic order',
      { resourceType: 'DiagnosticOrder', item: [{ code: concept }], event: [{ dateTime: '2019' }] },
      { resourceType: 'ServiceRequest', code: concept, authoredOn: '2019' },
    ],
    [
      'DSTU2 allergy',
      {
        resourceType: 'AllergyIntolerance',
        substance: concept,
        criticality: 'CRITH',
        category: 'food',
        status: 'refuted',
      },
      {
        resourceType: 'AllergyIntolerance',
        code: concept,
        criticality: 'high',
        category: ['food'],
        verificationStatus: { coding: [{ code: 'refuted' }] },
      },
    ],
    [
      'STU3 problem',
      { resourceType: 'Condition', clinicalStatus: 'resolved', assertedDate: '2019' },
      { resourceType: 'Condition', clinicalStatus: { coding: [{ code: 'resolved' }] }, recordedDate: '2019' },
    ],
    [
      'STU3 vaccine that was not given',
      { resourceType: 'Immunization', notGiven: true, date: '2019', status: 'completed' },
      { status: 'not-done', occurrenceDateTime: '2019' },
    ],
    [
      'STU3 procedure that was not done',
      { resourceType: 'Procedure', notDone: true, status: 'suspended' },
      { status: 'not-done' },
    ],
    [
      'DSTU2 names',
      { resourceType: 'Patient', name: [{ family: ['van', 'Gogh'] }] },
      { name: [{ family: 'van Gogh' }] },
    ],
    [
      'DSTU2 name of a practitioner',
      { resourceType: 'Practitioner', name: { family: ['X'] } },
      { name: [{ family: 'X' }] },
    ],
    ['R5 drug', { resourceType: 'MedicationRequest', medication: { concept } }, { medicationCodeableConcept: concept }],
    [
      'R5 drug elsewhere',
      { resourceType: 'MedicationStatement', medication: { reference: { reference: 'a' } }, reason: [{ concept }] },
      { medicationReference: { reference: 'a' }, reasonCode: [concept] },
    ],
    [
      'R5 visit',
      {
        resourceType: 'Encounter',
        actualPeriod: 1,
        class: [{ coding: [{ code: 'AMB' }] }],
        reason: [{ value: [{ concept }] }],
      },
      { period: 1, class: { code: 'AMB' }, reasonCode: [concept] },
    ],
    [
      'R5 device',
      { resourceType: 'DeviceUsage', device: { concept } },
      { resourceType: 'DeviceUseStatement', device: { display: 'x' } },
    ],
    ['R5 procedure', { resourceType: 'Procedure', occurrenceDateTime: '2024' }, { performedDateTime: '2024' }],
    [
      'R5 administration, as it is misspelt there',
      { resourceType: 'MedicationAdministration', occurenceDateTime: '2024' },
      { effectiveDateTime: '2024' },
    ],
    ['R5 requests together', { resourceType: 'RequestOrchestration' }, { resourceType: 'RequestGroup' }],
  ])('%s', (_, given, expected) => {
    const before = structuredClone(given);
    expect(view(given)).toMatchObject(expected);
    expect(given).toEqual(before);
  });

  it('is itself where nothing is said otherwise, and keeps what is not known', () => {
    const same = { resourceType: 'Observation', category: [concept], x: 1 };
    expect(view(same)).toBe(same);
    const odd = { resourceType: 'constructor', __proto__: null };
    expect(view(odd)).toBe(odd);
  });
});
