import { describe, expect, it } from 'vitest';
import { ICD10, made, only, textOf, WHOLE } from './support.ts';

/** The 18 of 45 CFR 164.514(b)(2)(i), and where FHIR has a place for each. */
const MARK = 'Zq7731Kestrel';
const SYSTEM = 'urn:oid:2.16.840.1.113883.4.1';
const identifier = (value: string) => ({
  identifier: [{ system: SYSTEM, type: { text: MARK }, value, assigner: { display: MARK } }],
});
const telecom = (system: string) => ({
  telecom: [{ system, value: MARK }],
  contact: [{ telecom: [{ system, value: MARK }] }],
});
const extension = (value: object) => ({ extension: [{ url: `http://example.org/${MARK}`, ...value }] });
const attachment = {
  contentType: 'image/jpeg',
  data: MARK,
  url: `https://example.org/${MARK}`,
  title: MARK,
  hash: MARK,
};
const IDENTIFIERS: readonly (readonly [string, readonly (readonly [type: string, fields: object])[]])[] = [
  [
    'names',
    [
      [
        'Patient',
        { name: [{ text: MARK, family: MARK, given: [MARK], prefix: [MARK] }], contact: [{ name: { text: MARK } }] },
      ],
      ['Condition', { recorder: { display: MARK }, asserter: { display: MARK }, subject: { display: MARK } }],
      [
        'Observation',
        { performer: [{ display: MARK }], note: [{ authorString: MARK, text: MARK }], valueString: MARK },
      ],
      ['FamilyMemberHistory', { name: MARK }],
      ['Encounter', { participant: [{ individual: { display: MARK } }], serviceProvider: { display: MARK } }],
      ['Patient', extension({ valueHumanName: { text: MARK } })],
    ],
  ],
  [
    'places smaller than a country',
    [
      [
        'Patient',
        {
          address: [
            { country: 'DE', state: MARK, city: MARK, district: MARK, line: [MARK], postalCode: MARK, text: MARK },
          ],
        },
      ],
      ['Patient', { address: [{ country: MARK }] }],
      ['Patient', extension({ valueAddress: { city: MARK } })],
      ['Encounter', { location: [{ location: { display: MARK } }] }],
      ['Immunization', { location: { display: MARK } }],
    ],
  ],
  [
    'dates',
    [
      [
        'Patient',
        { _birthDate: extension({ valueDateTime: `1984-03-09T0${MARK}` }), deceasedDateTime: `2020-01-01T${MARK}` },
      ],
      ['Condition', { onsetString: MARK, abatementString: MARK, recordedDate: `2020-01-01${MARK}` }],
      [
        'Observation',
        { effectiveInstant: MARK, issued: MARK, effectiveTiming: { event: [MARK] }, valueDateTime: MARK },
      ],
    ],
  ],
  [
    'telephone numbers',
    [
      ['Patient', telecom('phone')],
      ['Patient', extension({ valueContactPoint: { value: MARK } })],
    ],
  ],
  ['fax numbers', [['Patient', telecom('fax')]]],
  ['e-mail addresses', [['Patient', telecom('email')]]],
  ['social security numbers', WHOLE.map(({ resourceType }) => [resourceType, identifier(MARK)] as const)],
  [
    'medical record numbers',
    WHOLE.map(({ resourceType }) => [resourceType, { ...identifier(MARK), id: MARK }] as const),
  ],
  [
    'health plan numbers',
    [
      ['MedicationRequest', { insurance: [{ reference: `Coverage/${MARK}` }], groupIdentifier: { value: MARK } }],
      ['Coverage', { subscriberId: MARK }],
    ],
  ],
  [
    'account numbers',
    [
      ['Encounter', { account: [{ reference: `Account/${MARK}` }] }],
      ['Account', { name: MARK }],
    ],
  ],
  [
    'certificates and licences',
    [
      ['Patient', identifier(MARK)],
      ['Practitioner', { qualification: [{ identifier: [{ value: MARK }] }] }],
    ],
  ],
  [
    'vehicles',
    [
      ['Patient', identifier(MARK)],
      ['Observation', { valueString: MARK }],
    ],
  ],
  [
    'devices',
    [
      ['Observation', { device: { reference: `Device/${MARK}`, display: MARK } }],
      ['Device', { serialNumber: MARK, udiCarrier: [{ deviceIdentifier: MARK }] }],
      ['Immunization', { lotNumber: MARK }],
      ['Medication', { batch: { lotNumber: MARK } }],
    ],
  ],
  [
    'web addresses',
    [
      [
        'Patient',
        { ...telecom('url'), meta: { source: `https://${MARK}`, profile: [`https://${MARK}`], tag: [{ code: MARK }] } },
      ],
      ['Condition', { code: { coding: [{ system: `https://${MARK}`, code: 'E11', version: MARK }] } }],
      ['Condition', { code: { coding: [{ system: ICD10, code: 'E11', display: MARK, id: MARK }], text: MARK } }],
      ['MedicationRequest', { instantiatesUri: [`https://${MARK}`], instantiatesCanonical: [`https://${MARK}`] }],
    ],
  ],
  [
    'network addresses',
    [
      ['AuditEvent', { agent: [{ network: { address: MARK } }] }],
      ['Patient', telecom('other')],
    ],
  ],
  [
    'biometry',
    [
      ['Observation', { valueSampledData: { data: MARK } }],
      ['Patient', extension({ valueBase64Binary: MARK })],
    ],
  ],
  [
    'photographs',
    [
      ['Patient', { photo: [attachment] }],
      ['DiagnosticReport', { presentedForm: [attachment], media: [{ comment: MARK, link: { reference: MARK } }] }],
      ['DocumentReference', { content: [{ attachment }] }],
    ],
  ],
  [
    'any other number or text',
    WHOLE.flatMap(({ resourceType }) => [
      [resourceType, { text: { status: 'generated', div: `<div>${MARK}</div>` }, language: MARK }] as const,
      [resourceType, { contained: [{ resourceType: 'Patient', id: MARK, name: [{ text: MARK }] }] }] as const,
      [
        resourceType,
        { note: [{ text: MARK }], comment: MARK, [MARK]: MARK, aFieldOfTomorrow: { text: MARK } },
      ] as const,
      [resourceType, extension({ valueString: MARK })] as const,
    ]),
  ],
];

describe('the identifiers of the safe-harbour list', () => {
  it('are eighteen', () => expect(IDENTIFIERS).toHaveLength(18));

  it.each(IDENTIFIERS)('%s are in nothing that leaves', (_what, places) => {
    for (const [resourceType, fields] of places) {
      const whole = WHOLE.find((one) => one.resourceType === resourceType) ?? { resourceType };
      const found = made([{ ...whole, ...fields }, ...WHOLE]);
      expect(textOf(found), resourceType).not.toMatch(/Zq7731|Kestrel|2\.16\.840/i);
      expect(found.resources.length).toBeGreaterThanOrEqual(WHOLE.length);
    }
  });

  it('nor are numbers that somebody could go by', () => {
    for (const value of [123456789, 1234567.8, 12345678]) {
      expect(only({ ...WHOLE[2]!, valueQuantity: { value, unit: '%' }, component: undefined })).toBeUndefined();
      expect(
        only({ ...WHOLE[2]!, valueQuantity: undefined, valueInteger: value, component: undefined }),
      ).toBeUndefined();
    }
    expect(only({ ...WHOLE[2]!, valueQuantity: { value: 1234567, unit: '%' } })).toMatchObject({
      valueQuantity: { value: 1234567 },
    });
  });
});
