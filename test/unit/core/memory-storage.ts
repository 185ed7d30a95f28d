import { CID } from 'multiformats/cid';
import { fromHex, own, randomId, toHex, type Bytes } from '../../../extension/core/bytes.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { issuerKeysIn } from '../../../extension/core/import/issuer-keys.ts';
import { decodeEntry } from '../../../extension/core/records/entry.ts';
import { planImport, type ImportPlan } from '../../../extension/core/records/importer.ts';
import type { Known } from '../../../extension/core/records/import-plan.ts';
import { ItemStreams } from '../../../extension/core/records/item-streams.ts';
import { withLinks, type ItemLinks } from '../../../extension/core/records/linked-plan.ts';
import { entryKeyOf, LocalEntryReader } from '../../../extension/core/records/local-reader.ts';
import { itemsAnew, type ResealSource } from '../../../extension/core/records/reseal.ts';
import { sealPlan } from '../../../extension/core/records/seal-plan.ts';
import {
  rewrapEntry,
  sealEntry,
  type NewItem,
  type SealedEntry,
  type SealedFor,
} from '../../../extension/core/records/seal-entry.ts';
import { pickItems, sealSelection, splitPicked, type PickedItem } from '../../../extension/core/records/selection.ts';
import { cidOf, DAG_CBOR } from '../../../extension/core/storage/cid.ts';
import { idOf, isOpen, keepersOf, type LedgerRow } from '../../../extension/core/storage/ledger.ts';
import type {
  ChallengeOutcome,
  PickTarget,
  ReadAs,
  SealTarget,
  Staged,
  StoragePort,
  WrapUnder,
} from '../../../extension/core/wallet/ports.ts';
import { MemoryBlocks } from './support.ts';

const isOf = (row: LedgerRow, account: string) => keepersOf(row).includes(account.toLowerCase());

const sealedFor = ({ patientKey, under, authorKey }: PickTarget): SealedFor => {
  const entryKey = (commitment: Bytes) =>
    entryKeyOf(nobleGroup, { seed: under!.seed, place: { ...under!.place, commitment } });
  return { patientKey, ...(under && { entryKey }), ...(authorKey && { authorKey }) };
};

const MANAGER = 'http://127.0.0.1:1';

/** A storage host in memory. Those that share `blocks` are wallets of one network, whose one manager has everything. */
export class MemoryStorage extends LocalEntryReader implements StoragePort {
  readonly blocks: MemoryBlocks;
  readonly #streams: ItemStreams;
  readonly ledger = new Map<string, LedgerRow>();
  readonly #jobs = new Map<string, { file: Blob; name: string; source: string; links: ItemLinks; plan?: ImportPlan }>();

  constructor(blocks = new MemoryBlocks()) {
    super(blocks, nobleGroup);
    this.blocks = blocks;
    this.#streams = new ItemStreams(blocks);
  }

  setManagers = () => Promise.resolve();
  progress = () => Promise.resolve(undefined);
  cancel = () => Promise.resolve();

  stage(file: Blob, name: string, source: string, { links = {} }: Staged = {}): Promise<string> {
    const id = randomId();
    this.#jobs.set(id, { file, name, source, links });
    return Promise.resolve(id);
  }

  stageLink = () => Promise.reject(new Error('nothing is fetched here'));
  /** What issuers of health cards answer, by their address. */
  readonly issuers = new Map<string, string>();
  issuerKeys(issuer: string, file = this.issuers.get(issuer) ?? '') {
    return Promise.resolve().then(() => issuerKeysIn(file));
  }

  async plan(id: string, known: Known, { into, issuers = [], tables = [], sorted = [] }: ReadAs = {}) {
    const { file, name, source, links } = this.#jobs.get(id)!;
    const context = {
      name,
      source,
      known: { ...known, ...(into === undefined && { sorted }) },
      validate: () => [],
      issuers: new Map(issuers.map(({ issuer, keys }) => [issuer, keys])),
      tables: new Map(tables.map((table) => [table.header, table])),
    };
    const plan = withLinks(await planImport(file, { ...context, ...(into && { into }) }), links);
    this.#jobs.set(id, { file, name, source, links, plan });
    return plan.report;
  }

  async commit(id: string, targets: readonly SealTarget[], patient: string, author: string): Promise<LedgerRow[]> {
    const plan = this.#jobs.get(id)?.plan;
    const rows: LedgerRow[] = [];
    if (plan !== undefined) {
      await sealPlan(plan, targets, async (target, items) => {
        const row = await this.#sealed(target, items, patient, author);
        rows.push(row);
        return idOf(row);
      });
    }
    for (const row of rows) this.ledger.set(row.root, row);
    return rows;
  }

  async reseal(
    sources: readonly ResealSource[],
    targets: readonly SealTarget[],
    patient: string,
  ): Promise<LedgerRow[]> {
    const items = await itemsAnew(sources, this.blocks);
    const rows = await Promise.all(
      targets.map((target) => this.#sealed(target, items.get(target.section) ?? [], patient, patient)),
    );
    for (const row of rows) this.ledger.set(row.root, row);
    return rows;
  }

  /** What a changed wallet makes of picked items. */
  beforePicking = (item: PickedItem): PickedItem => item;

  async pick(sources: readonly ResealSource[], target: PickTarget, patient: string): Promise<LedgerRow[]> {
    const rows: LedgerRow[] = [];
    const picked = (await pickItems(sources, this.blocks)).map(this.beforePicking);
    for (const some of splitPicked(picked)) {
      const sealed = await sealSelection(some[0]!.section, some, sealedFor(target), this.blocks);
      rows.push(this.#entryRow(sealed, target, patient, patient));
    }
    for (const row of rows) this.ledger.set(row.root, row);
    return rows;
  }

  drop(roots: readonly string[]): Promise<void> {
    for (const root of roots) this.ledger.delete(root);
    return Promise.resolve();
  }

  async rewrap(root: string, contentKey: Bytes, under: WrapUnder): Promise<LedgerRow> {
    const before = this.ledger.get(root)!;
    const entry = decodeEntry(await this.blocks.block(CID.parse(root)));
    const commitment = fromHex(before.commitment);
    const source = 'key' in under ? under : { ...under, place: { ...under.place, commitment } };
    const key = entryKeyOf(nobleGroup, source);
    const cid = (await rewrapEntry(entry, contentKey, key, this.blocks)).toString();
    const row = {
      ...before,
      root: cid,
      epoch: 'key' in under ? under.epoch : under.place.epoch,
      instead: idOf(before),
    };
    this.ledger.delete(root);
    this.ledger.set(cid, row);
    return row;
  }

  async #sealed(target: SealTarget, items: readonly NewItem[], patient: string, author: string): Promise<LedgerRow> {
    const sealed = await sealEntry(target.section, items, sealedFor(target), this.blocks);
    return this.#entryRow(sealed, target, patient, author);
  }

  #entryRow(
    sealed: SealedEntry,
    { folder, registry, under, held }: PickTarget,
    patient: string,
    author: string,
  ): LedgerRow {
    return {
      ...this.#row(sealed.cid.toString(), patient, author),
      kind: 'entry',
      folder,
      ...(registry !== undefined && { registry }),
      epoch: under?.place.epoch ?? -1,
      ...(sealed.draft && { draft: toHex(sealed.draft) }),
      ...(held && { held }),
      commitment: toHex(sealed.commitment),
    };
  }

  async putObject(bytes: Bytes, patient: string, author: string): Promise<string> {
    const cid = await cidOf(DAG_CBOR, bytes);
    await this.blocks.put(cid, own(bytes));
    this.ledger.set(cid.toString(), this.#row(cid.toString(), patient, author));
    return cid.toString();
  }

  async block(cid: string): Promise<Bytes> {
    return own(await this.blocks.block(CID.parse(cid)));
  }

  openItems = (cid: string, key: Bytes, commitment: Bytes) => this.#streams.openItems(cid, key, commitment);
  nextParts = (ticket: string) => this.#streams.nextParts(ticket);
  closeItems = (ticket: string) => Promise.resolve(this.#streams.closeItems(ticket));

  knownBy = (id: string) => {
    const { digests = [], identities = [] } = this.#jobs.get(id)?.plan ?? {};
    return Promise.resolve({ digests, identities });
  };
  openRows = (account: string) =>
    Promise.resolve([...this.ledger.values()].filter((row) => isOpen(row, 1) && isOf(row, account)));
  thinRows = () => Promise.resolve([]);
  row = (root: string) => Promise.resolve(this.ledger.get(root));

  counts(patient: string) {
    const entries = [...this.ledger.values()].filter((row) => row.kind === 'entry' && row.patient === patient);
    const anchored = entries.filter((row) => row.anchor !== undefined).length;
    return Promise.resolve({ entries: entries.length, durable: entries.length, anchored });
  }

  unsaved(author?: string) {
    const rows = [...this.ledger.values()].filter(({ kind, anchor }) => kind === 'entry' && anchor === undefined);
    return Promise.resolve(rows.filter((row) => author === undefined || row.author === author).length);
  }

  forget(account: string, others: readonly string[]): Promise<void> {
    for (const row of this.ledger.values()) {
      if (isOf(row, account) && !others.some((other) => isOf(row, other))) this.ledger.delete(row.root);
    }
    return Promise.resolve();
  }

  setAnchor(root: string, anchor: LedgerRow['anchor'], final: boolean): Promise<void> {
    const { anchor: before, ...row } = this.ledger.get(root)!;
    void before;
    this.ledger.set(root, { ...row, ...(anchor && { anchor }), final });
    return Promise.resolve();
  }

  async adopt(row: LedgerRow): Promise<void> {
    await this.blocks.block(CID.parse(row.root));
    if (!this.ledger.has(row.root)) this.ledger.set(row.root, { ...row, replicas: [MANAGER] });
  }

  /** What the manager does when it is asked for blocks. */
  answers: ChallengeOutcome = 'there';
  challenge(account: string, most: number) {
    const rows = [...this.ledger.values()].filter((row) => isOf(row, account) && row.replicas.length > 0);
    for (const row of rows.slice(0, most)) {
      const lost = this.answers === 'lost';
      this.ledger.set(row.root, { ...row, ...(lost && { replicas: [] }), checked: Date.now() });
    }
    return Promise.resolve(rows.slice(0, most).map(() => ({ manager: MANAGER, outcome: this.answers })));
  }

  replicate = (root: string) => Promise.resolve(this.ledger.get(root));

  #row(root: string, patient: string, author: string): LedgerRow {
    const empty = { kind: 'object' as const, folder: 0, epoch: -1, commitment: '0x', bytes: 0, createdAt: 0 };
    return { ...empty, root, patient, author, replicas: [MANAGER] };
  }
}
