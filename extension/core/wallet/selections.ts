import { currentId } from '../catalogue/claims.ts';
import {
  ENTRIES,
  folderName,
  isLive,
  PICKED,
  pickedPrefix,
  SHARING,
  type EntryRow,
  type GrantRow,
  type RecordItem,
} from '../catalogue/model.ts';
import { isMeant, type Rule } from '../consent/rule.ts';
import { isForLater, SalusError } from '../errors.ts';
import { markKindOf } from '../records/marks.ts';
import type { ResealSource } from '../records/reseal.ts';
import { SELECTION } from '../records/sections.ts';
import { giveConsent, type Decision, type GivenConsent } from './give-consent.ts';
import { lookIfPossible } from './import-records.ts';
import { sourceOf } from './reseal-source.ts';
import type { Deployment, Session } from './session.ts';
import { ownConsents } from './sharing.ts';
import { itemOf, newestVersion } from './versions.ts';

/** Things that are picked at once, at most. */
export const MOST_PICKED = 1_000;
/** Entries that are looked at in one go. */
const PAGE = 200;
/** A folder that was to be shared and was not: what was to go into it is forgotten. */
const FORGOTTEN_MS = 86_400_000;
/** Blocks that a reorganisation may still move entries by: they are looked at again. */
const LOOKED_AGAIN = 64;

/** What is shared of a record: picked things, and what is added to them by itself. */
export interface Picking {
  readonly ids: readonly string[];
  readonly rule?: Rule | undefined;
}

/**
 * Shares picked things of the own record, and nothing else: in a folder of their own, whose entries give the keys of these things alone.
 * @returns the consent; what was picked is put into its folder as soon as it is on the chain
 * @throws SalusError `not-found`; `too-large` for more than {@link MOST_PICKED}, or once all folders are used; as `giveConsent`
 */
export async function sharePicked(
  session: Session,
  picking: Picking,
  decision: Omit<Decision, 'sections' | 'selection'>,
): Promise<GivenConsent> {
  const selection = await selectionFor(session, picking);
  const { consent } = await giveConsent(session, { ...decision, sections: [], selection });
  await fillSelections(session);
  return consent;
}

/** A folder for picked things, which {@link fillSelections} puts there once it is shared. @throws SalusError as {@link sharePicked} */
export async function selectionFor(
  session: Session,
  { ids, rule }: Picking,
): Promise<NonNullable<Decision['selection']>> {
  if (ids.length > MOST_PICKED) throw tooMany();
  for (const id of ids) await requirePickable(session, id);
  return { folder: await session.oneSelecting(() => reserve(session, ids)), rule };
}

async function requirePickable(session: Session, id: string): Promise<void> {
  const item = await itemOf(session, session.address, id);
  if (item !== undefined && item.picked === undefined && markKindOf(item) === undefined) return;
  throw new SalusError('not-found', 'There is no such record.');
}

/** A folder in which nothing ever was, for what is to go into it. */
async function reserve(session: Session, ids: readonly string[]): Promise<number> {
  const [{ selections }, { picking }, grants] = await Promise.all([
    session.folders(),
    session.state.read(),
    SHARING.all(session.catalogue.rows),
  ]);
  const used = new Set([...grants, ...picking].map(({ folder }) => folder));
  const names = session.deployments.map(
    ({ registry }) =>
      (tag: number) =>
        folderName(registry.toLowerCase(), session.address, tag),
  );
  for (const folder of selections) {
    if (used.has(folder)) continue;
    const rows = await session.catalogue.rows.getAll(names.map((name) => name(folder)));
    if (rows.some((row) => row !== undefined)) continue;
    const one = { folder, ids: [...ids], at: session.now() };
    await session.state.update((s) => ({ ...s, picking: [...s.picking, one] }));
    return folder;
  }
  throw tooMany();
}

const tooMany = () =>
  new SalusError('too-large', 'This is more than can be shared in this way.', { limit: MOST_PICKED });

/** Things of one folder of picked ones, the newest first. */
export async function pickedIn(
  session: Session,
  place: Pick<EntryRow, 'registry' | 'folder'>,
): Promise<readonly RecordItem[]> {
  const { rows } = session.catalogue;
  const names = await PICKED.all(rows, pickedPrefix({ ...place, registry: place.registry.toLowerCase() }));
  return (await rows.getAll<EntryRow>(names)).flatMap((row) => (row?.state === 'open' ? row.items : []));
}

/**
 * Puts into folders of picked things what is to go there: what was picked, later versions of what is in them, and what a rule adds. To
 * be called whenever something may have changed; it costs little where nothing did. What cannot be had now is put there the next time.
 * @returns whether something was
 */
export async function fillSelections(session: Session): Promise<boolean> {
  try {
    return await session.oneSelecting(() => fillInTurn(session));
  } catch (error) {
    session.keyring.check();
    if (!isForLater(error)) throw error;
    return false;
  }
}

/** As what each session last found everything. */
const lastSeen = new WeakMap<Session, string>();

async function fillInTurn(session: Session): Promise<boolean> {
  const { rows } = session.catalogue;
  const [folders, { picking }, { summary }, grants] = await Promise.all([
    session.folders(),
    session.state.read(),
    session.catalogue.head(),
    SHARING.all(rows),
  ]);
  const now = await session.catalogue.time();
  const own = grants.filter(({ folder }) => folders.kind(folder) === SELECTION);
  const live = own.filter((grant) => isLive(grant, now));
  const { entries, anchored } = summary;
  const state = JSON.stringify([entries, anchored, picking, live.map(({ folder, block }) => [folder, block])]);
  if (lastSeen.get(session) === state) return false;
  const rules = live.length > 0 ? await rulesOf(session) : new Map<string, Rule>();
  let isAll = true;
  let isAny = false;
  for (const [, [grant]] of Map.groupBy(live, ({ registry, folder }) => `${registry}/${folder}`)) {
    if (grant === undefined) continue;
    const wanted = picking.find(({ folder }) => folder === grant.folder)?.ids ?? [];
    const filled = await fillOne(session, grant, wanted, rules.get(grant.receipt));
    isAll &&= filled.isAll;
    isAny ||= filled.isAny;
  }
  await forget(session, own, live);
  if (isAll && (await session.state.read()).picking.length === picking.length) lastSeen.set(session, state);
  return isAny;
}

/** What was picked for a share that is over, or never came to be, is not put anywhere. */
async function forget(session: Session, own: readonly GrantRow[], live: readonly GrantRow[]): Promise<void> {
  const alive = new Set(live.map(({ folder }) => folder));
  const over = new Set(own.map(({ folder }) => folder).filter((folder) => !alive.has(folder)));
  const { picking } = await session.state.read();
  const isOver = ({ folder, at }: (typeof picking)[number]) =>
    over.has(folder) || (!alive.has(folder) && at < session.now() - FORGOTTEN_MS);
  if (!picking.some(isOver)) return;
  await session.state.update((s) => ({ ...s, picking: s.picking.filter((one) => !isOver(one)) }));
}

async function rulesOf(session: Session): Promise<Map<string, Rule>> {
  const consents = await ownConsents(session);
  return new Map(
    consents.flatMap(({ consentId, receipt, by }) =>
      receipt?.rule && by === undefined ? [[consentId, receipt.rule]] : [],
    ),
  );
}

/** Row with how far entries were looked at for one folder. */
const lookedThrough = ({ registry, folder }: GrantRow): string => `picked-through/${registry}/${folder}`;

/** @returns whether all that is to be in it is, and whether anything was added */
async function fillOne(
  session: Session,
  grant: GrantRow,
  ids: readonly string[],
  rule: Rule | undefined,
): Promise<{ readonly isAll: boolean; readonly isAny: boolean }> {
  const { rows } = session.catalogue;
  const there = await pickedIn(session, grant);
  const has = new Set(there.map(({ picked }) => picked));
  const wanted = new Map<string, RecordItem>();
  const want = (item: RecordItem) => {
    if (!has.has(item.id)) wanted.set(item.id, item);
  };
  const later: string[] = [];
  for (const id of ids) {
    const item = await itemOf(session, session.address, id);
    if (item === undefined) continue; // erased meanwhile
    const newest = await newestVersion(session, item);
    want(newest);
    // Who is to read it is told of what is on the chain.
    if (newest.block === 0) later.push(id);
  }
  const { items, through } = await newItems(session, grant);
  for (const item of items) {
    if (rule !== undefined && isMeant(item, rule)) want(item);
    else if (item.replaces !== undefined && (await isIn(session, has, item.replaces))) want(item);
  }
  const ready = [...wanted.values()].filter(({ block, registry }) => block > 0 && registry === grant.registry);
  if (ready.length > 0) await seal(session, session.deployment(grant.registry), grant.folder, ready);
  await rows.write(new Map([[lookedThrough(grant), through]]));
  await session.state.update((s) => ({
    ...s,
    picking: s.picking.flatMap((one) => {
      if (one.folder !== grant.folder) return [one];
      return later.length === 0 ? [] : [{ ...one, ids: later }];
    }),
  }));
  return { isAll: later.length === 0, isAny: ready.length > 0 };
}

/** Whether an item, as it was, is among picked ones. */
async function isIn(session: Session, has: ReadonlySet<string | undefined>, id: string): Promise<boolean> {
  return has.has(id) || has.has(await currentId(session.catalogue.rows, session.address, id));
}

/** Items that came to the own record since they were last looked at for a folder. */
async function newItems(
  session: Session,
  grant: GrantRow,
): Promise<{ readonly items: readonly RecordItem[]; readonly through: number }> {
  const { rows } = session.catalogue;
  let through = (await rows.get<number>(lookedThrough(grant))) ?? 0;
  const from = through - LOOKED_AGAIN;
  const items: RecordItem[] = [];
  for (let before: string | undefined; ;) {
    const page = await ENTRIES.page(rows, PAGE, { before });
    const entries = await Promise.all(page.items.map((id) => session.catalogue.entry(grant.registry, id)));
    for (const row of entries) {
      if (row === undefined || row.block === 0) continue;
      if (row.block <= from) return { items, through };
      through = Math.max(through, row.block);
      items.push(...row.items.filter((item) => markKindOf(item) === undefined));
    }
    const last = entries.findLast((row) => row !== undefined);
    if (page.next === undefined || last === undefined) return { items, through };
    before = page.next;
  }
}

/** Seals picked items into their folder. */
async function seal(
  session: Session,
  deployment: Deployment,
  folder: number,
  items: readonly RecordItem[],
): Promise<void> {
  await lookIfPossible(session);
  const { registry } = deployment;
  const sources: ResealSource[] = [];
  for (const [entry, some] of Map.groupBy(items, ({ id }) => id.split('/')[0] ?? '')) {
    const row = await session.catalogue.entry(registry, entry);
    if (row?.state !== 'open') continue;
    const picked = some.map(({ id, section }) => ({ id, section, position: Number(id.split('/')[1]) }));
    sources.push(await sourceOf(session, row, picked));
  }
  const epoch = await session.catalogue.epochOf(registry, folder);
  const under = await session.sealUnder(deployment, folder, epoch);
  const patientKey = session.keyring.encryption.publicX;
  session.keyring.check();
  await session.storage.pick(sources, { folder, registry, patientKey, under }, session.address);
  await session.catalogue.listPending();
}

/** Selections that some entries of the own record are in, which go where these go. */
export async function selectionsOf(session: Session, entries: readonly EntryRow[]): Promise<EntryRow[]> {
  const ids = new Set(entries.map(({ id }) => id));
  const { rows } = session.catalogue;
  const all = await rows.getAll<EntryRow>(await PICKED.all(rows));
  return all.filter(
    (row) => row !== undefined && row.items.some(({ picked = '' }) => ids.has(picked.split('/')[0] ?? '')),
  ) as EntryRow[];
}

/** Remembers what was in selections that are taken back, so that what is left of it is picked anew by what it is then. */
export async function pickAgain(
  session: Session,
  selections: readonly EntryRow[],
  without: ReadonlySet<string>,
): Promise<void> {
  const at = session.now();
  const again = selections.map(({ folder, items }) => ({
    folder,
    at,
    ids: items.flatMap(({ picked }) => (picked === undefined || without.has(picked) ? [] : [picked])),
  }));
  if (again.length === 0) return;
  await session.state.update((s) => {
    const all = Map.groupBy([...s.picking, ...again], ({ folder }) => folder);
    const picking = [...all].map(([folder, some]) => ({
      folder,
      at: Math.max(...some.map((one) => one.at)),
      ids: [...new Set(some.flatMap(({ ids }) => ids))],
    }));
    return { ...s, picking };
  });
}
