import { markKindOf } from '../records/marks.ts';
import { claimsName, type RecordItem } from './model.ts';
import type { RowReader } from './sorted-list.ts';

/** What the patient said of an item by another item of theirs. */
interface Claim {
  /** Id of the item that says it. */
  readonly by: string;
  readonly kind: 'replaces' | 'hide' | 'show' | 'apart';
  /** ISO 8601 instant. */
  readonly at: string;
}
/** Of one entry, by position. */
export type Claims = Readonly<Record<string, readonly Claim[]>>;

/** Where an item is listed. */
export type Place = 'listed' | 'hidden' | 'replaced' | 'mark';

const byPatient = ({ author, patient }: RecordItem): boolean => author.toLowerCase() === patient.toLowerCase();

/** Id of the item that another one says something of, and what; undefined for one that says nothing of another. */
export function claimOf(item: RecordItem): { readonly of: string; readonly claim: Claim } | undefined {
  if (!byPatient(item)) return undefined; // nobody else takes anything out of a patient's lists
  const { id, date = '', replaces, about } = item;
  if (replaces !== undefined) return { of: replaces, claim: { by: id, kind: 'replaces', at: date } };
  const kind = markKindOf(item);
  if (about === undefined || (kind !== 'hide' && kind !== 'show' && kind !== 'apart')) return undefined;
  return { of: about, claim: { by: id, kind, at: date } };
}

/** What takes the place of an item, unless the patient said that they are two things. */
const replacedBy = (of: readonly Claim[]): Claim | undefined =>
  of.some(({ kind }) => kind === 'apart') ? undefined : of.find(({ kind }) => kind === 'replaces');

/** Where an item is listed by what the patient said of it: the patient's own word may be replaced, anything may be hidden. */
export function placeOf(item: RecordItem, claims: Claims): Place {
  if (markKindOf(item) !== undefined) return 'mark';
  const of = claims[item.id.split('/')[1] ?? ''] ?? [];
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
  return replacedBy((await claimsOn(rows, item.patient, entry))[position] ?? [])?.by;
}

/** @param there false takes it away */
export function withClaim(claims: Claims, position: string, claim: Claim, there: boolean): Claims {
  const others = (claims[position] ?? []).filter(({ by }) => by !== claim.by);
  return { ...claims, [position]: there ? [...others, claim] : others };
}
