import * as f from './fields.ts';
import type { Shape } from './fields.ts';

const ENCOUNTER = f.lead('Encounter');
const RESULT = {
  valueQuantity: f.quantity,
  valueCodeableConcept: f.concept('findings', 'hl7'),
  valueBoolean: f.yes,
  valueInteger: f.whole,
  valueRange: f.range,
  valueRatio: f.ratio,
  dataAbsentReason: f.concept('hl7'),
  interpretation: f.concept('hl7'),
  referenceRange: f.group({ fields: { low: f.quantity, high: f.quantity } }),
};
const VALUES = Object.keys(RESULT).filter((name) => name.startsWith('value') || name === 'dataAbsentReason');

const DOSE = f.group({
  fields: {
    timing: f.group({
      fields: {
        repeat: f.group({
          fields: {
            frequency: f.whole,
            frequencyMax: f.whole,
            period: f.whole,
            periodMax: f.whole,
            periodUnit: f.word('s', 'min', 'h', 'd', 'wk', 'mo', 'a'),
            when: f.word(
              'MORN',
              'AFT',
              'EVE',
              'NIGHT',
              'HS',
              'WAKE',
              'AC',
              'PC',
              'ACM',
              'ACD',
              'ACV',
              'PCM',
              'PCD',
              'PCV',
            ),
          },
        }),
      },
    }),
    asNeededBoolean: f.yes,
    doseAndRate: f.group({ fields: { doseQuantity: f.quantity, doseRange: f.range } }),
  },
});
const MEDICINE = {
  medicationCodeableConcept: f.concept('medicines'),
  medicationReference: f.lead('Medication'),
};
const MEDICINE_NEEDS = [['medicationCodeableConcept', 'medicationReference']] as const;

/**
 * What stays, by type and field (FHIR R4); what is not named here never leaves: no narrative, note, attachment, name, identifier, extension,
 * contained resource, reference to people or places, nor a type that is not in the list. `subject` and `patient` are set anew.
 */
export const TYPES: Readonly<Record<string, Shape & { readonly whose: 'subject' | 'patient' | 'self' }>> = {
  Patient: {
    whose: 'self',
    fields: {
      gender: f.word('male', 'female', 'other', 'unknown'),
      birthDate: f.bornIn,
      deceasedBoolean: f.yes,
      deceasedDateTime: f.date,
      address: f.group({ fields: { country: f.country } }),
    },
  },
  Condition: {
    whose: 'subject',
    fields: {
      clinicalStatus: f.concept('hl7'),
      verificationStatus: f.concept('hl7'),
      category: f.concept('hl7'),
      code: f.concept('diseases'),
      encounter: ENCOUNTER,
      onsetDateTime: f.date,
      onsetAge: f.age,
      onsetPeriod: f.period,
      abatementDateTime: f.date,
      abatementAge: f.age,
      abatementPeriod: f.period,
      recordedDate: f.date,
    },
    modifiers: ['clinicalStatus', 'verificationStatus'],
    needs: [['code']],
  },
  Observation: {
    whose: 'subject',
    fields: {
      status: f.word('registered', 'preliminary', 'final', 'amended', 'corrected', 'unknown'),
      category: f.concept('hl7'),
      code: f.concept('tests'),
      encounter: ENCOUNTER,
      effectiveDateTime: f.date,
      effectivePeriod: f.period,
      ...RESULT,
      hasMember: f.lead('Observation'),
      derivedFrom: f.lead('Observation'),
      component: f.group({
        fields: { code: f.concept('tests'), ...RESULT },
        needs: [['code'], VALUES],
      }),
    },
    modifiers: ['status'],
    needs: [['code'], [...VALUES, 'component', 'hasMember']],
  },
  AllergyIntolerance: {
    whose: 'patient',
    fields: {
      clinicalStatus: f.concept('hl7'),
      verificationStatus: f.concept('hl7'),
      type: f.word('allergy', 'intolerance'),
      category: f.word('food', 'medication', 'environment', 'biologic'),
      criticality: f.word('low', 'high', 'unable-to-assess'),
      code: f.concept('substances'),
      encounter: ENCOUNTER,
      onsetDateTime: f.date,
      onsetAge: f.age,
      recordedDate: f.date,
      lastOccurrence: f.date,
      reaction: f.group({
        fields: {
          manifestation: f.concept('diseases'),
          onset: f.date,
          severity: f.word('mild', 'moderate', 'severe'),
        },
      }),
    },
    modifiers: ['clinicalStatus', 'verificationStatus'],
    needs: [['code']],
  },
  Medication: {
    whose: 'self',
    fields: { code: f.concept('medicines'), status: f.word('active', 'inactive') },
    modifiers: ['status'],
    needs: [['code']],
  },
  MedicationStatement: {
    whose: 'subject',
    fields: {
      status: f.word('active', 'completed', 'intended', 'stopped', 'on-hold', 'unknown', 'not-taken'),
      ...MEDICINE,
      effectiveDateTime: f.date,
      effectivePeriod: f.period,
      dateAsserted: f.date,
      reasonCode: f.concept('diseases'),
      reasonReference: f.lead('Condition', 'Observation'),
      dosage: DOSE,
    },
    modifiers: ['status'],
    needs: MEDICINE_NEEDS,
  },
  MedicationRequest: {
    whose: 'subject',
    fields: {
      status: f.word('active', 'on-hold', 'cancelled', 'completed', 'stopped', 'draft', 'unknown'),
      intent: f.word(
        'proposal',
        'plan',
        'order',
        'original-order',
        'reflex-order',
        'filler-order',
        'instance-order',
        'option',
      ),
      category: f.concept('hl7'),
      doNotPerform: f.yes,
      ...MEDICINE,
      encounter: ENCOUNTER,
      authoredOn: f.date,
      reasonCode: f.concept('diseases'),
      reasonReference: f.lead('Condition', 'Observation'),
      dosageInstruction: DOSE,
    },
    modifiers: ['status', 'intent', 'doNotPerform'],
    needs: MEDICINE_NEEDS,
  },
  Immunization: {
    whose: 'patient',
    fields: {
      status: f.word('completed', 'not-done'),
      vaccineCode: f.concept('vaccines'),
      encounter: ENCOUNTER,
      occurrenceDateTime: f.date,
      primarySource: f.yes,
      protocolApplied: f.group({
        fields: {
          targetDisease: f.concept('diseases'),
          doseNumberPositiveInt: f.whole,
          seriesDosesPositiveInt: f.whole,
        },
      }),
    },
    modifiers: ['status'],
    needs: [['vaccineCode']],
  },
  Encounter: {
    whose: 'subject',
    fields: {
      status: f.word('planned', 'arrived', 'triaged', 'in-progress', 'onleave', 'finished', 'cancelled', 'unknown'),
      class: f.coding('hl7'),
      period: f.period,
      reasonCode: f.concept('diseases'),
      reasonReference: f.lead('Condition', 'Observation'),
    },
    modifiers: ['status'],
    needs: [['class']],
  },
  DiagnosticReport: {
    whose: 'subject',
    fields: {
      status: f.word('registered', 'partial', 'preliminary', 'final', 'amended', 'corrected', 'appended', 'unknown'),
      category: f.concept('hl7'),
      code: f.concept('tests'),
      encounter: ENCOUNTER,
      effectiveDateTime: f.date,
      effectivePeriod: f.period,
      result: f.lead('Observation'),
    },
    modifiers: ['status'],
    needs: [['code'], ['result']],
  },
  FamilyMemberHistory: {
    whose: 'patient',
    fields: {
      status: f.word('partial', 'completed', 'health-unknown'),
      relationship: f.concept('hl7'),
      deceasedBoolean: f.yes,
      condition: f.group({
        fields: { code: f.concept('diseases'), contributedToDeath: f.yes, onsetAge: f.age },
        needs: [['code']],
      }),
    },
    modifiers: ['status'],
    needs: [['relationship'], ['condition']],
  },
};
