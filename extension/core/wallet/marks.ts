import { claimsOn, laterVersion, placeOf } from '../catalogue/claims.ts';
import { HIDDEN, markPrefix, MARKS, type RecordItem } from '../catalogue/model.ts';
import type { Page } from '../catalogue/sorted-list.ts';
import { isPrivate, markBytes, markKindOf, MOST_MARK_TEXT, markText, type MarkKind } from '../records/marks.ts';
import { ownItem, writeOwn } from './by-hand.ts';
import { readRecord, timeOf } from './records.ts';
import type { Reader } from './reader.ts';
import type { Session } from './session.ts';
import { earlierVersions, itemOf } from './versions.ts';

/** Marks of one item that are read. */
const MOST_MARKS = 100;

/** A note or a dispute, as it is shown beside an item. */
export interface Mark {
  readonly id: string;
  readonly kind: 'note' | 'dispute';
  readonly text: string;
  /** ISO 8601 instant. */
  readonly at: string;
}

/** What stands beside an item. */
export interface Beside {
  /** The newest first. */
  readonly marks: readonly Mark[];
  /** The patient disputes it, and has not taken that back. */
  readonly disputed: boolean;
  readonly hidden: boolean;
  /** Versions that it corrected, the newest first, each with the Unix seconds at which it was recorded. */
  readonly earlier: readonly { readonly item: RecordItem; readonly at?: number }[];
  /** The version that corrected it. */
  readonly later?: RecordItem;
}

/**
 * Says something of an item of the own record, whoever wrote that: a small item of the patient's beside it, in the same section. What
 * hides an item, or shows it again, is for the patient alone; it goes where nobody is given anything by default.
 * @throws SalusError `not-found`
 */
export async function addMark(session: Session, id: string, kind: MarkKind, text = ''): Promise<void> {
  const item = await ownItem(session, id);
  const json = markBytes(kind, id, text.slice(0, MOST_MARK_TEXT).toWellFormed(), new Date(session.now()).toISOString());
  const alone = isPrivate(kind);
  await writeOwn(session, { json, links: { about: id }, into: alone ? 'unsorted' : item.section, alone });
}

/** What the patient said of an item, and its versions, as far as they are open to this account. */
export async function besideOf(reader: Reader, patient: string, id: string): Promise<Beside> {
  const { rows } = reader.catalogue;
  const item = await itemOf(reader, patient, id);
  if (item === undefined) return { marks: [], disputed: false, hidden: false, earlier: [] };
  const found = await marksOn(reader, item);
  const said: Mark[] = [];
  for (const mark of found) {
    const kind = markKindOf(mark);
    if (kind !== 'note' && kind !== 'dispute') continue;
    said.push({ id: mark.id, kind, text: await textOf(reader, mark), at: mark.date ?? '' });
  }
  const about = found.map(markKindOf).find((kind) => kind === 'dispute' || kind === 'settle');
  const by = await laterVersion(rows, item);
  const later = by === undefined ? undefined : await itemOf(reader, patient, by);
  return {
    marks: said,
    disputed: about === 'dispute',
    hidden: placeOf(item, await claimsOn(rows, patient, item.id.split('/')[0] ?? '')) === 'hidden',
    earlier: await Promise.all(
      (await earlierVersions(reader, item)).map(async (version) => {
        const when = version.block > 0 ? await timeOf(reader, version.block) : undefined;
        return { item: version, ...(when !== undefined && { at: when }) };
      }),
    ),
    ...(later && { later }),
  };
}

/** What the patient said of an item, under every id that it had; the newest first. */
export async function marksOn(
  { catalogue: { rows } }: Reader,
  { patient, id, was = [] }: RecordItem,
): Promise<RecordItem[]> {
  const pages = await Promise.all(
    [id, ...was].map((of) => MARKS.page(rows, MOST_MARKS, { prefix: markPrefix(patient, of) })),
  );
  const all = pages.flatMap(({ items }) => items);
  return pages.length === 1 ? all : all.toSorted((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1));
}

/** In full, where its bytes can be had; else what its index says of it. */
async function textOf(reader: Reader, mark: RecordItem): Promise<string> {
  if ((mark.value?.length ?? 0) < 300) return mark.value ?? '';
  try {
    const { bytes } = await readRecord(reader, mark.patient, mark.id);
    return markText(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return mark.value ?? '';
  }
}

/** One page of what the patient hid, newest date first. @param before as the page before gave it in `next` */
export const hiddenItems = ({ catalogue }: Reader, before?: string, limit = 100): Promise<Page<RecordItem>> =>
  HIDDEN.page(catalogue.rows, limit, { before });
