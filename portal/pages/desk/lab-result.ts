import type { Resource } from '../../../extension/core/fhir/resource.ts';

/** A laboratory value as the desk takes it. */
export interface LabValue {
  readonly test: string;
  readonly value: number;
  /** As the laboratory writes it, such as `mg/dL`. */
  readonly unit: string;
}

/** A final laboratory result as a FHIR R4 Observation, without a subject: the folder it is sealed into says whose it is. */
export function labResult({ test, value, unit }: LabValue, now: Date): Resource {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'laboratory',
            display: 'Laboratory',
          },
        ],
      },
    ],
    code: { text: test.trim() },
    effectiveDateTime: now.toISOString(),
    valueQuantity: { value, unit: unit.trim() },
  };
}
