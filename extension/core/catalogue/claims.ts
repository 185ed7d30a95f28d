import { MOST_MOVES } from '../records/limits.ts';
import { markKindOf } from '../records/marks.ts';
import { claimsName, type RecordItem } from './model.ts';
import type { RowReader } from './sorted-list.ts';

/** What the patient said of an item by another item of theirs. */
export interface Claim {
  /** Id of the item that says it. */
  readonly by: string;
  /** `moved`: it is the same, sealed anew. */
  readonly kind: 'replaces' | 'hide' | 'show' | 'apart' | 'moved';
  /** ISO 8601 instant. */
  readonly at: string;
}
/** Of one entry, by position. */
export type Claims = Readonly<Record<string, readonly Claim[]>>;

/** Where an item is listed. */
export type Place = 'listed' | 'hidden' | 'replaced' | 'mark';

const byPatient = ({ author, patient }: RecordItem): boolean => author.toLowerCase() === patient.toLowerCase();

/** Ids of the items that one says something of, and what of each. */
export function claimsBy(item: RecordItem): { readonly of: string; readonly claim: Claim }[] {
  if (!byPatient(item)) return []; // nobody else takes anything out of a patient's lists
  const { id: by, date: at = '', replaces, about, was = [] } = item;
  const moved = was.map((of) => ({ of, claim: { by, kind: 'moved', at } as const }));
  if (replaces !== undefined) return [...moved, { of: replaces, claim: { by, kind: 'replaces', at } }];
  const kind = markKindOf(item);
  if (about === undefined || (kind !== 'hide' && kind !== 'show' && kind !== 'apart')) return moved;
  return [...moved, { of: about, claim: { by, kind, at } }];
}

/** What takes the place of an item, unless the patient said that they are two things. */
const replacedBy = (of: readonly Claim[]): Claim | undefined =>
  of.some(({ kind }) => kind === 'apart') ? undefined : of.find(({ kind }) => kind === 'replaces');

const movedTo = (of: readonly Claim[]): string | undefined => of.find(({ kind }) => kind === 'moved')?.by;

/** Id that an item has now, where it was sealed anew. */
export async function movedId(rows: RowReader, patient: string, id: string): Promise<string | undefined> {
  const [entry = '', position = ''] = id.split('/');
  return movedTo((await claimsOn(rows, patient, entry))[position] ?? []);
}

/** Id that an item has now, however often it was sealed anew. */
export async function currentId(rows: RowReader, patient: string, id: string): Promise<string> {
  let now = id;
  for (let moves = 0; moves < MOST_MOVES; moves++) {
    const next = await movedId(rows, patient, now);
    if (next === undefined) break;
    now = next;
  }
  return now;
}

/** Where an item is listed by what the patient said of it: the patient's own word may be replaced, anything may be hidden. */
export function placeOf(item: RecordItem, claims: Claims): Place {
  const of = claims[item.id.split('/')[1] ?? ''] ?? [];
  if (byPatient(item) && movedTo(of) !== undefined) return 'replaced';
  if (markKindOf(item) !== undefined) return 'mark';
  if (byPatient(item) && replacedBy(of) !== undefined) return 'replaced';
  const [last] = of
    .filter(({ kind }) => kind === 'hide' || kind === 'show')
    .toSorted((a, b) => (a.at === b.at ? (a.by < b.by ? 1 : -1) : a.at < b.at ? 1 : -1));
  return last?.kind === 'hide' ? 'hidden' : 'listed';
}

export const claimsOn = async (rows: RowReader, patient: string, entry: string): Promise<Claims> =>
  (await rows.get<Claims>(claimsName(patient, entry))) ?? {};

/** Id of the patient's later version of an item. */
export async function laterVersion(rows: RowReader, item: RecordItem): Promise<string | undefined> {
  const [entry = '', position = ''] = item.id.split('/');
  if (!byPatient(item)) return undefined;
  const claims = (await claimsOn(rows, item.patient, entry))[position] ?? [];
  return movedTo(claims) ?? replacedBy(claims)?.by;
}

/** @param there false takes it away */
export function withClaim(claims: Claims, position: string, claim: Claim, there: boolean): Claims {
  const others = (claims[position] ?? []).filter(({ by, kind }) => by !== claim.by || kind !== claim.kind);
  return { ...claims, [position]: there ? [...others, claim] : others };
}
