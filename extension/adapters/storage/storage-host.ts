import { CID } from 'multiformats/cid';
import { fromHex, own, randomId, toHex, type Bytes } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import {
  planOf,
  type ImportPlan,
  type ImportReport,
  type Known,
  type ReadFile,
} from '../../core/records/import-plan.ts';
import type { IssuerKey } from '../../core/import/reader.ts';
import { MOST_FILE_BYTES, readFiles, type ImportFile, type Validate } from '../../core/records/importer.ts';
import { ItemStreams } from '../../core/records/item-streams.ts';
import { withLinks, type ItemLinks } from '../../core/records/linked-plan.ts';
import { itemsAnew, type ResealSource } from '../../core/records/reseal.ts';
import { entryKeyOf, LocalEntryReader } from '../../core/records/local-reader.ts';
import { nobleGroup } from '../../core/custody/noble-group.ts';
import { decodeEntry } from '../../core/records/entry.ts';
import { sealPlan, type Sealable } from '../../core/records/seal-plan.ts';
import { blocksOfItem, pickItems, sealSelection, splitPicked, type PickedItem } from '../../core/records/selection.ts';
import {
  rewrapEntry,
  sealEntry,
  type NewItem,
  type SealedEntry,
  type SealedFor,
} from '../../core/records/seal-entry.ts';
import { cidOf, DAG_CBOR } from '../../core/storage/cid.ts';
import { idOf, isDurable, isOpen, keepersOf, type LedgerCounts, type LedgerRow } from '../../core/storage/ledger.ts';
import type { EntryKeySource } from '../../core/records/entry-reader.ts';
import type {
  ChallengeOutcome,
  PickTarget,
  Progress,
  ReadAs,
  SealTarget,
  Staged,
  StoragePort,
  WrapUnder,
} from '../../core/wallet/ports.ts';
import { openDatabase, type Database, type StoredRow } from './database.ts';
import { fileBytes } from './file-bytes.ts';
import { fileDigest, worthWorker } from './file-digest.ts';
import { startNode, type NodeBlocks } from './helia-node.ts';
import { Counted } from './counted.ts';
import { blockKey } from './idb-blockstore.ts';
import { collectGarbage, Ingest, INGEST_LOCK, type Root } from './ingest.ts';
import { challenge } from './challenge.ts';
import { pictureCodes } from '../pictures/picture-codes.ts';
import { countUnsaved, forgetAccount } from './all-networks.ts';
import { pack, probe, replicateTo } from './replicate.ts';

type JobFile = ImportFile & { readonly file: Blob };

interface Job {
  /** Added together; at least one, or what a link leads to once it was fetched. */
  readonly files: JobFile[];
  /** A health link, which is followed when it is to be planned. */
  readonly link?: { readonly text: string; readonly passcode?: string | undefined };
  fetched?: Promise<void>;
  /** What is in them, once it was read. */
  read?: Promise<readonly ReadFile[]>;
  /** By what of the person's it was read. */
  readBy?: string;
  /** Which other item what is in them is about. */
  readonly links: ItemLinks;
  plan?: ImportPlan;
  /** How many imports of the person's own had ended when what is known was last looked at. */
  seen: number;
  /** Once begun. Who asked may die meanwhile and ask again. */
  committed?: Promise<LedgerRow[]>;
  progress: Progress;
  readonly abort: AbortController;
  /** Over: kept only until the next file is taken in hand. */
  finished: boolean;
}

/** Most files that are added together. */
const MOST_TOGETHER = 1_000;
/** An issuer that is asked for its keys has so long to answer. */
const ISSUER_MS = 15_000;

/**
 * The storage side of the wallet: the block store, the IPFS node, sealing and opening. Lives where it may run long (the
 * offscreen document; the background page on Firefox). It is handed the keys of one job at a time and keeps none.
 */
export class StorageHost implements StoragePort {
  readonly #db: Database;
  readonly #source: NodeBlocks;
  readonly #reader: LocalEntryReader;
  readonly #streams: ItemStreams;
  readonly #validate: Validate;
  /** Shared with the node, which asks for it at each fetch. */
  readonly #network: { managers: readonly string[]; durableAt: number };
  readonly #counted: Counted;
  readonly #jobs = new Map<string, Job>();
  /** Imports of the person's own that ended, and the last of them that began: one at a time. */
  #ended = 0;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(
    db: Database,
    source: NodeBlocks,
    validate: Validate,
    network: { managers: readonly string[]; durableAt: number },
  ) {
    this.#db = db;
    this.#counted = new Counted(db);
    this.#source = source;
    this.#reader = new LocalEntryReader(source, nobleGroup);
    this.#streams = new ItemStreams(source);
    this.#validate = validate;
    this.#network = network;
  }

  /** @param place whose data it keeps: a network's key, or empty for the build's own */
  static async start(validate: Validate, place: string): Promise<StorageHost> {
    const db = await openDatabase(place === '' ? undefined : `salus:${place}`);
    const network = { managers: [] as readonly string[], durableAt: 1 };
    const source = await startNode(db, () => network.managers);
    const host = new StorageHost(db, source, validate, network);
    await collectGarbage(db);
    return host;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- called over a channel
  async setManagers(managers: readonly string[], durableAt: number): Promise<void> {
    this.#network.managers = managers;
    this.#network.durableAt = durableAt;
  }

  /** Takes a file in hand; nothing is read yet. @param job with whose files it is to be added @returns job id */
  // eslint-disable-next-line @typescript-eslint/require-await -- called over a channel
  async stage(file: Blob, name: string, source: string, { job, links = {} }: Staged = {}): Promise<string> {
    if (file.size > MOST_FILE_BYTES) {
      throw new SalusError('too-large', 'This file is larger than 2 GB. Split it, or leave out images.', {
        limit: MOST_FILE_BYTES,
      });
    }
    if (job !== undefined) return this.#stageWith(job, { file, name, source });
    return this.#begin({ files: [{ file, name, source }], links }, file.size);
  }

  /** Takes a health link in hand; nobody is asked yet. @throws SalusError `link-damaged`, `link-insecure` */
  async stageLink(text: string, passcode?: string): Promise<string> {
    const { aboutHealthLink } = await import('../../core/import/health-link.ts');
    aboutHealthLink(text);
    return this.#begin({ files: [], links: {}, link: { text, passcode } }, 0);
  }

  #begin(job: Pick<Job, 'files' | 'links' | 'link'>, bytes: number): string {
    for (const [id, old] of this.#jobs) if (old.finished) this.#jobs.delete(id);
    const id = randomId();
    const progress = { itemsDone: 0, items: 0, bytesDone: 0, bytes };
    this.#jobs.set(id, { ...job, seen: this.#ended, progress, abort: new AbortController(), finished: false });
    return id;
  }

  /** What a link leads to becomes files of its job. */
  async #follow(job: Job, { text, passcode }: NonNullable<Job['link']>): Promise<void> {
    const { followLink } = await import('./follow-link.ts');
    const onBytes = (fetched: number) => (job.progress = { ...job.progress, fetched });
    job.files.push(...(await followLink(text, { passcode, signal: job.abort.signal, onBytes })));
  }

  /** The keys that an issuer of health cards gives: in a file of its, or asked of it. */
  async issuerKeys(issuer: string, file?: string): Promise<readonly IssuerKey[]> {
    const { fetchIssuerKeys, issuerKeysIn } = await import('../../core/import/issuer-keys.ts');
    if (file !== undefined) return issuerKeysIn(file);
    return fetchIssuerKeys(issuer, { fetch: (url, init) => fetch(url, init), stallMs: ISSUER_MS });
  }

  #stageWith(id: string, file: JobFile): string {
    const job = this.#job(id);
    if (job.read !== undefined || job.files.length >= MOST_TOGETHER) {
      throw new SalusError('too-large', 'These are more files than can be added at once.', { limit: MOST_TOGETHER });
    }
    job.files.push(file);
    job.progress = { ...job.progress, bytes: job.progress.bytes + file.file.size };
    return id;
  }

  /** Reads the files, once for what the person said of them, and says what is new in them. */
  async plan(
    id: string,
    known: Known,
    { into, issuers = [], tables = [], sorted = [] }: ReadAs = {},
  ): Promise<ImportReport> {
    const job = this.#job(id);
    if (job.plan !== undefined && job.committed !== undefined) return job.plan.report;
    if (job.link !== undefined) {
      job.fetched ??= this.#follow(job, job.link).catch((error: unknown) => {
        delete job.fetched;
        throw error;
      });
      await job.fetched;
    }
    const { signal } = job.abort;
    const by = JSON.stringify([into, issuers, tables]);
    if (by !== job.readBy) delete job.read;
    job.readBy = by;
    if (job.read === undefined) job.progress = { ...job.progress, items: 0 };
    const reading = (job.read ??= readFiles(job.files, {
      validate: this.#validate,
      signal,
      onItem: () => (job.progress = { ...job.progress, items: job.progress.items + 1 }),
      issuers: new Map(issuers.map(({ issuer, keys }) => [issuer, keys])),
      tables: new Map(tables.map((table) => [table.header, table])),
      codes: ({ file }) => (file instanceof Blob ? pictureCodes(file, signal) : Promise.resolve([])),
      ...(into && { into }),
    }));
    const read = await reading.catch((error: unknown) => {
      if (job.read === reading) delete job.read;
      throw error;
    });
    // Where the person says where things go, nothing else does.
    const plan = planOf(read, { ...known, ...(into === undefined && { sorted }) });
    job.plan = withLinks(plan, job.links);
    return job.plan.report;
  }

  /**
   * Seals a planned import: all of it in one commit, or nothing. Asked again, gives the same import's outcome.
   * @throws SalusError `plan-outdated` where the person added something else since what is known was looked at: to be planned again
   */
  async commit(id: string, targets: readonly SealTarget[], patient: string, author: string): Promise<LedgerRow[]> {
    const job = this.#job(id);
    const { plan } = job;
    if (plan === undefined) throw new SalusError('bad-request', 'This import was not planned.');
    const commit = () => this.#commit(job, plan, targets, patient, author);
    job.committed ??= patient === author ? this.#inTurn(job, commit) : commit();
    return job.committed;
  }

  #inTurn(job: Job, commit: () => Promise<LedgerRow[]>): Promise<LedgerRow[]> {
    const turn = this.#last.then(async () => {
      job.abort.signal.throwIfAborted();
      if (job.seen !== this.#ended) {
        job.seen = this.#ended;
        delete job.committed;
        throw new SalusError('plan-outdated', 'Something else was added meanwhile. Look again at what this would add.');
      }
      const rows = await commit();
      this.#ended++;
      return rows;
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #commit(job: Job, plan: ImportPlan, targets: readonly SealTarget[], patient: string, author: string) {
    job.progress = { ...job.progress, itemsDone: 0, items: plan.report.taken };
    const { signal } = job.abort;
    try {
      return await this.#ingest((ingest) =>
        this.#seal(
          plan,
          targets,
          ingest,
          { patient, author },
          {
            signal,
            onBytes: (bytesDone) => (job.progress = { ...job.progress, bytesDone }),
            onItem: () => (job.progress = { ...job.progress, itemsDone: job.progress.itemsDone + 1 }),
          },
          (item) => streamed(item, plan, job),
        ),
      );
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      job.finished = true;
    }
  }

  /** @param work commits, or nothing of it stays */
  async #ingest<T>(work: (ingest: Ingest) => Promise<T>): Promise<T> {
    const ingest = new Ingest(this.#db);
    try {
      return await navigator.locks.request(INGEST_LOCK, { mode: 'shared' }, () => work(ingest));
    } catch (error) {
      await ingest.abandon();
      void collectGarbage(this.#db);
      throw error;
    }
  }

  async reseal(
    sources: readonly ResealSource[],
    targets: readonly SealTarget[],
    patient: string,
  ): Promise<LedgerRow[]> {
    const items = await itemsAnew(sources, this.#source);
    const plan = { items, exported: new Map() };
    const rows = await this.#ingest((ingest) => this.#seal(plan, targets, ingest, { patient, author: patient }));
    // What was planned before may speak of what went by another name then.
    this.#ended++;
    return rows;
  }

  async pick(sources: readonly ResealSource[], target: PickTarget, patient: string): Promise<LedgerRow[]> {
    const picked = await pickItems(sources, this.#source);
    return this.#ingest(async (ingest) => {
      const roots: Root[] = [];
      for (const some of splitPicked(picked)) roots.push(await this.#sealPicked(some, target, ingest, patient));
      await ingest.commit(roots);
      for (const { row } of roots) this.#counted.change(undefined, row);
      return roots.map(({ row }) => row);
    });
  }

  /** An entry of picked items keeps their blocks here, and is sent with them: whoever has it can open them. */
  async #sealPicked(some: readonly PickedItem[], target: PickTarget, ingest: Ingest, patient: string): Promise<Root> {
    const [{ section } = { section: 'unsorted' as const }] = some;
    const sealed = await sealSelection(section, some, sealedFor(target), ingest);
    const items = (await Promise.all(some.map(({ item }) => blocksOfItem(item, this.#source)))).flat();
    for (const cid of items) {
      if ((await this.#db.getKey('blocks', blockKey(cid))) !== undefined) continue;
      await ingest.put(cid, own(await this.#source.block(cid)));
    }
    const bytes = some.reduce((sum, { meta }) => sum + meta.size, 0);
    const blocks = [...new Map([...sealed.blocks, ...items].map((cid) => [cid.toString(), cid])).values()];
    return this.#rootOf({ ...sealed, blocks }, target, { patient, author: patient }, bytes);
  }

  async drop(roots: readonly string[]): Promise<void> {
    const tx = this.#db.transaction(['outbox', 'pins'], 'readwrite', { durability: 'strict' });
    for (const root of roots) for (const store of ['outbox', 'pins'] as const) void tx.objectStore(store).delete(root);
    await tx.done;
    this.#counted.forget();
    await collectGarbage(this.#db);
  }

  async rewrap(root: string, contentKey: Bytes, under: WrapUnder): Promise<LedgerRow> {
    const row = await navigator.locks.request(INGEST_LOCK, { mode: 'shared' }, async () => {
      const [before, pin] = await Promise.all([this.#db.get('outbox', root), this.#db.get('pins', root)]);
      if (before === undefined || pin === undefined) throw new SalusError('not-found', 'There is no such entry here.');
      const ingest = new Ingest(this.#db);
      const old = CID.parse(root);
      const entry = decodeEntry(await this.#source.block(old));
      const cid = await rewrapEntry(entry, contentKey, entryKey(under, fromHex(before.commitment)), ingest);
      const others = pin.blocks.map((bytes) => CID.decode(bytes)).filter((block) => !block.equals(old));
      const { anchor, final, ...kept } = before;
      void [anchor, final];
      const said = {
        root: cid.toString(),
        epoch: 'seed' in under ? under.place.epoch : under.epoch,
        instead: idOf(before),
        replicas: [],
      };
      const next = this.#indexed({ ...kept, ...said });
      await ingest.commit([{ cid, blocks: [...others, cid], row: next }], root);
      this.#counted.change(before, next);
      return next;
    });
    void collectGarbage(this.#db);
    return row;
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- called over a channel
  async progress(id: string): Promise<Progress | undefined> {
    return this.#jobs.get(id)?.progress;
  }

  /** Stops an import; what was sealed so far is garbage. */
  // eslint-disable-next-line @typescript-eslint/require-await -- called over a channel
  async cancel(id: string): Promise<void> {
    this.#jobs.get(id)?.abort.abort(new SalusError('cancelled', 'The import was stopped. Nothing was added.'));
    this.#jobs.delete(id);
  }

  keyOf(cid: string) {
    return this.#reader.keyOf(cid);
  }

  unwrap(cid: string, source: EntryKeySource) {
    return this.#reader.unwrap(cid, source);
  }

  openIndex(cid: string, key: Bytes, commitment: Bytes) {
    return this.#reader.openIndex(cid, key, commitment);
  }

  readItem(cid: string, key: Bytes, commitment: Bytes, position: number) {
    return this.#reader.readItem(cid, key, commitment, position);
  }

  proveItem(cid: string, key: Bytes, commitment: Bytes, position: number) {
    return this.#reader.proveItem(cid, key, commitment, position);
  }

  openItems(cid: string, key: Bytes, commitment: Bytes) {
    return this.#streams.openItems(cid, key, commitment);
  }

  nextParts(ticket: string) {
    return this.#streams.nextParts(ticket);
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- called over a channel
  async closeItems(ticket: string): Promise<void> {
    this.#streams.closeItems(ticket);
  }

  /** Keeps a dag-cbor object (consent, keyring) and puts it in the outbox. @returns its root CID */
  async putObject(bytes: Bytes, patient: string, author: string): Promise<string> {
    const cid = await cidOf(DAG_CBOR, bytes);
    const row = newRow({ root: cid.toString(), kind: 'object', patient, author, bytes: bytes.byteLength });
    await navigator.locks.request(INGEST_LOCK, { mode: 'shared' }, async () => {
      const ingest = new Ingest(this.#db);
      await ingest.put(cid, own(bytes));
      await ingest.commit([{ cid, blocks: [cid], row: this.#indexed(row) }]);
    });
    return cid.toString();
  }

  async block(cid: string): Promise<Bytes> {
    return own(await this.#source.block(CID.parse(cid)));
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- called over a channel
  async knownBy(id: string): Promise<Pick<ImportPlan, 'digests' | 'identities'>> {
    const { digests = [], identities = [] } = this.#job(id).plan ?? {};
    return { digests, identities };
  }

  openRows(account: string): Promise<LedgerRow[]> {
    return this.#db.getAllFromIndex('outbox', 'open', account.toLowerCase());
  }

  thinRows(account: string, most: number): Promise<LedgerRow[]> {
    return this.#db.getAllFromIndex('outbox', 'thin', account.toLowerCase(), most);
  }

  row(root: string): Promise<LedgerRow | undefined> {
    return this.#db.get('outbox', root);
  }

  counts(patient: string): Promise<LedgerCounts> {
    return this.#counted.of(patient.toLowerCase());
  }

  async forget(account: string, others: readonly string[]): Promise<void> {
    const [one, kept] = [account.toLowerCase(), others.map((other) => other.toLowerCase())];
    await forgetAccount(one, kept);
    this.#counted.forget();
  }

  unsaved(author?: string): Promise<number> {
    return countUnsaved(author?.toLowerCase());
  }

  async setAnchor(root: string, anchor: LedgerRow['anchor'], final: boolean): Promise<void> {
    await this.#update(root, ({ anchor: before, draft, ...row }) => {
      void before;
      return { ...row, ...(anchor && { anchor }), ...(draft !== undefined && !final && { draft }), final };
    });
  }

  /** Fetches every block of an entry, and keeps them under a pin. What is here already is not fetched again. */
  async adopt(row: LedgerRow): Promise<void> {
    if ((await this.#db.get('outbox', row.root)) !== undefined) return;
    const root = CID.parse(row.root);
    const blocks = await this.#source.all(root);
    const bytes = blocks.reduce((n, block) => n + block.bytes.byteLength, 0);
    const cids = blocks.map((block) => block.cid);
    const { managers } = this.#network;
    const has = await Promise.all(managers.map((manager) => probe(manager, cids)));
    const replicas = managers.filter((_, i) => has[i]);
    await navigator.locks.request(INGEST_LOCK, { mode: 'shared' }, async () => {
      const ingest = new Ingest(this.#db);
      for (const block of blocks) await ingest.put(block.cid, own(block.bytes));
      const kept = this.#indexed({ ...row, bytes, replicas });
      await ingest.commit([{ cid: root, blocks: cids, row: kept }]);
      this.#counted.change(undefined, kept);
    });
  }

  /** Sends one root to every manager that does not have it yet. @returns the row afterwards */
  async replicate(root: string, authorization: string): Promise<LedgerRow | undefined> {
    const row = await this.#db.get('outbox', root);
    if (row === undefined) return undefined;
    const missing = this.#network.managers.filter((m) => !row.replicas.includes(m));
    const signal = AbortSignal.timeout(60_000 + row.bytes / 1_000);
    const shipment = await pack(this.#db, CID.parse(root));
    const send = async (manager: string): Promise<void> => {
      if (!(await replicateTo(manager, shipment, authorization, signal))) return;
      await this.#update(root, (now) => ({ ...now, replicas: [...new Set([...now.replicas, manager])] }));
    };
    await Promise.all(missing.map(send));
    return this.#db.get('outbox', root);
  }

  async challenge(account: string, most: number): Promise<{ manager: string; outcome: ChallengeOutcome }[]> {
    const roots = await this.#db.getAllKeysFromIndex('outbox', 'durable', account.toLowerCase());
    const chosen = Array.from({ length: Math.min(most, roots.length) }, () => roots.splice(below(roots.length), 1)[0]);
    const told = await Promise.all(chosen.flatMap((root) => (root === undefined ? [] : [this.#challenge(root)])));
    return told.flat();
  }

  async #challenge(root: string): Promise<{ manager: string; outcome: ChallengeOutcome }[]> {
    const [row, pin] = await Promise.all([this.#db.get('outbox', root), this.#db.get('pins', root)]);
    const block = pin?.blocks[below(pin.blocks.length)];
    if (row === undefined || block === undefined) return [];
    const managers = row.replicas.filter((manager) => this.#network.managers.includes(manager));
    const told = await Promise.all(
      managers.map(async (manager) => ({ manager, outcome: await challenge(manager, CID.decode(block)) })),
    );
    const lost = new Set(told.flatMap(({ manager, outcome }) => (outcome === 'lost' ? [manager] : [])));
    const isThere = told.some(({ outcome }) => outcome === 'there');
    await this.#update(root, (now) => ({
      ...now,
      replicas: now.replicas.filter((manager) => !lost.has(manager)),
      ...(isThere && { checked: Date.now() }),
    }));
    return told;
  }

  /** Deletes everything this host holds. */
  async wipe(): Promise<void> {
    const tx = this.#db.transaction(['blocks', 'pins', 'outbox', 'meta'], 'readwrite');
    for (const store of ['blocks', 'pins', 'outbox', 'meta'] as const) void tx.objectStore(store).clear();
    await tx.done;
    this.#counted.forget();
  }

  /** @param from makes of an item what is sealed */
  async #seal(
    plan: Sealable,
    targets: readonly SealTarget[],
    ingest: Ingest,
    who: Pick<LedgerRow, 'patient' | 'author'>,
    progress: Parameters<typeof sealEntry>[4] = {},
    from: (item: NewItem) => NewItem = (item) => item,
  ) {
    const roots: Root[] = [];
    await sealPlan(plan, targets, async (target, some) => {
      const root = await this.#sealEntry(target, some.map(from), ingest, who, progress);
      roots.push(root);
      return idOf(root.row);
    });
    progress.signal?.throwIfAborted();
    await ingest.commit(roots);
    for (const { row } of roots) this.#counted.change(undefined, row);
    return roots.map((r) => r.row);
  }

  async #sealEntry(
    target: SealTarget,
    items: readonly NewItem[],
    ingest: Ingest,
    who: Pick<LedgerRow, 'patient' | 'author' | 'instead'>,
    progress: Parameters<typeof sealEntry>[4] = {},
  ): Promise<Root> {
    const sink = new CountingSink(ingest);
    const sealed = await sealEntry(target.section, items, sealedFor(target), sink, progress);
    return this.#rootOf(sealed, target, who, sink.bytes);
  }

  #rootOf(
    sealed: SealedEntry,
    { folder, registry, under, held }: PickTarget,
    who: Pick<LedgerRow, 'patient' | 'author' | 'instead'>,
    bytes: number,
  ): Root {
    const row = newRow({
      root: sealed.cid.toString(),
      kind: 'entry',
      folder,
      ...(registry !== undefined && { registry }),
      epoch: under?.place.epoch ?? -1,
      ...(sealed.draft && { draft: toHex(sealed.draft) }),
      ...(held && { held }),
      ...who,
      commitment: toHex(sealed.commitment),
      bytes,
    });
    return { cid: sealed.cid, blocks: sealed.blocks, row: this.#indexed(row) };
  }

  /** A row with what it is found by. */
  #indexed(row: LedgerRow): StoredRow {
    const { open, thin, entry, durable, anchored, ...plain } = row as StoredRow;
    void [open, thin, entry, durable, anchored];
    const { managers, durableAt } = this.#network;
    const kept = keepersOf(row);
    const of = [row.patient.toLowerCase()];
    return {
      ...plain,
      kept,
      ...(isOpen(row, durableAt) && { open: kept }),
      ...(row.replicas.length < managers.length && isDurable(row, durableAt) && { thin: kept }),
      ...(row.kind === 'entry' && { entry: of }),
      ...(row.kind === 'entry' && isDurable(row, durableAt) && { durable: of }),
      ...(row.kind === 'entry' && row.anchor !== undefined && { anchored: of }),
    };
  }

  async #update(root: string, change: (row: LedgerRow) => LedgerRow): Promise<void> {
    const tx = this.#db.transaction('outbox', 'readwrite', { durability: 'strict' });
    const row = await tx.store.get(root);
    const next = row && this.#indexed(change(row));
    if (next !== undefined) await tx.store.put(next, root);
    await tx.done;
    this.#counted.change(row, next);
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new SalusError('cancelled', 'This import is no longer there. Choose the file again.');
    return job;
  }
}

/** A document that is a file is read through one buffer, and hashed beside where that pays. */
function streamed(item: NewItem, { documents }: ImportPlan, { abort }: Job): NewItem {
  const file = documents.get(item);
  if (!(file instanceof Blob)) return item;
  const digest = worthWorker(file) && { digest: () => fileDigest(file, abort.signal) };
  return { ...item, plaintext: fileBytes(file), ...digest };
}

const entryKey = (under: WrapUnder, commitment: Bytes): Bytes =>
  entryKeyOf(nobleGroup, 'key' in under ? under : { ...under, place: { ...under.place, commitment } });

const sealedFor = ({ patientKey, under, authorKey }: PickTarget): SealedFor => ({
  patientKey,
  ...(under && { entryKey: (commitment: Bytes) => entryKey(under, commitment) }),
  ...(authorKey && { authorKey }),
});

class CountingSink {
  bytes = 0;
  readonly #sink: Ingest;

  constructor(sink: Ingest) {
    this.#sink = sink;
  }

  put(cid: CID, bytes: Uint8Array): Promise<void> {
    this.bytes += bytes.byteLength;
    return this.#sink.put(cid, bytes);
  }
}

/** A number by chance, below another. */
const below = (n: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % Math.max(n, 1);

const newRow = (
  known: Pick<LedgerRow, 'root' | 'kind' | 'patient' | 'author' | 'bytes'> & Partial<LedgerRow>,
): LedgerRow => ({
  folder: 0,
  epoch: -1,
  commitment: '0x',
  createdAt: Date.now(),
  replicas: [],
  ...known,
});
