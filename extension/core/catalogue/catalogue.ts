import { fromHex, type Bytes } from '../bytes.ts';
import {
  filtersOf,
  filtersOfPatients,
  RING,
  START,
  type BlockRef,
  type Follower,
  type Position,
  type Standing,
  type Step,
} from '../chain/follower.ts';
import type { ChainEvent } from '../chain/logs.ts';
import { chainUnreachable, isSalusError, SalusError } from '../errors.ts';
import type { ProvenItem } from '../records/entry-reader.ts';
import type { KnownVersion } from '../records/same.ts';
import type { RegistryClient } from '../registry/client.ts';
import { NO_HEAD } from '../registry/heads.ts';
import { cidFromDigest } from '../storage/cid.ts';
import { AddedByOthers } from './added.ts';
import { Changes } from './changes.ts';
import { HELD_IN_EMERGENCY } from './emergencies.ts';
import type { PlacedOpening } from './opening-lines.ts';
import {
  AWAY,
  bucketName,
  versionsName,
  entryName,
  FOLLOWED,
  folderName,
  GIVEN,
  HEAD,
  LAYOUT,
  NEW_HEAD,
  WAITING,
  withdrawnName,
  writtenName,
  type Anchor,
  type EntryRow,
  type FolderRow,
  type Head,
  type WithdrawnRow,
} from './model.ts';
import { Openings, type CatalogueKeys, type SealedSource } from './openings.ts';
import { Round } from './round.ts';
import { SealedRows, type Draft, type RowStore } from './rows.ts';
import type { SortedList } from './sorted-list.ts';

/** Events applied in one write where they cannot be undone anyway. */
const SLICE = 1_500;
/** Entries that are looked at in one go, whether it is time to try them again. */
const MOST_RETRIED = 50;
/** Own writes since a block that can still be undone with it. */
const MOST_LOOSE = 256;
/** How long a record that is not touched goes without being compared with the registry. */
const VERIFY_MS = 600_000;
/** Ways through a chain that is reorganised while it is followed. */
const MOST_ROUNDS = 1_000;

export interface CatalogueParts {
  readonly store: RowStore;
  readonly source: SealedSource;
  readonly follower: Follower;
  /** One for each registry of the network. */
  readonly clients: readonly RegistryClient[];
  readonly keys: CatalogueKeys;
  readonly chainId: number;
  /** Address of the network's care orders, where it has them. */
  readonly orders: string | undefined;
  /** Entries that this wallet sealed for its own record and that are not on the chain. */
  readonly unanchored: () => Promise<readonly PendingEntry[]>;
  /** This account's own folders that may hold something. */
  readonly ownFolders: () => Promise<readonly number[]>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** An entry that waits for the chain. */
export type PendingEntry = Parameters<Changes['pending']>[0];

/** How far a catalogue is. */
export interface CatalogueState {
  /** Milliseconds since the epoch at which the node last answered; 0 for never. */
  readonly asOf: number;
  /** A node left out a part of it. */
  readonly incomplete: boolean;
  /** While it is made anew from the chain. */
  readonly building?: { readonly done: number; readonly total: number };
}

/**
 * What a wallet knows: entries and what is in them, grants given and received, what happened; sealed, and kept in step with the
 * chain by the {@link Follower}. It is no source of truth: it can be made anew from chain and blocks at any time, and is when it is
 * damaged or of an older version.
 */
export class Catalogue {
  readonly rows: SealedRows;
  readonly openings: Openings;
  /** Own entries of which this browser has not all blocks. */
  readonly away = this.#roundOf(AWAY, 8);
  readonly #waiting = this.#roundOf(WAITING, MOST_RETRIED);
  readonly #parts: CatalogueParts;
  #sync: Promise<void> | undefined;
  /** Changes follow one another. */
  #last: Promise<unknown> = Promise.resolve();
  #building: CatalogueState['building'];
  /** As the chain told it since this was taken; what is learned with everything else from the beginning is no news. */
  readonly added = new AddedByOthers();
  /** Folders that changed since they were compared with the registry, and when all were. */
  #touched = new Set<string>();
  #verifiedAt = 0;

  constructor(parts: CatalogueParts) {
    this.#parts = parts;
    this.rows = new SealedRows(
      parts.store,
      () => parts.keys.rowsKey(),
      () => parts.keys.check(),
    );
    this.openings = new Openings(parts.source, parts.keys, parts.chainId, parts.now);
  }

  get address(): string {
    return this.#parts.keys.address;
  }

  async head(): Promise<Head> {
    return (await this.rows.get<Head>(HEAD)) ?? NEW_HEAD;
  }

  async state(): Promise<CatalogueState> {
    const { at, incomplete } = await this.head();
    return { asOf: at, incomplete, ...(this.#building && { building: this.#building }) };
  }

  /**
   * Takes in what is new on the chain. One at a time: who asks during one gets that one.
   * @throws SalusError `chain-unreachable`, `wrong-chain`, `vault-locked`, `storage-full`; what was known stays
   */
  sync(): Promise<void> {
    this.#sync ??= this.#one(() => this.#follow())
      // It was dropped with that: what comes next makes it anew.
      .catch((error: unknown) => {
        if (!isSalusError(error, 'catalogue-damaged')) throw error;
        return this.#one(() => this.#follow());
      })
      .catch((error: unknown) => {
        throw isSalusError(error) ? error : chainUnreachable();
      })
      .finally(() => {
        this.#sync = undefined;
      });
    return this.#sync;
  }

  /** What this wallet sealed for its own record is listed at once. */
  listPending(): Promise<void> {
    return this.#one(() => this.#change((changes) => this.#listPending(changes)));
  }

  async #listPending(changes: Changes): Promise<void> {
    for (const entry of await this.#parts.unanchored()) {
      await changes.pending({ ...entry, registry: entry.registry.toLowerCase() });
    }
    await changes.finish();
  }

  /** Unix seconds: the chain’s time, or this machine’s where that is later. What has an end ends by it. */
  async time(): Promise<number> {
    return this.#time(await this.head());
  }

  #time({ time }: Head): number {
    return Math.max(time, Math.floor(this.#parts.now() / 1000));
  }

  async entry(registry: string, id: string): Promise<EntryRow | undefined> {
    return this.rows.get<EntryRow>(entryName(registry.toLowerCase(), id));
  }

  /** Where an entry that this account wrote or can read is on the chain. */
  async anchorOf(registry: string, id: string): Promise<Anchor | undefined> {
    const own = await this.entry(registry, id);
    if (own !== undefined && own.block > 0) return { block: own.block, transaction: own.transaction };
    return this.rows.get<Anchor>(writtenName(registry.toLowerCase(), id));
  }

  /** Epoch of one of this account's own folders. */
  async epochOf(registry: string, folder: number): Promise<number> {
    return (await this.rows.get<FolderRow>(folderName(registry.toLowerCase(), this.address, folder)))?.epoch ?? 0;
  }

  /** Those of some digests that own items have. */
  async known(digests: readonly string[]): Promise<string[]> {
    const names = [...new Set(digests.map(bucketName))];
    const buckets = await this.rows.getAll<readonly string[]>(names);
    const all = new Set(buckets.flatMap((bucket) => bucket ?? []));
    return digests.filter((digest) => all.has(digest));
  }

  /** The newest versions that are here of things that others name, by those names (hex). */
  async versionsOf(identities: readonly string[]): Promise<Record<string, KnownVersion>> {
    const names = [...new Set(identities.map(versionsName))];
    const buckets = await this.rows.getAll<Readonly<Record<string, KnownVersion>>>(names);
    const all = Object.assign({}, ...buckets) as Record<string, KnownVersion>;
    return Object.fromEntries(
      identities.flatMap((identity) => (all[identity] ? [[identity, all[identity]] as const] : [])),
    );
  }

  /** Bytes of one item, proven against the commitment on the chain. @throws SalusError `no-consent`, `commitment-mismatch`, `block-missing` */
  async readItem(row: EntryRow, position: number): Promise<Bytes> {
    return (await this.#ofItem('readItem', row, position)).bytes;
  }

  /** The same, with what leads from them to the commitment. @throws as {@link readItem} */
  proveItem(row: EntryRow, position: number): Promise<ProvenItem> {
    return this.#ofItem('proveItem', row, position);
  }

  async #ofItem<N extends 'readItem' | 'proveItem'>(
    how: N,
    row: EntryRow,
    position: number,
  ): Promise<Awaited<ReturnType<SealedSource[N]>>> {
    const key = await this.openings.keyOf(this.rows, row);
    const cid = cidFromDigest(fromHex(row.cid)).toString();
    const answer = await this.#parts.source[how](cid, key, fromHex(row.commitment), position);
    return answer as Awaited<ReturnType<SealedSource[N]>>;
  }

  /** Takes away what the person withdrew, as the chain will say. */
  withdraw(entries: readonly Pick<EntryRow, 'registry' | 'id'>[]): Promise<void> {
    return this.#one(() =>
      this.#change(async (changes) => {
        for (const { registry, id } of entries) {
          await changes.withdraw({ registry: registry.toLowerCase(), id, patient: this.address });
        }
        await changes.finish();
      }),
    );
  }

  /** Block in which the chain says that an entry of this account's own was withdrawn. */
  async withdrawnIn(registry: string, id: string): Promise<number | undefined> {
    const name = withdrawnName({ registry: registry.toLowerCase(), patient: this.address, id });
    return (await this.rows.get<WithdrawnRow>(name))?.block;
  }

  /** Tries an entry again that did not open, because the person asks for it. */
  retry(entry: EntryRow): Promise<void> {
    return this.#one(() =>
      this.#change(async (changes) => {
        await changes.retry(entry);
        await changes.finish();
      }),
    );
  }

  #roundOf(list: SortedList<string>, part: number): Round<EntryRow> {
    return new Round(async (before) => {
      const { items, ...next } = await list.page(this.rows, part, { before });
      return { items: (await this.rows.getAll<EntryRow>(items)).filter((row) => row !== undefined), ...next };
    });
  }

  /** Opens entries under the keys (hex) that keepers gave for them. */
  gaveKeys(keys: ReadonlyMap<EntryRow, string>): Promise<void> {
    return this.#one(() =>
      this.#change(async (changes) => {
        await changes.gaveKeys(keys);
        await changes.finish();
      }),
    );
  }

  /** Takes in what a keeper's log says. @param next number of the line to go on from */
  noteOpenings(keeper: string, openings: readonly PlacedOpening[], next: number): Promise<void> {
    return this.#one(() => this.#change((changes) => changes.openings(keeper, openings, next)));
  }

  kept(entries: readonly EntryRow[]): Promise<void> {
    return this.#one(() =>
      this.#change(async (changes) => {
        for (const entry of entries) changes.kept(entry);
        await changes.finish();
      }),
    );
  }

  async #follow(): Promise<void> {
    const { follower, keys } = this.#parts;
    let moved = false;
    await this.#startAnew();
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const head = await this.head();
      const followed = await this.#followed();
      const filters = [...filtersOf(keys.address), ...filtersOfPatients([...followed])];
      const steps = follower.follow(toPosition(head), filters);
      let again = false;
      for (;;) {
        const next = await steps.next();
        if (next.done) {
          if (!again) await this.#seen(next.value);
          break;
        }
        moved = true;
        again = await this.#take(next.value);
        if (again) break;
      }
      if (!again) {
        await this.#tend();
        if (moved) await this.#verify();
        this.#building = undefined;
        return;
      }
    }
    throw new SalusError('chain-unreachable', 'The health network’s node gives no usable answer. Try another node.');
  }

  /** What was taken in of other registries than the network has now, or was laid out otherwise, is taken in anew. */
  async #startAnew(): Promise<void> {
    const of = [LAYOUT, ...this.#registries(), this.#parts.orders?.toLowerCase() ?? ''].join();
    const head = await this.head();
    if (head.of === of) return;
    await this.rows.clear();
    await this.rows.write(new Map([[HEAD, { ...NEW_HEAD, of } satisfies Head]]));
  }

  #registries(): string[] {
    return this.#parts.clients.map((client) => client.network.registry.toLowerCase());
  }

  /** @returns whether what comes next must be asked for anew */
  async #take(step: Step): Promise<boolean> {
    if (step.kind === 'rebuild') {
      await this.rows.clear();
      await this.#startAnew();
      return true;
    }
    if (step.kind === 'rollback') {
      await this.#rollBack(step.to);
      return true;
    }
    const newcomers = await this.#newcomers(step.events);
    let { events } = step;
    for (const e of events) if (e.kind === 'record') this.#touched.add(folderName(e.registry, e.patient, e.folder));
    if ((await this.head()).at > 0) this.added.note(events, this.address);
    if (newcomers.length > 0) {
      const past = await this.#parts.follower.past(filtersOfPatients(newcomers), step.through.number);
      events = inOrder([...events, ...past]);
    }
    if (step.undoable) await this.#commit(events, newcomers, step.through, true);
    else {
      this.#building = { done: 0, total: events.length };
      for (let i = 0; i === 0 || i < events.length; i += SLICE) {
        const last = i + SLICE >= events.length;
        const slice = events.slice(i, i + SLICE);
        await this.#commit(slice, newcomers, last ? step.through : undefined, false);
        this.#building = { done: Math.min(i + SLICE, events.length), total: events.length };
      }
    }
    return newcomers.length > 0;
  }

  /** Patients who gave this account access for the first time. */
  async #newcomers(events: readonly ChainEvent[]): Promise<string[]> {
    const me = this.address.toLowerCase();
    const known = await this.#followed();
    const patients = events.flatMap((e) => {
      if (e.kind !== 'granted' && e.kind !== 'emergency') return [];
      const to = e.kind === 'granted' ? e.grantee : e.doctor;
      return to.toLowerCase() === me ? [e.patient] : [];
    });
    return [...new Set(patients.map((p) => p.toLowerCase()))].filter((p) => p !== me && !known.has(p));
  }

  async #followed(): Promise<ReadonlySet<string>> {
    return new Set((await this.rows.get<readonly string[]>(FOLLOWED)) ?? []);
  }

  /** @param through undefined where more of the same step is to come */
  async #commit(
    events: readonly ChainEvent[],
    newcomers: readonly string[],
    through: BlockRef | undefined,
    undoable: boolean,
  ): Promise<void> {
    const head = await this.head();
    const draft = this.rows.draft();
    const followed = new Set([...(await this.#followed()), ...newcomers]);
    if (newcomers.length > 0 && through !== undefined) draft.put(FOLLOWED, [...followed]);
    const changes = this.#changes(draft, head, followed);
    await changes.apply(events);
    const next = { ...head, summary: changes.summary };
    if (through === undefined) return this.#write(draft, next);
    if (!undoable) return this.#write(draft, withoutUndo(next, through), undefined, undosOf(head));
    const undo = undoName(head);
    const ring = [...head.ring, { ...through, undos: [...head.loose, undo] }];
    const over = ring.slice(0, -RING).flatMap(({ undos }) => undos);
    await this.#write(draft, { ...next, ring: ring.slice(-RING), loose: [], undo: head.undo + 1 }, undo, over);
  }

  async #write(draft: Draft, head: Head, undo?: string, over?: readonly string[]): Promise<void> {
    draft.put(HEAD, head);
    await draft.commit(undo, over);
  }

  async #rollBack(to: BlockRef): Promise<void> {
    const { ring, loose } = await this.head();
    const at = ring.findIndex((seen) => seen.number === to.number && seen.hash === to.hash);
    const over = [...ring.slice(at + 1).flatMap((seen) => seen.undos), ...loose];
    await this.rows.undo(over.toReversed());
    // Blocks that were remembered then and whose undoing has gone since are not gone back to.
    await this.rows.write(new Map([[HEAD, { ...(await this.head()), ring: ring.slice(0, at + 1) } satisfies Head]]));
  }

  /** What time brings, and what is to be tried again. */
  async #tend(): Promise<void> {
    const now = this.#parts.now();
    const due = (await this.#waiting.next()).filter((row) => (row.due ?? 0) <= now);
    await this.#change(async (changes) => {
      await this.#listPending(changes);
      for (const row of due) await changes.retry(row);
      await changes.finish();
      await changes.retryObjects(now);
      await changes.sweep();
    });
  }

  /** Compares the folders' heads with the registry's: a node that left a record out is noticed. */
  async #verify(): Promise<void> {
    const { ring } = await this.head();
    const at = ring.at(-1)?.number;
    let complete = true;
    const everything = this.#parts.now() - this.#verifiedAt > VERIFY_MS;
    if (!everything && this.#touched.size === 0) return;
    const own = await this.#parts.ownFolders();
    const given = [...(await GIVEN.all(this.rows)), ...(await HELD_IN_EMERGENCY.all(this.rows))];
    for (const client of this.#parts.clients) {
      const registry = client.network.registry.toLowerCase();
      const others = given.filter((g) => g.registry === registry && g.rights !== 0);
      const all = [...own.map((folder) => ({ patient: this.address, folder })), ...others];
      const asked = everything ? all : all.filter((f) => this.#touched.has(folderName(registry, f.patient, f.folder)));
      const states = await client.folders(asked, at);
      const rows = await this.rows.getAll<FolderRow>(asked.map((f) => folderName(registry, f.patient, f.folder)));
      complete &&= states.every(({ head, count }, i) => {
        const row = rows[i] ?? { head: NO_HEAD, count: 0 };
        return row.count === count && row.head.toLowerCase() === head.toLowerCase();
      });
    }
    if (everything) this.#verifiedAt = this.#parts.now();
    this.#touched.clear();
    const head = await this.head();
    if (head.incomplete === complete) {
      await this.rows.write(new Map([[HEAD, { ...head, incomplete: !complete } satisfies Head]]));
    }
  }

  async #seen(standing: Standing): Promise<void> {
    await this.rows.write(new Map([[HEAD, { ...(await this.head()), ...standing } satisfies Head]]));
  }

  async #change(work: (changes: Changes) => Promise<void>): Promise<void> {
    const head = await this.head();
    const draft = this.rows.draft();
    const changes = this.#changes(draft, head, await this.#followed());
    await work(changes);
    if (draft.isEmpty) return;
    const next = { ...head, summary: changes.summary };
    const top = head.ring.at(-1);
    if (top === undefined || top.number <= head.final) return this.#write(draft, next);
    // Not without end: then a reorganisation makes the catalogue anew.
    if (head.loose.length >= MOST_LOOSE) return this.#write(draft, withoutUndo(next, top), undefined, undosOf(head));
    const undo = undoName(head);
    await this.#write(draft, { ...next, loose: [...head.loose, undo], undo: head.undo + 1 }, undo);
  }

  #changes(draft: Draft, head: Head, followed: ReadonlySet<string>): Changes {
    const registries = this.#registries();
    const known = { summary: head.summary, followed, registries };
    return new Changes(draft, known, this.#parts.keys, this.openings, this.#time(head));
  }

  #one<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

const undoName = ({ undo }: Head): string => `undo/${undo}`;

const undosOf = ({ ring, loose }: Head): string[] => [...ring.flatMap((seen) => seen.undos), ...loose];

/** The head with nothing left that could be undone. */
const withoutUndo = (head: Head, { number, hash }: BlockRef): Head => ({
  ...head,
  ring: [{ number, hash, undos: [] }],
  loose: [],
});

const toPosition = ({ ring, final, at, time }: Head): Position =>
  ring.length === 0 ? START : { ring, final, at, time };

function inOrder(events: readonly ChainEvent[]): ChainEvent[] {
  const once = new Map(events.map((event) => [`${event.blockHash}/${event.index}`, event]));
  return [...once.values()].sort((a, b) => a.block - b.block || a.index - b.index);
}
