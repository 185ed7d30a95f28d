import { isObject, textAt, type Resource } from '../fhir/resource.ts';
import { referencesOver, referenceOf } from '../fhir/references.ts';

/** A resource with its place in the document's Bundle. */
export interface Placed {
  readonly resource: Resource;
  /** What others refer to it by, where it comes from. */
  readonly from?: string | undefined;
  /** What the Bundle has it by. */
  readonly fullUrl: string;
  /** What it is called where it says it by reference alone. */
  readonly title?: string;
}

/** Fields of a reference that say whom or what it means without leading there. */
const SAID = ['type', 'identifier', 'display'];
/** Those by which a record says whose it is. */
const WHOSE = /^(subject|patient|beneficiary)$/;

/**
 * Has every reference lead to something in the Bundle: to what was chosen, to its patient, or to words only. Changes the resources.
 * @param patient the `fullUrl` of whom it is all about
 */
export function refer(placed: readonly Placed[], patient: string): void {
  const sources = placed.map(({ resource, from }) => ({ resource, fullUrl: from }));
  const resolve = referencesOver(sources);
  const urls = new Map(placed.map(({ resource, fullUrl }) => [resource, fullUrl]));
  for (const { resource, title } of placed) {
    // Whoever it is about may also be who did it, or said it.
    const whose = referenceOf(resource['subject']) ?? referenceOf(resource['patient']);
    const stack: { holder: object; path: string }[] = [{ holder: resource, path: '' }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      for (const [key, value] of Object.entries(top.holder) as [string, unknown][]) {
        const name = Array.isArray(top.holder) ? top.path : key;
        if (typeof value !== 'object' || value === null) continue;
        if (isReference(value)) lead(value, name);
        stack.push({ holder: value, path: name });
      }
    }
    function lead(reference: Record<string, unknown>, name: string): void {
      const text = referenceOf(reference) ?? '';
      if (text.startsWith('#')) return;
      const target = resolve(reference, resource);
      const url = target && urls.get(target);
      if (url !== undefined) reference['reference'] = url;
      else if (isPatient(text, name) || (text === whose && isPatient(text, 'subject')))
        reference['reference'] = patient;
      else leaveWords(reference, name === 'medicationReference' ? title : undefined);
    }
  }
}

/** The record is one person's, whatever number others have of them. */
const isPatient = (text: string, name: string): boolean =>
  WHOSE.test(name) && !/\b(Group|Location|Device)\//.test(text);

const isReference = (value: object): value is Record<string, unknown> =>
  isObject(value) && typeof value['reference'] === 'string';

/** What is not in the Bundle keeps what was said of it. */
function leaveWords(reference: Record<string, unknown>, title = ''): void {
  const kind = /([A-Z][A-Za-z]+)\/[^/]*$/.exec(String(reference['reference']).slice(-256))?.[1];
  for (const key of Object.keys(reference)) if (!SAID.includes(key)) delete reference[key];
  if (textAt(reference, 'display') !== undefined) return;
  if (title !== '') reference['display'] = title;
  else if (reference['identifier'] === undefined) reference['display'] = kind ?? '—';
}
