import { movedId } from '../catalogue/claims.ts';
import { BY_CODE, BY_TITLE, codePrefix, OWN, searchText, type EntryRow, type RecordItem } from '../catalogue/model.ts';
import { SalusError } from '../errors.ts';
import { likeOf } from '../records/like.ts';
import { isPrivate, markKindOf } from '../records/marks.ts';
import type { ResealSource } from '../records/reseal.ts';
import { SECTIONS, type Section } from '../records/sections.ts';
import { idOf } from '../storage/ledger.ts';
import { ownItem } from './by-hand.ts';
import { copiesOf, familyOf } from './family.ts';
import { ownTargets } from './import-records.ts';
import { sourceOf } from './reseal-source.ts';
import { pickAgain, selectionsOf } from './selections.ts';
import type { Session } from './session.ts';
import { withdraw } from './withdraw.ts';

/** Things that are moved together, at most. */
const MOST_LIKE = 1_000;
/** Kinds of things of which it is remembered where the person put them. */
const MOST_SORTED = 500;

/** What erasing an item takes away. */
export interface Erasing {
  /** Earlier versions of it, and what the person said of it. */
  readonly with: number;
  /** Other things that its author put into one entry with it: they go with it. */
  readonly together: readonly RecordItem[];
}

/** What would go with an item. @throws SalusError `not-found` */
export async function aboutErasing(session: Session, id: string): Promise<Erasing> {
  const item = await ownItem(session, id);
  if (!isOwn(item)) {
    const { items } = await entryOf(session, item);
    return { with: 0, together: items.filter((one) => one.id !== item.id) };
  }
  const { versions, marks } = await familyOf(session, item);
  return {
    with: versions.length - 1 + marks.filter((mark) => !isPrivate(markKindOf(mark) ?? 'note')).length,
    together: [],
  };
}

/**
 * Erases an item of the own record, in every version, with what the person said of it: keepers give its key to nobody from then on,
 * and let go of its blocks. What the person put into one entry with it is sealed anew; of what somebody else wrote the whole entry
 * goes, as only its author can say who wrote what is left.
 * @throws SalusError `not-found`, `block-missing` where what has to be sealed anew cannot be had now: nothing is changed then
 */
export function eraseItem(session: Session, id: string): Promise<void> {
  return session.oneRearranging(() => eraseInTurn(session, id));
}

async function eraseInTurn(session: Session, id: string): Promise<void> {
  const item = await ownItem(session, id);
  const whole = isOwn(item) ? [item] : (await entryOf(session, item)).items;
  const gone: RecordItem[] = [];
  for (const one of whole) {
    const { versions, marks } = await familyOf(session, one);
    gone.push(...versions, ...marks);
  }
  await rearrange(session, gone, () => undefined, true);
}

/** Things of the own record like one, that are not in a section yet, itself among them. */
export async function likeItem(session: Session, id: string, section: Section): Promise<RecordItem[]> {
  const { rows } = session.catalogue;
  const item = await ownItem(session, id);
  const like = likeOf(item);
  const list = item.code === undefined ? BY_TITLE : BY_CODE;
  const prefix = item.code === undefined ? searchText({ title: item.title }) : codePrefix(item.code);
  const { items: keys } = await list.page(rows, MOST_LIKE, { prefix });
  const found = await Promise.all(keys.map((key) => OWN.find(rows, key)));
  const all = found.filter((one) => one !== undefined && isOwn(one) && likeOf(one) === like) as RecordItem[];
  return all.filter((one) => one.section !== section);
}

/**
 * Moves an item that the person put into their record to another section, in every version, with what the person said of it; and, where
 * that is wanted, what is like it: now, and in what is added later.
 * @returns how many were moved
 * @throws SalusError `not-found`, `block-missing`; `bad-request` for what somebody else wrote
 */
export function moveItem(session: Session, id: string, section: Section, like: boolean): Promise<number> {
  return session.oneRearranging(() => moveInTurn(session, id, section, like));
}

async function moveInTurn(session: Session, id: string, section: Section, like: boolean): Promise<number> {
  const item = await ownItem(session, id);
  if (!isOwn(item)) {
    throw new SalusError('bad-request', 'Somebody else put this there, and only they can say who wrote it.');
  }
  const items = like ? await likeItem(session, id, section) : [item];
  const moved: RecordItem[] = [];
  for (const one of items) {
    const { versions, marks } = await familyOf(session, one);
    // What is for the patient alone is nobody else's, wherever it is.
    moved.push(...versions, ...marks.filter((mark) => !isPrivate(markKindOf(mark) ?? 'note')));
  }
  if (like) {
    const choice = { like: likeOf(item), section };
    await session.state.update((s) => {
      const others = s.sorted.filter((one) => one.like !== choice.like);
      return { ...s, sorted: [choice, ...others].slice(0, MOST_SORTED) };
    });
  }
  await rearrange(session, moved, () => section, false);
  return items.length;
}

/**
 * Has items go to another section, or nowhere, and takes back the entries that they are in: what else was in those is sealed anew where
 * it was.
 */
async function rearrange(
  session: Session,
  items: readonly RecordItem[],
  to: (item: RecordItem) => Section | undefined,
  erased: boolean,
): Promise<void> {
  const ids = new Set(items.map(({ id }) => id));
  const copies = await Promise.all(items.map((item) => copiesOf(session, item)));
  const entries = new Map<string, EntryRow>();
  for (const item of [...items, ...copies.flat()]) {
    const entry = await entryOf(session, item);
    entries.set(`${entry.registry}/${entry.id}`, entry);
  }
  const all = [...entries.values()];
  const over = new Set(all.map(({ id }) => id));
  const shared: ResealSource[] = [];
  const alone: ResealSource[] = [];
  const before: string[] = [];
  for (const entry of all) {
    const left: ResealSource['items'][number][] = [];
    for (const [position, item] of entry.items.entries()) {
      // Killed once it was sealed anew and before the entry was taken back: it need not be again.
      const moved = await movedId(session.catalogue.rows, entry.patient, item.id);
      if (moved !== undefined) {
        const [now = ''] = moved.split('/');
        if (!over.has(now)) before.push(now);
        continue;
      }
      const section = ids.has(item.id) ? to(item) : item.section;
      if (section !== undefined) left.push({ position, id: item.id, section });
    }
    if (left.length === 0) continue;
    const source = await sourceOf(session, entry, left);
    const { wrapped } = await session.storage.keyOf(source.cid);
    (wrapped === undefined ? alone : shared).push(source);
  }
  const after = [
    ...new Set(before),
    ...(await reseal(session, shared, false)),
    ...(await reseal(session, alone, true)),
  ];
  // What was picked of them goes with them, and what is left is picked anew by what it is now.
  const selections = await selectionsOf(session, all);
  const gone = new Set(items.filter((item) => to(item) === undefined).map(({ id }) => id));
  await pickAgain(session, selections, gone);
  await withdraw(session, { entries: [...all, ...selections], after, erased });
}

/** @returns ids of the new entries */
async function reseal(session: Session, sources: readonly ResealSource[], alone: boolean): Promise<string[]> {
  if (sources.length === 0) return [];
  const wanted = new Set(sources.flatMap(({ items }) => items.map(({ section }) => section)));
  const targets = await ownTargets(
    session,
    SECTIONS.filter((section) => wanted.has(section)),
    alone,
  );
  session.keyring.check();
  const rows = await session.storage.reseal(sources, targets, session.address);
  return rows.map(idOf);
}

const isOwn = ({ author, patient }: RecordItem): boolean => author.toLowerCase() === patient.toLowerCase();

async function entryOf(session: Session, { registry, id }: Pick<RecordItem, 'registry' | 'id'>): Promise<EntryRow> {
  const entry = await session.catalogue.entry(registry, id.split('/')[0] ?? '');
  if (entry?.state !== 'open') throw new SalusError('not-found', 'There is no such record.');
  return entry;
}
