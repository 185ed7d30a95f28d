import { isObject } from './resource.ts';

/**
 * Everything at a path such as `reaction.manifestation`: lists are gone through, and `value[x]` is whichever element of a choice
 * there is (FHIR R4, 2.24.0.1 “Choice of data types”). What is null says nothing and is left out.
 */
export function select(value: unknown, path: string): unknown[] {
  return path.split('.').reduce<unknown[]>((found, step) => found.flatMap((one) => into(one, step)), [value]);
}

function into(value: unknown, step: string): unknown[] {
  if (Array.isArray(value)) return (value as unknown[]).flatMap((one) => into(one, step));
  if (!isObject(value)) return [];
  const names = step.endsWith('[x]') ? choicesOf(value, step.slice(0, -3)) : Object.hasOwn(value, step) ? [step] : [];
  return names
    .flatMap((name): unknown[] => (Array.isArray(value[name]) ? (value[name] as unknown[]) : [value[name]]))
    .filter((one) => one !== null && one !== undefined);
}

const choicesOf = (value: object, name: string): string[] =>
  Object.keys(value).filter(
    (key) => key === name || (key.startsWith(name) && /^[A-Z]/.test(key.slice(name.length)) && !key.endsWith('[x]')),
  );
