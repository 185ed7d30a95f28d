import { View } from './release-moves.ts';
import { OTHER_TYPES, R4_NAMES } from './release-names.ts';
import { MOVES } from './release-table.ts';
import type { Resource } from './resource.ts';
import { RESOURCE_TYPES } from './resource-types.ts';

/** Whether any release of FHIR has a type of this name. */
export const isKnownType = (type: string): boolean =>
  RESOURCE_TYPES.has(type) || R4_NAMES.has(type) || OTHER_TYPES.has(type);

/**
 * A resource of an older or newer release of FHIR (DSTU1 to R6) as R4 would say it, to be described, sorted and shown by: its type
 * and the fields that say what it is, when, and whether it holds. What is kept is the resource itself, not this.
 * @returns the resource itself where R4 says it the same way
 */
export function asR4(resource: Resource): Resource {
  const view = new View(resource);
  const name = R4_NAMES.get(resource.resourceType);
  if (name !== undefined) view.set('resourceType', name);
  const type = name ?? resource.resourceType;
  if (Object.hasOwn(MOVES, type)) for (const move of MOVES[type] ?? []) move(view);
  return view.fields as Resource;
}
