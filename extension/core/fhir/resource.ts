import * as v from 'valibot';

/** A name that a type of resource may have, in whatever release. */
const TYPE = /^\p{L}[\p{L}\p{N}_.-]{0,63}$/u;

/** Any FHIR resource: what is known of it before it is validated. */
export const ResourceSchema = v.looseObject({ resourceType: v.pipe(v.string(), v.regex(TYPE)) });
export type Resource = v.InferOutput<typeof ResourceSchema>;

/** Whether something is a resource. By hand: it is asked of each of a file's many. */
export const isResource = (value: unknown): value is Resource =>
  isObject(value) && typeof value['resourceType'] === 'string' && TYPE.test(value['resourceType']);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a path such as `code.coding.0.display` from untyped FHIR; undefined where any step is missing. */
export function at(value: unknown, path: string): unknown {
  let current: unknown = value;
  for (const step of path.split('.')) {
    if (Array.isArray(current)) current = (current as unknown[])[Number(step)];
    else if (isObject(current) && Object.hasOwn(current, step)) current = current[step];
    else return undefined;
  }
  return current;
}

/** {@link at}, if a string with something in it stands there. */
export function textAt(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' && found.trim() !== '' ? found.trim() : undefined;
}

/** {@link at}, as an array (empty where there is none). */
export function listAt(value: unknown, path: string): unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? (found as unknown[]) : [];
}
