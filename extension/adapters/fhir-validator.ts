import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import type { Resource as MedplumResource, StructureDefinition } from '@medplum/fhirtypes';
import { checked, definitions } from 'virtual:fhir-definitions';
import type { Validate } from '../core/records/importer.ts';

const MOST_FINDINGS = 20;

/**
 * A {@link Validate} by Medplum's R4 validator: structure, types and cardinalities. Gives FHIRPath expressions only, since the
 * validator's own messages may quote values.
 */
export function fhirValidator(): Validate {
  const entry = (definitions as StructureDefinition[]).map((resource) => ({ resource }));
  indexStructureDefinitionBundle({ resourceType: 'Bundle', type: 'collection', entry });
  const types = new Set<string>(checked);
  return (resource) => {
    if (!types.has(resource.resourceType)) return [];
    try {
      validateResource(resource as unknown as MedplumResource);
      return [];
    } catch (error) {
      const issues = error instanceof OperationOutcomeError ? (error.outcome.issue ?? []) : [];
      const paths = issues.flatMap((issue) => issue.expression ?? []);
      return paths.length > 0 ? [...new Set(paths)].slice(0, MOST_FINDINGS) : [resource.resourceType];
    }
  };
}
