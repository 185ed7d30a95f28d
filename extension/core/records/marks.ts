import { canonicalBytes } from '../fhir/canonical.ts';
import { textAt } from '../fhir/resource.ts';
import type { Bytes } from '../bytes.ts';

/** What a patient may say of an item of their record, beside it. */
export const MARK_KINDS = ['note', 'dispute', 'settle', 'hide', 'show', 'apart'] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

const SYSTEM = 'urn:salus:mark';
/** What readers' systems show in its place. */
const DISPLAYS: Readonly<Record<MarkKind, string>> = {
  note: 'Note by the patient',
  dispute: 'Disputed by the patient',
  settle: 'No longer disputed by the patient',
  hide: 'Hidden by the patient',
  show: 'No longer hidden by the patient',
  apart: 'Another thing than what looks like its later version, says the patient',
};
/** Of its text. */
export const MOST_MARK_TEXT = 2_000;

/** Whether a mark is for the patient alone. */
export const isPrivate = (kind: MarkKind): boolean => kind === 'hide' || kind === 'show';

interface Said {
  readonly type: string;
  readonly code?: string | undefined;
  readonly about?: string | undefined;
  readonly author: string;
  readonly patient: string;
}

/** What kind of mark an item is; undefined for one that is none. Only what the patient wrote into their own record is a mark. */
export function markKindOf({ type, code, about, author, patient }: Said): MarkKind | undefined {
  if (about === undefined || type !== 'Communication' || author.toLowerCase() !== patient.toLowerCase())
    return undefined;
  return MARK_KINDS.find((kind) => code === `${SYSTEM}|${kind}`);
}

/** A mark as FHIR has it, so that whoever reads the section can read it. @param at ISO 8601 instant */
export function markBytes(kind: MarkKind, about: string, text: string, at: string): Bytes {
  return canonicalBytes({
    resourceType: 'Communication',
    status: 'completed',
    category: [{ coding: [{ system: SYSTEM, code: kind, display: DISPLAYS[kind] }] }],
    about: [{ identifier: { system: 'urn:salus:item', value: about } }],
    sent: at,
    ...(text !== '' && { payload: [{ contentString: text }] }),
  });
}

export const markText = (resource: unknown): string => textAt(resource, 'payload.0.contentString') ?? '';
