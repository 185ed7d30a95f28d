import { listAt, textAt, type Resource } from './resource.ts';

/** Finds what a reference of a resource points to; undefined where it is not to be had. */
export type Resolve = (reference: unknown, from: Resource) => Resource | undefined;

interface Placed {
  readonly resource: Resource;
  readonly fullUrl?: string | undefined;
}

const TYPE_AND_ID = /([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/;
/** Longest that a type, an id and a version are together; what stands before them is not gone through. */
const MOST_TYPE_AND_ID = 256;

/** `Type/id` at the end of a reference, with or without a version (FHIR R4, 2.3.0.1 “Literal references”). */
export const typeAndId = (reference: string): string | undefined =>
  TYPE_AND_ID.exec(reference.slice(-MOST_TYPE_AND_ID))?.[1];

/** What a resource contains, by `#id`. */
function containedIn(from: Resource, id: string): Resource | undefined {
  return listAt(from, 'contained').find((one) => textAt(one, 'id') === id) as Resource | undefined;
}

/** A resource is found in itself only. */
export const withinItself: Resolve = (reference, from) => {
  const text = referenceOf(reference);
  return text?.startsWith('#') ? containedIn(from, text.slice(1)) : undefined;
};

/** `reference` of a Reference, also of one inside a CodeableReference (R5). */
export const referenceOf = (reference: unknown): string | undefined =>
  textAt(reference, 'reference') ?? textAt(reference, 'reference.reference');

/**
 * References over all resources of a file: by what is contained, by `fullUrl`, by `urn:uuid:` of an id, and by type and id. An
 * absolute reference that is no `fullUrl` of the file is taken by its type and id where just one resource has them.
 */
export function referencesOver(items: Iterable<Placed>): Resolve {
  const byUrl = new Map<string, Resource>();
  const byId = new Map<string, Resource | 'several'>();
  for (const { resource, fullUrl } of items) {
    if (fullUrl !== undefined && !byUrl.has(fullUrl)) byUrl.set(fullUrl, resource);
    const id = textAt(resource, 'id');
    if (id === undefined) continue;
    const name = `${resource.resourceType}/${id}`;
    byId.set(name, byId.has(name) ? 'several' : resource);
    if (!byUrl.has(`urn:uuid:${id}`)) byUrl.set(`urn:uuid:${id}`, resource);
  }
  return (reference, from) => {
    const text = referenceOf(reference);
    if (text === undefined) return undefined;
    if (text.startsWith('#')) return containedIn(from, text.slice(1));
    const found = byUrl.get(text);
    if (found !== undefined) return found;
    const name = typeAndId(text);
    const named = name === undefined ? undefined : byId.get(name);
    return named === 'several' ? undefined : named;
  };
}
