import type { Resource } from '../fhir/resource.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';

/** Something that people measure: its LOINC code, what it is called, and its usual unit (UCUM). */
export interface Vital {
  readonly loinc: string;
  readonly name: string;
  readonly unit: string;
  readonly category: 'vital-signs' | 'activity' | 'laboratory';
}

const vital = (loinc: string, name: string, unit: string, category: Vital['category'] = 'vital-signs'): Vital => ({
  loinc,
  name,
  unit,
  category,
});

export const VITALS = {
  heartRate: vital('8867-4', 'Heart rate', '/min'),
  restingHeartRate: vital('40443-4', 'Resting heart rate', '/min'),
  heartRateVariability: vital('80404-7', 'Heart rate variability (SDNN)', 'ms'),
  systolic: vital('8480-6', 'Systolic blood pressure', 'mm[Hg]'),
  diastolic: vital('8462-4', 'Diastolic blood pressure', 'mm[Hg]'),
  weight: vital('29463-7', 'Body weight', 'kg'),
  height: vital('8302-2', 'Body height', 'cm'),
  bmi: vital('39156-5', 'Body mass index', 'kg/m2'),
  bodyFat: vital('41982-0', 'Body fat', '%'),
  waist: vital('8280-0', 'Waist circumference', 'cm'),
  temperature: vital('8310-5', 'Body temperature', 'Cel'),
  oxygen: vital('59408-5', 'Oxygen saturation', '%'),
  breathing: vital('9279-1', 'Respiratory rate', '/min'),
  glucose: vital('2339-0', 'Blood glucose', 'mg/dL', 'laboratory'),
  glucoseMolar: vital('15074-8', 'Blood glucose', 'mmol/L', 'laboratory'),
  peakFlow: vital('19935-6', 'Peak expiratory flow', 'L/min'),
  steps: vital('41950-7', 'Steps', '{steps}', 'activity'),
  distance: vital('41953-1', 'Distance walked or run', 'km', 'activity'),
  activeEnergy: vital('41981-2', 'Active energy', 'kcal', 'activity'),
  sleep: vital('93832-4', 'Sleep', 'h', 'activity'),
} as const satisfies Readonly<Record<string, Vital>>;
export type VitalName = keyof typeof VITALS;

/** Units as people and devices write them, in UCUM; what is not here is kept as a word. */
const UNITS: Readonly<Record<string, string>> = {
  '/min': '/min',
  'count/min': '/min',
  bpm: '/min',
  kg: 'kg',
  g: 'g',
  lb: '[lb_av]',
  lbs: '[lb_av]',
  st: '[stone_av]',
  cm: 'cm',
  m: 'm',
  in: '[in_i]',
  ft: '[ft_i]',
  km: 'km',
  mi: '[mi_i]',
  mmhg: 'mm[Hg]',
  'mm[hg]': 'mm[Hg]',
  '%': '%',
  degc: 'Cel',
  '°c': 'Cel',
  c: 'Cel',
  cel: 'Cel',
  degf: '[degF]',
  '°f': '[degF]',
  f: '[degF]',
  'mg/dl': 'mg/dL',
  'mmol/l': 'mmol/L',
  'mmol<180.1558800000541>/l': 'mmol/L',
  kcal: 'kcal',
  cal: 'kcal',
  kj: 'kJ',
  ms: 'ms',
  h: 'h',
  hr: 'h',
  min: 'min',
  s: 's',
  'kg/m2': 'kg/m2',
  'kg/m²': 'kg/m2',
  'l/min': 'L/min',
};

/** Units in use for what is measured in several; of the rest the usual one goes without saying. */
export const UNITS_OF: Readonly<Partial<Record<VitalName | 'pressure', readonly string[]>>> = {
  weight: ['kg', 'lb', 'st', 'g'],
  height: ['cm', 'm', 'in', 'ft'],
  waist: ['cm', 'in'],
  temperature: ['°C', '°F'],
  glucose: ['mg/dL', 'mmol/L'],
  peakFlow: ['L/min'],
  distance: ['km', 'mi', 'm'],
  activeEnergy: ['kcal', 'kJ'],
  sleep: ['h', 'min'],
  heartRateVariability: ['ms'],
};

export const ucumOf = (unit: string): string | undefined => {
  const key = unit.trim().toLowerCase();
  return Object.hasOwn(UNITS, key) ? UNITS[key] : undefined;
};

/** A number with its unit, as FHIR has it. */
export function quantity(value: number, unit: string): Record<string, unknown> {
  const code = ucumOf(unit);
  return { value, ...(unit !== '' && { unit }), ...(code !== undefined && { system: UCUM, code }) };
}

export const coded = (loinc: string, text: string): Record<string, unknown> => ({
  coding: [{ system: LOINC, code: loinc, display: text }],
  text,
});

/** An observation that this wallet made of somebody’s measurements (R4). `final`, since nobody will correct them. */
export function observation(
  code: Record<string, unknown>,
  category: Vital['category'],
  rest: Record<string, unknown>,
): Resource {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: CATEGORY, code: category }] }],
    code,
    ...rest,
  };
}

export const bloodPressure = (
  rest: Record<string, unknown>,
  systolic: Record<string, unknown> | undefined,
  diastolic: Record<string, unknown> | undefined,
): Resource =>
  observation(coded('85354-9', 'Blood pressure'), 'vital-signs', {
    ...rest,
    component: [
      ...(systolic ? [{ code: coded(VITALS.systolic.loinc, VITALS.systolic.name), valueQuantity: systolic }] : []),
      ...(diastolic ? [{ code: coded(VITALS.diastolic.loinc, VITALS.diastolic.name), valueQuantity: diastolic }] : []),
    ],
  });
