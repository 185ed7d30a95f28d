import { parseLossless } from '../fhir/lossless.ts';
import { at, isObject, isResource, type Resource } from '../fhir/resource.ts';
import { isKnownType } from '../fhir/releases.ts';
import type { Found, FoundResource, Remark } from './reader.ts';

/** What stands in a Bundle in a Bundle, and so on: deeper is no record that anybody made. */
const MOST_DEPTH = 16;

/** A resource with what is odd about it. What a server says about a search is no part of a record. */
function found(resource: Resource, fullUrl: unknown, remarks: readonly Remark[] = []): Found {
  const type = resource.resourceType;
  if (type === 'OperationOutcome') return { kind: 'skipped', type, reason: 'server-message' };
  const odd: Remark[] = [...remarks];
  if (resource.id !== undefined && typeof resource.id !== 'string') odd.push('id-not-text');
  if (fullUrl !== undefined && typeof fullUrl !== 'string') odd.push('full-url-not-text');
  if (!isKnownType(type)) odd.push('unknown-type');
  const about: Omit<FoundResource, 'kind' | 'resource'> = {
    ...(typeof fullUrl === 'string' && { fullUrl }),
    ...(odd.length > 0 && { remarks: odd }),
  };
  return { kind: 'resource', resource, ...about };
}

/** JSON that stands in a text, as some exports have it. */
function unpacked(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{"]/.test(value)) return value;
  try {
    return parseLossless(value);
  } catch {
    return value;
  }
}

/** Whether a value is, or plainly holds, something in FHIR. */
export function holdsFhir(value: unknown, depth = 0): boolean {
  if (depth > 4) return false;
  if (Array.isArray(value)) return value.slice(0, 50).some((one: unknown) => holdsFhir(one, depth + 1));
  const inner = unpacked(value);
  if (inner !== value) return holdsFhir(inner, depth + 1);
  if (!isObject(value)) return false;
  if (isResource(value)) return true;
  return Object.values(value).some((one) => holdsFhir(one, depth + 1));
}

/**
 * Every resource in a JSON value: a Bundle of any type, a resource, a list of them, Parameters, one within another, and what they
 * are wrapped in. Whatever stands where a resource is expected and is none is named.
 */
export function* resourcesIn(value: unknown, fullUrl?: unknown, depth = 0): Generator<Found> {
  if (depth > MOST_DEPTH) {
    yield { kind: 'skipped', reason: 'too-deep' };
    return;
  }
  const inner = unpacked(value);
  if (inner !== value) yield { kind: 'said', remark: 'json-in-text' };
  if (Array.isArray(inner)) yield* eachOf(inner as unknown[], depth);
  else if (!isObject(inner)) yield { kind: 'skipped', reason: 'not-a-resource' };
  else if (isResource(inner)) yield* ofResource(inner, fullUrl, depth);
  else if ('resource' in inner) yield* ofEntry(inner, depth);
  else yield* unwrapped(inner, depth);
}

function* eachOf(list: readonly unknown[], depth: number): Generator<Found> {
  for (const one of list) yield* resourcesIn(one, undefined, depth + 1);
}

function* ofResource(resource: Resource, fullUrl: unknown, depth: number): Generator<Found> {
  const inside = contentOf(resource, depth);
  if (inside === undefined) {
    yield found(resource, fullUrl);
    return;
  }
  let any = false;
  for (const one of inside) {
    if (one.kind !== 'said') any = true;
    yield one;
  }
  if (!any) yield { kind: 'skipped', type: resource.resourceType, reason: 'empty' };
}

/** What a container holds; undefined for a resource that is itself what is to be kept. */
function contentOf(resource: Resource, depth: number): Iterable<Found> | undefined {
  const { resourceType } = resource;
  if (resourceType === 'Bundle') {
    const entry = at(resource, 'entry');
    if (entry === undefined || entry === null) return [];
    if (Array.isArray(entry)) return ofEntries(entry as unknown[], depth);
    return isObject(entry) && 'resource' in entry ? ofEntry(entry, depth) : undefined;
  }
  if (resourceType !== 'Parameters') return undefined;
  const parameters = at(resource, 'parameter');
  return Array.isArray(parameters) && hasResource(parameters, 0) ? ofParameters(parameters, depth) : undefined;
}

function* ofEntries(entries: readonly unknown[], depth: number): Generator<Found> {
  for (const entry of entries) yield* ofEntry(entry, depth);
}

/** An entry of a Bundle (https://hl7.org/fhir/R4/bundle.html). */
function* ofEntry(entry: unknown, depth: number): Generator<Found> {
  if (isResource(entry)) {
    yield* ofResource(entry, undefined, depth + 1);
    return;
  }
  const given = isObject(entry) ? entry['resource'] : undefined;
  if (given === undefined || given === null) {
    const deleted = at(entry, 'request.method') === 'DELETE';
    yield { kind: 'skipped', reason: deleted ? 'deleted' : 'no-resource' };
    return;
  }
  const inner = unpacked(given);
  if (isResource(inner) && depth < MOST_DEPTH) yield* ofResource(inner, at(entry, 'fullUrl'), depth + 1);
  else yield { kind: 'skipped', reason: isResource(inner) ? 'too-deep' : 'not-a-resource' };
}

const hasResource = (parameters: readonly unknown[], depth: number): boolean =>
  parameters.some((one) => {
    if (!isObject(one)) return false;
    const part = one['part'];
    return isResource(one['resource']) || (Array.isArray(part) && depth < MOST_DEPTH && hasResource(part, depth + 1));
  });

/** Parameters of an operation’s answer (https://hl7.org/fhir/R4/parameters.html). */
function* ofParameters(parameters: readonly unknown[], depth: number): Generator<Found> {
  for (const one of parameters) {
    const part = at(one, 'part');
    if (isObject(one) && one['resource'] !== undefined) yield* ofEntry(one, depth);
    else if (Array.isArray(part) && depth < MOST_DEPTH) yield* ofParameters(part, depth + 1);
    else yield { kind: 'skipped', reason: 'no-resource' };
  }
}

/** An object of somebody’s own that has FHIR in it: the FHIR is taken, the rest is counted. */
function* unwrapped(wrapper: Record<string, unknown>, depth: number): Generator<Found> {
  const parts = Object.values(wrapper).filter((part) => holdsFhir(part));
  if (parts.length === 0) {
    yield { kind: 'skipped', reason: 'not-a-resource' };
    return;
  }
  yield { kind: 'said', remark: 'unwrapped' };
  for (const part of parts) yield* resourcesIn(part, undefined, depth + 1);
}
