import { VITALS, type Vital } from './vitals.ts';

/** How many measurements of a day become one. */
export type Summary = 'mean' | 'sum';

export interface AppleType {
  readonly vital: Vital;
  readonly summary: Summary;
  /** Apple writes a part of one where others write percent. */
  readonly isPart?: boolean;
}

const mean = (vital: Vital): AppleType => ({ vital, summary: 'mean' });
const part = (vital: Vital): AppleType => ({ vital, summary: 'mean', isPart: true });
const sum = (vital: Vital): AppleType => ({ vital, summary: 'sum' });

/** Quantity types of HealthKit (HKQuantityTypeIdentifier…) that have a LOINC code of their own. */
const QUANTITIES: Readonly<Record<string, AppleType>> = {
  HeartRate: mean(VITALS.heartRate),
  RestingHeartRate: mean(VITALS.restingHeartRate),
  HeartRateVariabilitySDNN: mean(VITALS.heartRateVariability),
  BodyMass: mean(VITALS.weight),
  Height: mean(VITALS.height),
  BodyMassIndex: mean(VITALS.bmi),
  BodyFatPercentage: part(VITALS.bodyFat),
  WaistCircumference: mean(VITALS.waist),
  BodyTemperature: mean(VITALS.temperature),
  OxygenSaturation: part(VITALS.oxygen),
  RespiratoryRate: mean(VITALS.breathing),
  BloodGlucose: mean(VITALS.glucose),
  PeakExpiratoryFlowRate: mean(VITALS.peakFlow),
  StepCount: sum(VITALS.steps),
  DistanceWalkingRunning: sum(VITALS.distance),
  ActiveEnergyBurned: sum(VITALS.activeEnergy),
};

/** Words of a HealthKit name: `HKQuantityTypeIdentifierVO2Max` → `VO2 max`. */
export function wordsOf(identifier: string): string {
  const name = identifier.replace(
    /^HK(Quantity|Category|Correlation|Data|Workout)?(Type(Identifier)?|ActivityType)?/,
    '',
  );
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function appleType(identifier: string): AppleType | undefined {
  const name = identifier.replace(/^HKQuantityTypeIdentifier/, '');
  return Object.hasOwn(QUANTITIES, name) ? QUANTITIES[name] : undefined;
}

/** Types that are counted up over a day, though they have no code here. */
export const isSum = (identifier: string): boolean =>
  /(Energy|Distance|Count|Time|Dietary|Climbed|Minutes)/.test(identifier) &&
  !/(Variability|Speed|Rate|Level)/.test(identifier);

export const SLEEP = 'HKCategoryTypeIdentifierSleepAnalysis';
export const SYSTOLIC = 'HKQuantityTypeIdentifierBloodPressureSystolic';
export const DIASTOLIC = 'HKQuantityTypeIdentifierBloodPressureDiastolic';
export const isAsleep = (value: string): boolean => value.startsWith('HKCategoryValueSleepAnalysisAsleep');
