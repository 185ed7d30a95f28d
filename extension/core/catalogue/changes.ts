import { fromHex, toHex } from '../bytes.ts';
import type { OrderEvent } from '../care/order-events.ts';
import type {
  EmergencyAllowed,
  EmergencyOpened,
  Granted,
  GrantedBy,
  Noted,
  Place,
  RecordAdded,
  Reported,
  Revoked,
  Rotated,
} from '../chain/events.ts';
import { isOrderEvent, type ChainEvent } from '../chain/logs.ts';
import { SELECTION, type FolderKind } from '../records/sections.ts';
import { markKindOf } from '../records/marks.ts';
import { nextHead, NO_HEAD } from '../registry/heads.ts';
import {
  ACTIVITY,
  ALARMS,
  AWAY,
  BAD,
  ENTRIES,
  entriesOf,
  entryKey,
  entryName,
  folderName,
  GIVEN,
  givenKey,
  isLive,
  keyName,
  PICKED,
  pickedKey,
  placeKey,
  receiptName,
  SHARING,
  sharingKey,
  UNOPENED,
  unopenedKey,
  WAITING,
  withdrawnName,
  writtenName,
  type ActivityRow,
  type Anchor,
  type ChainRow,
  type EntryRow,
  type FolderRow,
  type GrantRow,
  type ReceiptRow,
  type RecordItem,
  type Summary,
  type WithdrawnRow,
} from './model.ts';
import { claimsOn, movedId } from './claims.ts';
import { ALLOWED_IN_EMERGENCY, EMERGENCIES, emergencyGrant, HELD_IN_EMERGENCY, noteEmergency } from './emergencies.ts';
import { ItemLists } from './item-lists.ts';
import { ListChanges } from './list-changes.ts';
import { takeOpenings, takeReport, type PlacedOpening } from './opening-lines.ts';
import { doerOf, takeOrder, toldOf } from './orders.ts';
import type { CatalogueKeys, Opened, Openings } from './openings.ts';
import { KnownItems } from './known-items.ts';
import type { Draft } from './rows.ts';
import type { RowReader } from './sorted-list.ts';

/** Entries that are opened at the same time. */
const AT_ONCE = 24;
/** Entries of one author that did not open, after which the author's further ones wait until the person wants to see them. */
const MOST_BAD = 50;

const badBy = (author: string): string => `bad-by/${author.toLowerCase()}`;

const chainRowOf = ({ what, by, folder, until, purposes }: Noted): Omit<ChainRow, 'kind'> => ({
  what,
  ...(by !== undefined && { who: by }),
  ...(folder !== undefined && { folder }),
  ...(until !== undefined && { until }),
  ...(purposes !== undefined && { purposes }),
});

/** What the changes build on. */
export interface Known {
  readonly summary: Summary;
  /** Patients whose records are followed, in lower case. */
  readonly followed: ReadonlySet<string>;
  /** Every registry of the network, in lower case. */
  readonly registries: readonly string[];
}

/** What one set of events, or of the wallet's own acts, changes in the catalogue. Written by the draft's commit, all or nothing. */
export class Changes {
  readonly #items: ItemLists;
  readonly #draft: Draft;
  readonly #keys: CatalogueKeys;
  readonly #openings: Openings;
  /** Unix seconds. */
  readonly #now: number;
  readonly #lists = new ListChanges();
  /** Entries whose opening is still to be tried, by name. */
  readonly #toOpen = new Map<string, EntryRow>();
  readonly #known = new KnownItems();
  /** Entries that somebody asked for, by name. */
  readonly #wanted = new Set<string>();
  readonly #registries: readonly string[];
  /** Patients whose records are followed, in lower case. */
  readonly #followed: ReadonlySet<string>;

  constructor(
    draft: Draft,
    { summary, followed, registries }: Known,
    keys: CatalogueKeys,
    openings: Openings,
    now: number,
  ) {
    this.#draft = draft;
    this.#keys = keys;
    this.#openings = openings;
    this.#now = now;
    this.#followed = followed;
    this.#registries = registries;
    const isMe = (address: string) => this.#isMe(address);
    this.#items = new ItemLists({ draft, lists: this.#lists, registries, isMe, summary });
  }

  get summary(): Summary {
    return this.#items.summary;
  }

  /** Events in the order of the chain. One that was applied before changes nothing. */
  async apply(events: readonly ChainEvent[]): Promise<void> {
    for (const event of events) {
      if (isOrderEvent(event)) await this.#order(event);
      else if (event.kind === 'record') await this.#record(event);
      else if (event.kind === 'withdrawn')
        await this.withdraw(event, { block: event.block, transaction: event.transaction });
      else if (event.kind === 'granted') await this.#granted(event);
      else if (event.kind === 'granted-by') await this.#grantedBy(event);
      else if (event.kind === 'emergency') await this.#emergency(event);
      else if (event.kind === 'reported') await this.#reported(event);
      else if (event.kind === 'emergency-allowed') this.#emergencyAllowed(event);
      else if (event.kind === 'revoked') await this.#revoked(event);
      else if (event.kind === 'rotated') await this.#rotated(event);
      else if (event.kind === 'enrolled') this.#onChain(event, event.who, { what: 'joined' });
      else if (event.kind === 'noted') this.#onChain(event, event.account, chainRowOf(event));
    }
    await this.finish();
  }

  /** Opens what is to be opened, and puts everything into the lists. */
  async finish(): Promise<void> {
    const known = withRows(this.#draft, new Map(this.#toOpen));
    const rows = [...this.#toOpen.values()];
    this.#toOpen.clear();
    for (let i = 0; i < rows.length; i += AT_ONCE) {
      const some = rows.slice(i, i + AT_ONCE);
      const opened = await Promise.all(some.map((row) => this.#open(row, known)));
      for (const [j, row] of some.entries()) {
        const { code, tries, due, ...plain } = row;
        void [code, tries, due];
        await this.#opened({ ...plain, ...opened[j] });
      }
    }
    await this.#known.into(this.#draft);
    await this.#lists.into(this.#draft);
  }

  /** An entry that this wallet sealed for its own record, and that waits for the chain. */
  async pending({
    instead,
    ...entry
  }: Omit<EntryRow, 'state' | 'items' | 'block' | 'index' | 'transaction'> & {
    /** Id of the one whose place it took. */
    readonly instead?: string;
  }): Promise<void> {
    if (instead !== undefined) await this.#overtake(entry, instead);
    const known = await this.#draft.get<EntryRow>(entryName(entry.registry, entry.id));
    if (known !== undefined || (await this.#isWithdrawn(entry))) return;
    this.#items.count({ entries: 1 });
    this.#tryToOpen({ ...entry, block: 0, index: 0, transaction: '', state: 'waiting', items: [] });
  }

  /** Takes away an entry that waits for the chain, and will not come there: another takes its place, also in what was said of it. */
  async #overtake(next: Pick<EntryRow, 'registry' | 'id' | 'patient'>, id: string): Promise<void> {
    const name = entryName(next.registry, id);
    const row = await this.#draft.get<EntryRow>(name);
    if (row === undefined || row.block > 0) return;
    this.#draft.delete(name);
    this.#items.count({ entries: -1 });
    if (await this.#isSelection(row)) {
      this.#lists.put(PICKED, pickedKey(row), undefined);
      this.#lists.put(ACTIVITY, entryKey(row), undefined);
      return this.#unlist(row);
    }
    this.#lists.put(ENTRIES, entryKey(row), undefined);
    this.#lists.put(ACTIVITY, entryKey(row), undefined);
    this.#unlist(row);
    await this.#items.takeAway(row);
    await this.#items.passOn(row, next);
  }

  /**
   * A patient withdrew an entry of their record: it is in no list any more, and nothing of it is known. It need not be on the chain yet.
   * What was withdrawn before changes nothing.
   */
  async withdraw(of: Pick<EntryRow, 'registry' | 'patient' | 'id'>, at?: Anchor): Promise<void> {
    const { registry, patient, id } = of;
    const own = this.#isMe(patient);
    if (!own && !this.#followed.has(patient.toLowerCase())) return;
    const name = entryName(registry, id);
    const row = this.#toOpen.get(name) ?? (await this.#draft.get<EntryRow>(name));
    const isThere =
      row !== undefined && row.state !== 'withdrawn' && row.patient.toLowerCase() === patient.toLowerCase();
    const before = await this.#draft.get<WithdrawnRow>(withdrawnName(of));
    const { erased }: WithdrawnRow = isThere
      ? { erased: await this.#takeAway(name, row) }
      : (before ?? { erased: false });
    const block = at?.block ?? before?.block;
    this.#draft.put(withdrawnName(of), { erased, ...(block !== undefined && { block }) } satisfies WithdrawnRow);
    if (own && erased && at !== undefined) {
      const line: ActivityRow = { kind: 'erased', ...at };
      this.#lists.put(ACTIVITY, `${placeKey({ block: at.block, index: 0 })}|${at.transaction}|erased`, line);
    } else if (own && at !== undefined) {
      const line: ActivityRow = { kind: 'chain', what: 'withdrawn', ...at };
      this.#lists.put(ACTIVITY, `${placeKey({ block: at.block, index: 0 })}|${at.transaction}|withdrawn`, line);
    }
  }

  /** @returns whether something in it is nowhere else */
  async #takeAway(name: string, known: EntryRow): Promise<boolean> {
    const { code, tries, due, ...row } = known;
    void [code, tries, due];
    const own = this.#isMe(row.patient);
    const wasOpened = !this.#toOpen.delete(name);
    if (wasOpened) this.#unlist(known);
    if (wasOpened && !own && (known.state === 'waiting' || known.state === 'bad'))
      await this.#items.countPatient(row.patient, -1);
    if (await this.#isSelection(row)) {
      this.#lists.put(PICKED, pickedKey(row), undefined);
      this.#noteGone(row);
      this.#draft.put(name, { ...row, state: 'withdrawn', items: [] } satisfies EntryRow);
      this.#items.count({ entries: -1, anchored: row.block > 0 ? -1 : 0 });
      return false;
    }
    const gone = [];
    for (const item of row.items) if ((await movedId(this.#draft, row.patient, item.id)) === undefined) gone.push(item);
    await this.#items.takeAway(row);
    this.#lists.put(UNOPENED, unopenedKey(row), undefined);
    this.#draft.put(name, { ...row, state: 'withdrawn', items: [] } satisfies EntryRow);
    this.#draft.delete(keyName(row.registry, row.id));
    if (!own) return false;
    this.#lists.put(AWAY, entryKey(row), undefined);
    this.#lists.put(ENTRIES, entryKey(row), undefined);
    this.#noteGone(row);
    this.#items.count({ entries: -1, anchored: row.block > 0 ? -1 : 0 });
    await this.#known.forget(this.#draft, gone);
    // What is in one that was never opened is known of those alone that others say to have come of it.
    if (row.items.length === 0) return Object.keys(await claimsOn(this.#draft, row.patient, row.id)).length === 0;
    return gone.some((item) => markKindOf(item) === undefined);
  }

  async #isWithdrawn(of: Pick<EntryRow, 'registry' | 'patient' | 'id'>): Promise<boolean> {
    return (await this.#draft.get(withdrawnName(of))) !== undefined;
  }

  /** Tries an entry again that did not open; also one of an author of whom too much did not. */
  async retry({ registry, id }: EntryRow): Promise<void> {
    const name = entryName(registry, id);
    const row = await this.#draft.get<EntryRow>(name);
    if (row === undefined || (row.state !== 'waiting' && row.state !== 'bad')) return;
    this.#unlist(row);
    if (row.code === 'too-many-faults') this.#wanted.add(name);
    if (!this.#isMe(row.patient)) await this.#items.countPatient(row.patient, -1);
    this.#tryToOpen({ ...row, state: 'closed' });
  }

  /** It is no more among those that did not open. */
  #unlist(row: EntryRow): void {
    if (row.state !== 'waiting' && row.state !== 'bad') return;
    this.#lists.put(row.state === 'waiting' ? WAITING : BAD, entryKey(row), undefined);
    this.#items.count({ [row.state]: -1 });
  }

  /** Keeps the keys (hex) of other people's entries that keepers gave, and opens what they are for. */
  async gaveKeys(keys: ReadonlyMap<EntryRow, string>): Promise<void> {
    for (const [{ registry, id }, key] of keys) {
      const row = await this.#draft.get<EntryRow>(entryName(registry, id));
      if (row?.state !== 'closed') continue;
      this.#draft.put(keyName(registry, id), key);
      this.#tryToOpen(row);
    }
  }

  /** Takes in what a keeper's log says: see {@link takeOpenings}. */
  openings(keeper: string, openings: readonly PlacedOpening[], next: number): Promise<void> {
    return takeOpenings(this.#draft, keeper, openings, next);
  }

  /** All blocks of an own entry are in this browser now. */
  kept(row: EntryRow): void {
    this.#lists.put(AWAY, entryKey(row), undefined);
  }

  async #record(event: RecordAdded): Promise<void> {
    const { registry, id, patient, author, folder, block, index, transaction } = event;
    const own = this.#isMe(patient);
    if (!own && !this.#followed.has(patient.toLowerCase())) {
      // Written by this account into a record that it may not read.
      if (this.#isMe(author)) this.#draft.put(writtenName(registry, id), { block, transaction } satisfies Anchor);
      return;
    }
    const name = entryName(registry, id);
    const known = this.#toOpen.get(name) ?? (await this.#draft.get<EntryRow>(name));
    if (known !== undefined && known.block !== 0) {
      if (known.block === block && known.index === index) return;
      // An author may record the same entry again: it is one entry all the same, but counts in the folder's head each time.
      const again = `again/${registry}/${block}/${index}`;
      if ((await this.#draft.get(again)) !== undefined) return;
      this.#draft.put(again, true);
      return this.#addToHead(event);
    }
    await this.#addToHead(event);
    const { epoch, cid, commitment } = event;
    const at = { registry, id, patient, author, folder, epoch, block, index, transaction };
    const entry = { ...at, cid: toHex(cid), commitment: toHex(commitment), items: [] };
    if (await this.#isWithdrawn(event)) {
      const row: EntryRow = { ...entry, state: 'withdrawn' };
      if (own) this.#noteGone(row);
      return this.#draft.put(name, row);
    }
    if (known !== undefined) return this.#anchored(name, known, { block, index, transaction });
    if (own) this.#items.count({ entries: 1, anchored: 1 });
    else this.#lists.put(entriesOf(registry, patient, folder), `${placeKey(event)}|${id}`, name);
    this.#tryToOpen({ ...entry, state: 'closed' });
  }

  async #addToHead({ registry, patient, folder, id }: RecordAdded): Promise<void> {
    const name = folderName(registry, patient, folder);
    const before = (await this.#draft.get<FolderRow>(name)) ?? { head: NO_HEAD, count: 0 };
    this.#draft.put(name, { ...before, head: nextHead(before.head, id), count: before.count + 1 } satisfies FolderRow);
  }

  /** What waited is on the chain now. */
  async #anchored(name: string, known: EntryRow, at: Pick<EntryRow, 'block' | 'index' | 'transaction'>): Promise<void> {
    const items = known.items.map((item) => ({ ...item, block: at.block, transaction: at.transaction }));
    const row = { ...known, ...at, items };
    this.#items.count({ anchored: 1 });
    if (this.#toOpen.has(name)) this.#toOpen.set(name, row);
    else this.#draft.put(name, row);
    // It moves to its new place where it was still to be fetched, or did not open.
    for (const [list, state] of [
      [WAITING, 'waiting'],
      [BAD, 'bad'],
    ] as const) {
      if (known.state !== state || this.#toOpen.has(name)) continue;
      this.#lists.put(list, entryKey(known), undefined);
      this.#lists.put(list, entryKey(row), name);
    }
    if (await this.#isSelection(row)) {
      this.#lists.put(PICKED, pickedKey(known), undefined);
      this.#lists.put(ACTIVITY, entryKey(known), undefined);
      if (row.state === 'open') this.#addSelection(row);
      return;
    }
    await this.#items.renew(row);
    if (row.state === 'open' && this.#isMe(row.patient)) {
      this.#lists.put(ENTRIES, entryKey(known), undefined);
      this.#lists.put(ENTRIES, entryKey(row), row.id);
    }
    this.#lists.put(ACTIVITY, entryKey(known), undefined);
    this.#note(row);
  }

  #tryToOpen(row: EntryRow): void {
    this.#toOpen.set(entryName(row.registry, row.id), row);
  }

  /** @param known entries that came with it, too: a selection is of others that may */
  async #open(row: EntryRow, known: RowReader): Promise<Opened> {
    const faults = this.#isMe(row.author) ? 0 : ((await this.#draft.get<number>(badBy(row.author))) ?? 0);
    if (faults >= MOST_BAD && !this.#wanted.has(entryName(row.registry, row.id)))
      return { state: 'bad', code: 'too-many-faults', items: [] };
    return this.#openings.open(known, row, await this.#kindOf(row));
  }

  async #opened(row: EntryRow): Promise<void> {
    const name = entryName(row.registry, row.id);
    const twin = await this.#twin(row);
    if (twin !== undefined) {
      this.#lists.put(UNOPENED, unopenedKey(row), undefined);
      this.#draft.put(name, { ...row, state: 'closed', items: [] } satisfies EntryRow);
      return;
    }
    this.#draft.put(name, row);
    if (row.state === 'open' && (await this.#isSelection(row))) return this.#addSelection(row);
    if (row.state === 'open' && this.#isMe(row.patient)) return this.#addOwn(row);
    if (!this.#isMe(row.patient)) await this.#noteUnopened(row);
    if (row.state === 'open') return this.#items.add(row);
    const key = entryKey(row);
    if (this.#isMe(row.patient)) this.#note(row);
    if (row.state !== 'closed' && !this.#isMe(row.patient)) await this.#items.countPatient(row.patient, 1);
    if (row.state === 'waiting') {
      this.#items.count({ waiting: 1 });
      this.#lists.put(WAITING, key, name);
    } else if (row.state === 'bad') {
      this.#items.count({ bad: 1 });
      this.#lists.put(BAD, key, name);
      if (row.code === 'too-many-faults') return;
      this.#draft.put(badBy(row.author), ((await this.#draft.get<number>(badBy(row.author))) ?? 0) + 1);
    }
  }

  /** Whether its key is still to be asked for: one that was given and does not open it, as it is for its patient alone, was asked for. */
  async #noteUnopened(row: EntryRow): Promise<void> {
    const { registry, id, state } = row;
    const isUnopened = state === 'closed' && (await this.#draft.get(keyName(registry, id))) === undefined;
    this.#lists.put(UNOPENED, unopenedKey(row), isUnopened ? entryName(registry, id) : undefined);
  }

  /** An id names no registry: the same id is the same record, and it is enough that it opens in one of them. */
  async #twin({ registry, id }: EntryRow): Promise<EntryRow | undefined> {
    for (const other of this.#registries) {
      if (other === registry) continue;
      const row = await this.#draft.get<EntryRow>(entryName(other, id));
      if (row?.state === 'open') return row;
      if (row?.state === 'bad') {
        this.#items.count({ bad: -1 });
        this.#lists.put(BAD, entryKey(row), undefined);
        this.#draft.put(entryName(other, id), { ...row, state: 'closed' } satisfies EntryRow);
      }
    }
    return undefined;
  }

  async #kindOf({ registry, patient, folder }: EntryRow): Promise<FolderKind | 'any-section' | undefined> {
    if (this.#isMe(patient)) return this.#keys.kindOf(folder);
    const grant = await GIVEN.find(this.#draft, givenKey({ patient, registry, folder }));
    const receipt = grant && (await this.#draft.get<ReceiptRow>(receiptName(grant.receipt)))?.receipt;
    const said = receipt?.sections.find((s) => s.folder === folder)?.section;
    if (said !== undefined) return said;
    // In an emergency nobody said what the folder holds: each entry says it itself.
    const held = await HELD_IN_EMERGENCY.find(this.#draft, givenKey({ patient, registry, folder }));
    return held && isLive(held, this.#now) ? 'any-section' : undefined;
  }

  /** Of the own record: it holds what other entries hold, and is in no list but its own. */
  async #isSelection({ patient, folder }: EntryRow): Promise<boolean> {
    return this.#isMe(patient) && (await this.#keys.kindOf(folder)) === SELECTION;
  }

  #addSelection(row: EntryRow): void {
    this.#lists.put(PICKED, pickedKey(row), entryName(row.registry, row.id));
    const { block, transaction } = row;
    const line: ActivityRow = { kind: 'chain', what: 'picked', block, transaction };
    this.#lists.put(ACTIVITY, entryKey(row), line);
  }

  async #addOwn(row: EntryRow): Promise<void> {
    await this.#items.add(row);
    this.#lists.put(ENTRIES, entryKey(row), row.id);
    if (row.block > 0) this.#lists.put(AWAY, entryKey(row), entryName(row.registry, row.id));
    this.#known.add(row.items);
    this.#note(row);
  }

  /** What the patient said of an item is told beside it alone, and what was sealed anew was added before. */
  #note(row: EntryRow): void {
    const { author, block, transaction, id, items } = row;
    const isNews = (item: RecordItem) => markKindOf(item) === undefined && item.was === undefined;
    const count = items.filter(isNews).length;
    const section = items[0]?.section;
    const line: ActivityRow =
      count === 0 || section === undefined
        ? {
            ...{ kind: 'chain', what: section === undefined ? 'unread' : 'beside', block, transaction },
            ...(!this.#isMe(author) && { who: author }),
          }
        : { kind: 'added', author, section, count, entry: id, block, transaction };
    this.#lists.put(ACTIVITY, entryKey(row), line);
  }

  /** Of what was taken back the chain goes on saying that it was there. */
  #noteGone(row: EntryRow): void {
    const { block, transaction } = row;
    const line: ActivityRow | undefined = block > 0 ? { kind: 'chain', what: 'gone', block, transaction } : undefined;
    this.#lists.put(ACTIVITY, entryKey(row), line);
  }

  /** What is on the chain of this account, and changes nothing else here. */
  #onChain(place: Place, account: string, row: Omit<ChainRow, 'kind'>): void {
    if (!this.#isMe(account)) return;
    const { block, transaction } = place;
    this.#lists.put(ACTIVITY, `${placeKey(place)}|${row.what}`, { kind: 'chain', ...row, block, transaction });
  }

  /** A prescription, or a test that was ordered. */
  async #order(event: OrderEvent): Promise<void> {
    const { patient } = event;
    const by = doerOf(event);
    const isMine = by !== undefined && this.#isMe(by);
    if (!this.#isMe(patient) && !isMine && !this.#followed.has(patient.toLowerCase())) return;
    await takeOrder(this.#draft, this.#lists, event);
    this.#onChain(event, patient, { what: toldOf(event), ...(by !== undefined && { who: by }) });
  }

  async #granted(event: Granted): Promise<void> {
    const { registry, patient, grantee, folder, from, until, purposes, rights, epoch, block, transaction } = event;
    const terms = { grantee, folder, from, until, purposes, rights };
    const grant: GrantRow = { ...terms, registry, patient, epoch, receipt: toHex(event.receipt), block, transaction };
    if (this.#isMe(event.patient)) {
      await SHARING.change(this.#draft, new Map([[sharingKey(grant), grant]]));
      await this.#receipt(event);
      await this.#noteShared(event);
    }
    if (this.#isMe(event.grantee)) {
      await GIVEN.change(this.#draft, new Map([[givenKey(grant), grant]]));
      await this.#receipt(event);
      await this.#openFolder(grant);
    }
  }

  /** One line for all folders of one act. */
  async #noteShared({ registry, grantee, folder, until, receipt, block, transaction }: Granted): Promise<void> {
    const key = sharedKey({ block, transaction, grantee });
    const before = await ACTIVITY.find(this.#draft, key);
    const folders = before?.kind === 'shared' ? before.folders : [];
    const event: ActivityRow = {
      kind: 'shared',
      registry,
      recipient: grantee,
      folders: [...new Set([...folders, folder])],
      until,
      receipt: toHex(receipt),
      block,
      transaction,
    };
    await ACTIVITY.change(this.#draft, new Map([[key, event]]));
  }

  /** Beside the grant and its line; one alarm for all folders of one act. */
  async #grantedBy({ registry, patient, delegate: by, grantee, folder, block, transaction }: GrantedBy): Promise<void> {
    if (!this.#isMe(patient)) return;
    const of = sharingKey({ registry, grantee, folder });
    const grant = await SHARING.find(this.#draft, of);
    if (grant?.transaction === transaction) await SHARING.change(this.#draft, new Map([[of, { ...grant, by }]]));
    const key = sharedKey({ block, transaction, grantee });
    const line = await ACTIVITY.find(this.#draft, key);
    if (line?.kind !== 'shared' || line.by === by) return;
    await ACTIVITY.change(this.#draft, new Map([[key, { ...line, by }]]));
    this.#draft.put(ALARMS, ((await this.#draft.get<number>(ALARMS)) ?? 0) + 1);
  }

  #emergencyAllowed(event: EmergencyAllowed): void {
    const { patient, registry, folder, allowed } = event;
    if (!this.#isMe(patient)) return;
    this.#lists.put(ALLOWED_IN_EMERGENCY, `${registry}|${folder}`, allowed ? { registry, folder } : undefined);
    this.#onChain(event, patient, { what: allowed ? 'emergency-on' : 'emergency-off', folder });
  }

  async #emergency(event: EmergencyOpened): Promise<void> {
    const row = await emergencyGrant(this.#draft, event);
    if (this.#isMe(row.patient)) await noteEmergency(this.#draft, row);
    if (!this.#isMe(row.grantee)) return;
    await HELD_IN_EMERGENCY.change(this.#draft, new Map([[givenKey(row), row]]));
    await this.#openFolder(row);
  }

  async #reported(event: Reported): Promise<void> {
    if (this.#isMe(event.patient) && !this.#isMe(event.by)) await takeReport(this.#draft, event);
  }

  async #receipt({ receipt: digest, registry, patient }: Granted): Promise<void> {
    const name = receiptName(toHex(digest));
    const known = await this.#draft.get<ReceiptRow>(name);
    if (known?.receipt !== undefined) return;
    await this.#readObject(digest, registry, patient);
  }

  /** Opens a consent object and keeps what it says; one that cannot be fetched is tried again later. */
  async #readObject(digest: Uint8Array, registry: string, patient: string): Promise<void> {
    const name = receiptName(toHex(digest));
    const content = await this.#openings.openObject(fromHex(toHex(digest)), registry, patient);
    if (content === 'later') {
      const tries = ((await this.#draft.get<ReceiptRow>(name))?.tries ?? 0) + 1;
      this.#draft.put(name, { tries, due: this.#openings.due(tries) } satisfies ReceiptRow);
      this.#draft.put('objects', {
        ...(await this.#draft.get<Record<string, unknown>>('objects')),
        [toHex(digest)]: { registry, patient },
      });
      return;
    }
    const { [toHex(digest)]: waited, ...others } = (await this.#draft.get<Record<string, unknown>>('objects')) ?? {};
    if (waited !== undefined) this.#draft.put('objects', others);
    this.#draft.put(name, (content ? { receipt: content.receipt } : {}) satisfies ReceiptRow);
  }

  /** Tries objects again that could not be fetched, and what waited for them. */
  async retryObjects(nowMs: number): Promise<void> {
    const objects = (await this.#draft.get<Record<string, { registry: string; patient: string }>>('objects')) ?? {};
    for (const [digest, { registry, patient }] of Object.entries(objects)) {
      const row = await this.#draft.get<ReceiptRow>(receiptName(digest));
      if ((row?.due ?? 0) > nowMs) continue;
      await this.#readObject(fromHex(digest), registry, patient);
      if (this.#isMe(patient)) continue;
      for (const grant of await GIVEN.all(this.#draft, `${patient.toLowerCase()}|`)) await this.#openFolder(grant);
    }
    await this.finish();
  }

  /** Opens what is in a folder and was closed to this reader. */
  async #openFolder(grant: GrantRow): Promise<void> {
    // One that is yet to begin is opened too; it is listed once it has begun.
    if (grant.rights === 0 || grant.voided || grant.until <= this.#now) return;
    const names = await entriesOf(grant.registry, grant.patient, grant.folder).all(this.#draft);
    for (const row of await this.#draft.getAll<EntryRow>(names)) if (row?.state === 'closed') this.#tryToOpen(row);
  }

  async #revoked(event: Revoked): Promise<void> {
    const { registry, patient, grantee, folder, block, transaction } = event;
    const key = { registry, patient, grantee, folder };
    if (this.#isMe(patient)) {
      for (const list of [SHARING, EMERGENCIES]) {
        const grant = await list.find(this.#draft, sharingKey(key));
        if (grant) await list.change(this.#draft, new Map([[sharingKey(key), { ...grant, rights: 0 }]]));
      }
      const at = `${placeKey({ block, index: 0 })}|${transaction}|ended|${grantee}`;
      const before = await ACTIVITY.find(this.#draft, at);
      const folders = before?.kind === 'ended' ? before.folders : [];
      const line: ActivityRow = {
        kind: 'ended',
        recipient: grantee,
        folders: [...new Set([...folders, folder])],
        block,
        transaction,
      };
      await ACTIVITY.change(this.#draft, new Map([[at, line]]));
    }
    if (this.#isMe(grantee)) {
      for (const list of [GIVEN, HELD_IN_EMERGENCY]) {
        const grant = await list.find(this.#draft, givenKey(key));
        if (grant) await list.change(this.#draft, new Map([[givenKey(key), { ...grant, rights: 0 }]]));
      }
      await this.#closeUnlessHeld(key);
    }
  }

  async #rotated(event: Rotated): Promise<void> {
    const { registry, patient, folder, epoch } = event;
    const name = folderName(registry, patient, folder);
    const before = (await this.#draft.get<FolderRow>(name)) ?? { head: NO_HEAD, count: 0 };
    const keyring = event.keyring.some((byte) => byte !== 0) ? { keyring: toHex(event.keyring) } : {};
    this.#draft.put(name, { ...before, epoch: Math.max(epoch, before.epoch ?? 0), ...keyring } satisfies FolderRow);
    if (this.#isMe(patient)) {
      this.#onChain(event, patient, { what: event.isNewEpoch ? 'locked-anew' : 'keys', folder });
      if (!event.voidsGrants) return;
      for (const list of [SHARING, EMERGENCIES]) {
        const grants = (await list.all(this.#draft)).filter((g) => g.registry === registry && g.folder === folder);
        const old = grants.filter((g) => g.epoch < epoch);
        await list.change(this.#draft, new Map(old.map((g) => [sharingKey(g), { ...g, voided: true }] as const)));
      }
      return;
    }
    if (!event.voidsGrants) return;
    const key = { patient, registry, folder };
    for (const list of [GIVEN, HELD_IN_EMERGENCY]) {
      const grant = await list.find(this.#draft, givenKey(key));
      if (grant === undefined || grant.epoch >= epoch) continue;
      await list.change(this.#draft, new Map([[givenKey(key), { ...grant, voided: true }]]));
    }
    await this.#closeUnlessHeld(key);
  }

  /** A folder may be held twice: by a grant, and in an emergency. */
  async #closeUnlessHeld(of: Pick<GrantRow, 'registry' | 'patient' | 'folder'>): Promise<void> {
    const held = await Promise.all([GIVEN, HELD_IN_EMERGENCY].map((list) => list.find(this.#draft, givenKey(of))));
    if (!held.some((grant) => grant !== undefined && isLive(grant, this.#now))) await this.close(of);
  }

  /** What was open in a folder that is not given any more is forgotten; it is opened anew when it is given again. */
  async close({ registry, patient, folder }: Pick<GrantRow, 'registry' | 'patient' | 'folder'>): Promise<void> {
    await this.finish();
    const names = await entriesOf(registry, patient, folder).all(this.#draft);
    for (const row of await this.#draft.getAll<EntryRow>(names)) {
      if (row?.state !== 'open') continue;
      await this.#items.takeAway(row);
      const name = entryName(row.registry, row.id);
      this.#draft.put(name, { ...row, state: 'closed', items: [] } satisfies EntryRow);
      this.#draft.delete(keyName(row.registry, row.id));
      this.#lists.put(UNOPENED, unopenedKey(row), name);
    }
    await this.#lists.into(this.#draft);
  }

  /** Closes the folders whose time is over. */
  async sweep(): Promise<void> {
    for (const list of [GIVEN, HELD_IN_EMERGENCY]) {
      for (const grant of await list.all(this.#draft)) {
        if (grant.rights === 0 || grant.voided || grant.until > this.#now) continue;
        await list.change(this.#draft, new Map([[givenKey(grant), { ...grant, rights: 0 }]]));
        await this.#closeUnlessHeld(grant);
      }
    }
  }

  #isMe(address: string): boolean {
    return address.toLowerCase() === this.#keys.address.toLowerCase();
  }
}

/** Key of the line that says what one act gave to whom. */
const sharedKey = (of: { readonly block: number; readonly transaction: string; readonly grantee: string }): string =>
  `${placeKey({ block: of.block, index: 0 })}|${of.transaction}|${of.grantee}`;

/** What a reader has, and some rows over it. */
const withRows = (rows: RowReader, over: ReadonlyMap<string, unknown>): RowReader => ({
  get: async <T>(name: string) => (over.get(name) as T | undefined) ?? rows.get<T>(name),
  getAll: (names) => rows.getAll(names),
});
