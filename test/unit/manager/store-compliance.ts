import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { random, toHex, type Bytes } from '../../../extension/core/bytes.ts';
import type {
  LogAnchored,
  RecordAdded,
  RegistryEvent,
  Rotated,
  Withdrawn,
} from '../../../extension/core/chain/events.ts';
import { START, type Position } from '../../../extension/core/chain/follower.ts';
import {
  MOST_WAITING,
  NONCE_BLOCKS,
  type FolderName,
  type KeeperStore,
  type KeptKeyring,
  type Line,
  type Once,
} from '../../../manager/keeper/store.ts';

const SCOPE = '31337,0,0xaa';
const address = () => toHex(random(20));
const word = () => toHex(random(32));
const REGISTRY = address();
const PATIENT = address();
const FOLDER = 0x01_02_03_04_05_06;
const HERE: FolderName = { registry: REGISTRY, patient: PATIENT, folder: FOLDER };

/** A position with some blocks; the last is the newest. */
const at = (...blocks: readonly number[]): Position => ({
  ring: blocks.map((number) => ({ number, hash: `0x${number.toString(16).padStart(64, '0')}` })),
  final: blocks[0] ?? 0,
  at: 1_700_000_000_000,
  time: 1_700_000_000,
});
const placeIn = (block: number, index: number) => ({
  registry: REGISTRY,
  block,
  blockHash: word(),
  index,
  transaction: word(),
});
const added = (block: number, changes: Partial<RecordAdded> = {}): RecordAdded => ({
  ...placeIn(block, 0),
  kind: 'record',
  id: word(),
  patient: PATIENT,
  author: address(),
  folder: FOLDER,
  epoch: 0,
  cid: random(32),
  commitment: random(32),
  ...changes,
});
const rotated = (block: number, changes: Partial<Rotated> = {}): Rotated => ({
  ...placeIn(block, 0),
  kind: 'rotated',
  isNewEpoch: false,
  patient: PATIENT,
  folder: FOLDER,
  epoch: 0,
  voidsGrants: false,
  keyring: random(32),
  ...changes,
});
const withdrawn = (block: number, of: RecordAdded, changes: Partial<Withdrawn> = {}): Withdrawn => ({
  ...placeIn(block, 9),
  kind: 'withdrawn',
  patient: of.patient,
  id: of.id,
  ...changes,
});
const indexed = ({ registry, patient, folder, epoch, author, commitment }: RecordAdded) => ({
  ...{ registry, patient, folder, epoch, author, commitment },
});
const kept = (changes: Partial<KeptKeyring> = {}): KeptKeyring => ({
  registry: REGISTRY,
  patient: PATIENT,
  digest: random(32),
  object: random(200),
  shares: [{ folder: FOLDER, epoch: 0, sealed: random(60) }],
  ...changes,
});
const lineFor = (patient = PATIENT): Line => ({ patient, blind: random(16), body: random(150), leaf: random(32) });
const asking = (block = 1_000, changes: Partial<Once> = {}): Once => ({
  ...{ signer: address(), nonce: word(), block },
  ...changes,
});
const REPLAYED = { code: 'replayed', status: 409 };

const sha256 = (...parts: readonly Uint8Array[]): Bytes => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
};
/** RFC 9162 as it is written down: over all leaves, each time anew. */
const rfc = {
  split: (n: number) => 2 ** Math.floor(Math.log2(n - 1)),
  /** Section 2.1.1: MTH. */
  root(d: readonly Uint8Array[]): Uint8Array {
    if (d.length === 0) return sha256();
    if (d.length === 1) return d[0]!;
    const k = rfc.split(d.length);
    return sha256(Uint8Array.of(1), rfc.root(d.slice(0, k)), rfc.root(d.slice(k)));
  },
  /** Section 2.1.3.1: PATH. */
  inclusion(m: number, d: readonly Uint8Array[]): Uint8Array[] {
    if (d.length === 1) return [];
    const k = rfc.split(d.length);
    return m < k
      ? [...rfc.inclusion(m, d.slice(0, k)), rfc.root(d.slice(k))]
      : [...rfc.inclusion(m - k, d.slice(k)), rfc.root(d.slice(0, k))];
  },
  /** Section 2.1.4.1: SUBPROOF. */
  consistency(m: number, d: readonly Uint8Array[], isWhole = true): Uint8Array[] {
    if (m === d.length) return isWhole ? [] : [rfc.root(d)];
    const k = rfc.split(d.length);
    return m <= k
      ? [...rfc.consistency(m, d.slice(0, k), isWhole), rfc.root(d.slice(k))]
      : [...rfc.consistency(m - k, d.slice(k), false), rfc.root(d.slice(0, k))];
  },
};

/** All leaves of a log, by their numbers. */
async function leavesOf({ log }: KeeperStore): Promise<Bytes[]> {
  const lines = await Promise.all(Array.from({ length: await log.size() }, (_, i) => log.line(i)));
  return lines.map((line) => line!.leaf);
}

/**
 * What every store of a keeper does, whatever is below.
 * @param empty makes a database of its own, and gives what opens it: as many times as is asked for, at once
 */
export function storeCompliance(name: string, empty: () => Promise<() => Promise<KeeperStore>>): void {
  describe(name, () => {
    let open: () => Promise<KeeperStore>;
    let store: KeeperStore;
    const opened = async () => {
      const another = await open();
      let isOpen = true;
      const close = async () => {
        if (isOpen) await another.close();
        isOpen = false;
      };
      onTestFinished(close);
      return { ...another, close };
    };
    beforeEach(async () => {
      open = await empty();
    });
    /** The process ends, and another begins. */
    const reopen = async () => {
      await store.close();
      store = await opened();
    };
    const start = async () => {
      store = await opened();
      expect(await store.chain.open(SCOPE)).toEqual(START);
    };
    /** What the chain says, from nothing to `to`. */
    const take = async (events: readonly RegistryEvent[], to: Position, from: Position = START) =>
      expect(await store.chain.take(events, { from, to })).toBe(true);
    const found = (...entries: readonly RecordAdded[]) =>
      store.chain.entries(
        REGISTRY,
        entries.map(({ id }) => id),
      );

    describe('the chain', () => {
      test('gives back what was taken, in the order that is asked for', async () => {
        await start();
        const [one, two, gone] = [added(5), added(5, { index: 1, folder: 7, epoch: 3 }), added(9)];
        const elsewhere = added(5, { index: 2, registry: address() });
        await take([one, two, elsewhere, rotated(5, { index: 3, epoch: 4 })], at(5));
        expect(await found(two, gone, one, elsewhere, two)).toEqual([
          indexed(two),
          undefined,
          indexed(one),
          undefined,
          indexed(two),
        ]);
        expect(await found()).toEqual([]);
        expect(await store.chain.epochOf(HERE)).toBe(4);
        for (const other of [{ folder: 8 }, { patient: address() }, { registry: address() }])
          expect(await store.chain.epochOf({ ...HERE, ...other })).toBe(0);
      });

      test('has an entry as it was first added, however often it came', async () => {
        await start();
        const first = added(5, { index: 4, epoch: 1 });
        const again = { ...first, ...placeIn(5, 9), epoch: 2 };
        const later = { ...first, ...placeIn(6, 0), epoch: 3 };
        await take([later, again, first], at(5, 6));
        expect(await found(first)).toEqual([indexed(first)]);
      });

      test('has the newest epoch of a folder', async () => {
        await start();
        await take([rotated(7, { index: 1, epoch: 2 }), rotated(7, { epoch: 1 }), rotated(6, { epoch: 9 })], at(6, 7));
        expect(await store.chain.epochOf(HERE)).toBe(2);
      });

      test('takes back what came after a block, and all there is', async () => {
        await start();
        const [old, young] = [added(5), added(6)];
        await take([old, young, rotated(5, { epoch: 1 }), rotated(6, { epoch: 2 })], at(5, 6));
        const move = { from: at(5, 6), to: at(5) };
        expect(await store.chain.rollBack(at(5).ring[0]!, move)).toBe(true);
        expect(await found(old, young)).toEqual([indexed(old), undefined]);
        expect(await store.chain.epochOf(HERE)).toBe(1);
        expect(await store.chain.clear({ from: at(5), to: START })).toBe(true);
        expect(await found(old)).toEqual([undefined]);
        expect(await store.chain.epochOf(HERE)).toBe(0);
      });

      test('begins anew for another chain or other registries, and only then', async () => {
        await start();
        const entry = added(5);
        await take([entry], at(5));
        expect(await store.chain.open(SCOPE)).toEqual(at(5));
        await reopen();
        expect(await store.chain.open(SCOPE), 'after a restart').toEqual(at(5));
        expect(await store.chain.open('another')).toEqual(START);
        expect(await found(entry)).toEqual([undefined]);
        expect(await store.chain.open(SCOPE)).toEqual(START);
      });

      test('changes nothing for who is not where the store is', async () => {
        await start();
        const [here, other] = [added(5), added(5, { index: 1 })];
        await take([here], at(5));
        const stale = { from: START, to: at(4) };
        expect(await store.chain.take([other], stale)).toBe(false);
        expect(await store.chain.rollBack({ number: 4, hash: word() }, stale)).toBe(false);
        expect(await store.chain.clear(stale)).toBe(false);
        expect(await found(here, other)).toEqual([indexed(here), undefined]);
        expect(await store.chain.open(SCOPE)).toEqual(at(5));
      });

      test('changes nothing for who follows another chain', async () => {
        await start();
        const other = await opened();
        expect(await other.chain.open('another')).toEqual(START);
        expect(await store.chain.take([added(5)], { from: START, to: at(5) })).toBe(false);
        expect(await other.chain.open('another')).toEqual(START);
      });

      test('is moved on by one of two that are at the same place', async () => {
        await start();
        const other = await opened();
        let place = await other.chain.open(SCOPE);
        for (let block = 1; block <= 20; block++) {
          const entries = [added(block), added(block, { index: 1 })];
          const to = at(block);
          const moves = await Promise.all(
            [store, other].map(({ chain }, i) => chain.take([entries[i]!], { from: place, to })),
          );
          expect(moves.filter(Boolean)).toHaveLength(1);
          const first = moves.indexOf(true);
          expect(await found(...entries)).toEqual(
            entries.map((entry, i) => (i === first ? indexed(entry) : undefined)),
          );
          place = await other.chain.open(SCOPE);
          expect(place).toEqual(to);
        }
      });

      test('knows an entry no more that its patient withdrew, whichever is said first, until that is undone', async () => {
        await start();
        const author = address();
        const [first, kept, later] = [added(5, { author }), added(5, { index: 1, author }), added(7, { author })];
        await take([first, kept, withdrawn(6, first), withdrawn(6, later, { index: 10 })], at(5, 6));
        await take([later], at(5, 6, 7), at(5, 6));
        expect(await found(first, kept, later)).toEqual([undefined, indexed(kept), undefined]);
        const sealed = ({ commitment }: RecordAdded) =>
          store.chain.anyWithdrawn(HERE, author, [random(32), commitment]);
        expect(await Promise.all([first, kept, later].map(sealed))).toEqual([true, false, true]);
        expect(await store.chain.anyWithdrawn(HERE, address(), [first.commitment]), 'another author').toBe(false);
        expect(await store.chain.withdrawnOf(HERE, [kept.id, later.id, first.id], 6)).toEqual([later.id, first.id]);
        expect(await store.chain.withdrawnOf(HERE, [first.id], 5), 'not final yet').toEqual([]);
        expect(await store.chain.rollBack({ number: 5, hash: word() }, { from: at(5, 6, 7), to: at(5) })).toBe(true);
        expect(await found(first, kept)).toEqual([indexed(first), indexed(kept)]);
      });

      test('lets nobody but its patient withdraw an entry', async () => {
        await start();
        const entry = added(5);
        const others = [{ patient: address() }, { registry: address() }];
        await take([entry, ...others.map((other, index) => withdrawn(5, entry, { ...other, index }))], at(5));
        expect(await found(entry)).toEqual([indexed(entry)]);
        expect(await store.chain.withdrawnRoots(-1, 5)).toEqual([]);
      });

      test('names the roots of what was withdrawn, but for those that another entry has', async () => {
        await start();
        const [own, shared] = [random(32), random(32)];
        const [one, two] = [added(5, { cid: own }), added(5, { index: 1, cid: shared })];
        const stranger = added(6, { cid: shared, patient: address(), registry: address() });
        await take([one, two, stranger, withdrawn(6, one), withdrawn(7, two)], at(5, 6, 7));
        expect(await store.chain.withdrawnRoots(-1, 7)).toEqual([own]);
        expect(await Promise.all([own, shared, random(32)].map((root) => store.chain.isWithdrawn(root)))).toEqual([
          true,
          false,
          false,
        ]);
        expect(await store.chain.withdrawnRoots(6, 7)).toEqual([]);
        await take([withdrawn(8, stranger, { registry: stranger.registry })], at(8), at(5, 6, 7));
        expect(await store.chain.withdrawnRoots(7, 8)).toEqual([shared]);
      });

      test('takes many at once', async () => {
        await start();
        const many = Array.from({ length: 5_000 }, (_, index) => added(5, { index }));
        await take(many, at(5));
        expect(await found(...many)).toEqual(many.map(indexed));
      });
    });

    describe('the shares', () => {
      test('answer once their keyring is anchored, for its folders and epochs alone', async () => {
        await start();
        const [zero, one] = [random(60), random(61)];
        const keyring = kept({
          shares: [
            { folder: FOLDER, epoch: 0, sealed: zero },
            { folder: FOLDER, epoch: 1, sealed: one },
            { folder: 7, epoch: 0, sealed: random(60) },
          ],
        });
        await store.shares.keep(keyring);
        expect(await store.shares.shareFor(HERE, 0)).toBeUndefined();
        await take([rotated(5, { keyring: keyring.digest })], at(5));
        expect(await store.shares.shareFor(HERE, 0)).toEqual({ keyring: keyring.digest, sealed: zero });
        expect(await store.shares.shareFor(HERE, 1)).toEqual({ keyring: keyring.digest, sealed: one });
        expect(await store.shares.shareFor(HERE, 2)).toBeUndefined();
        expect(await store.shares.shareFor({ ...HERE, folder: 7 }, 0), 'anchored for one folder').toBeUndefined();
        await reopen();
        expect(await store.shares.shareFor(HERE, 0), 'after a restart').toEqual({
          keyring: keyring.digest,
          sealed: zero,
        });
      });

      test('are those of the newest anchored keyring that is here and has the epoch', async () => {
        await start();
        const [older, newer, another] = [
          kept(),
          kept(),
          kept({ shares: [{ folder: FOLDER, epoch: 1, sealed: random(60) }] }),
        ];
        for (const keyring of [newer, older, another]) await store.shares.keep(keyring);
        await take(
          [
            rotated(5, { keyring: older.digest }),
            rotated(5, { index: 1, keyring: newer.digest }),
            rotated(6, { keyring: another.digest }),
            rotated(7, { keyring: random(32) }),
          ],
          at(5, 6, 7),
        );
        expect((await store.shares.shareFor(HERE, 0))?.keyring).toEqual(newer.digest);
        expect((await store.shares.shareFor(HERE, 1))?.keyring).toEqual(another.digest);
      });

      test('of one patient never answer for another, or in another registry', async () => {
        await start();
        const keyring = kept();
        await store.shares.keep(keyring);
        const [stranger, elsewhere] = [address(), address()];
        await take(
          [
            rotated(5, { patient: stranger, keyring: keyring.digest }),
            rotated(5, { index: 1, registry: elsewhere, keyring: keyring.digest }),
          ],
          at(5),
        );
        expect(await store.shares.shareFor({ ...HERE, patient: stranger }, 0)).toBeUndefined();
        expect(await store.shares.shareFor({ ...HERE, registry: elsewhere }, 0)).toBeUndefined();
      });

      test('stay as they were when the same keyring is kept again', async () => {
        await start();
        const keyring = kept();
        await store.shares.keep(keyring);
        await store.shares.keep({ ...keyring, shares: [{ folder: FOLDER, epoch: 0, sealed: random(60) }] });
        await take([rotated(5, { keyring: keyring.digest })], at(5));
        expect((await store.shares.shareFor(HERE, 0))?.sealed).toEqual(keyring.shares[0]!.sealed);
      });

      test('are gone for good once they were erased, and nobody else’s with them', async () => {
        await start();
        const [mine, other] = [kept(), kept({ patient: address() })];
        expect(await store.shares.keep(mine)).toBe(true);
        expect(await store.shares.keep(other)).toBe(true);
        await take(
          [
            rotated(5, { keyring: mine.digest }),
            rotated(5, { index: 1, patient: other.patient, keyring: other.digest }),
          ],
          at(5),
        );
        await store.shares.erase(HERE, [mine.digest, other.digest, random(32)]);
        expect(await store.shares.shareFor(HERE, 0)).toBeUndefined();
        expect(await store.shares.shareFor({ ...HERE, patient: other.patient }, 0)).toBeDefined();
        await reopen();
        expect(await store.shares.keep(mine)).toBe(false);
        expect(await store.shares.shareFor(HERE, 0)).toBeUndefined();
        // What was asked for before it was here is no reason to refuse it.
        expect(await store.shares.keep(other)).toBe(true);
      });

      test('of keyrings that wait are those of the newest, of each patient', async () => {
        await start();
        const anchored = kept();
        const other = kept({ patient: address() });
        await store.shares.keep(anchored);
        await store.shares.keep(other);
        await take([rotated(4, { keyring: anchored.digest })], at(4));
        const waiting = Array.from({ length: MOST_WAITING + 3 }, () => kept());
        for (const keyring of waiting) await store.shares.keep(keyring);
        const isKept: boolean[] = [];
        let from = at(4);
        for (const [i, { digest }] of waiting.entries()) {
          const to = at(5 + i);
          await take([rotated(5 + i, { keyring: digest })], to, from);
          from = to;
          isKept.push((await store.shares.shareFor(HERE, 0))?.keyring.toString() === digest.toString());
        }
        expect(isKept).toEqual(waiting.map((_, i) => i >= 3));
        await take([rotated(50, { patient: other.patient, keyring: other.digest })], at(50), from);
        expect(await store.shares.shareFor({ ...HERE, patient: other.patient }, 0)).toBeDefined();
        await store.chain.rollBack({ number: 4, hash: word() }, { from: at(50), to: at(4) });
        expect((await store.shares.shareFor(HERE, 0))?.keyring, 'what is anchored stays').toEqual(anchored.digest);
      });

      test('of two that keep at once are all kept, within the limit', async () => {
        await start();
        const other = await opened();
        const waiting = Array.from({ length: MOST_WAITING }, () => kept());
        await Promise.all(waiting.flatMap((keyring) => [store.shares.keep(keyring), other.shares.keep(keyring)]));
        let from = START;
        for (const [i, { digest }] of waiting.entries()) {
          await take([rotated(5 + i, { keyring: digest })], at(5 + i), from);
          from = at(5 + i);
          expect((await other.shares.shareFor(HERE, 0))?.keyring).toEqual(digest);
        }
      });
    });

    describe('the log', () => {
      test('has each line where it was put, and those of a patient by themselves, page by page', async () => {
        await start();
        expect(await store.log.size()).toBe(0);
        expect(await store.log.line(0)).toBeUndefined();
        const lines = Array.from({ length: 9 }, (_, i) => lineFor(i % 3 === 2 ? toHex(new Uint8Array(20)) : PATIENT));
        for (const line of lines) await store.log.append(line);
        const told = lines.map(({ patient, ...line }, number) => ({ patient, line: { number, ...line } }));
        expect(await store.log.size()).toBe(lines.length);
        for (const [i, { blind, body, leaf }] of lines.entries())
          expect(await store.log.line(i)).toEqual({ blind, body, leaf });
        expect(await store.log.line(lines.length)).toBeUndefined();
        const own = told.filter(({ patient }) => patient === PATIENT).map(({ line }) => line);
        expect(await store.log.linesOf(PATIENT, 0, 100)).toEqual(own);
        expect(await store.log.linesOf(PATIENT, 0, 2)).toEqual(own.slice(0, 2));
        expect(await store.log.linesOf(PATIENT, own[1]!.number + 1, 2)).toEqual(own.slice(2, 4));
        expect(await store.log.linesOf(PATIENT, own[2]!.number, 2)).toEqual(own.slice(2, 4));
        expect(await store.log.linesOf(PATIENT, lines.length, 2)).toEqual([]);
        expect(await store.log.linesOf(address(), 0, 2)).toEqual([]);
      });

      test('has a request count once, with its line or not at all', async () => {
        await start();
        const once = asking();
        expect(await store.log.has(once)).toBe(false);
        await store.log.append(lineFor(), once);
        expect(await store.log.has(once)).toBe(true);
        await expect(store.log.append(lineFor(), once)).rejects.toMatchObject(REPLAYED);
        await expect(store.log.append(lineFor(), { ...once, block: 2_000 })).rejects.toMatchObject(REPLAYED);
        expect(await store.log.size()).toBe(1);
        // The same number drawn by another signer is another request.
        await store.log.append(lineFor(), { ...once, signer: address() });
        await store.log.append(lineFor());
        expect(await store.log.size()).toBe(3);
        await reopen();
        expect(await store.log.has(once), 'after a restart').toBe(true);
        await expect(store.log.append(lineFor(), once)).rejects.toMatchObject(REPLAYED);
        expect(await store.log.size()).toBe(3);
      });

      test('forgets requests of long ago, and no others', async () => {
        await start();
        const [old, edge] = [asking(1_000), asking(1_001)];
        await store.log.append(lineFor(), old);
        await store.log.append(lineFor(), edge);
        await store.log.append(lineFor(), asking(1_000 + NONCE_BLOCKS));
        expect([await store.log.has(old), await store.log.has(edge)]).toEqual([true, true]);
        await store.log.append(lineFor(), asking(1_001 + NONCE_BLOCKS));
        expect([await store.log.has(old), await store.log.has(edge)]).toEqual([false, true]);
        await store.log.append(lineFor());
        expect(await store.log.has(edge)).toBe(true);
      });

      test('proves what RFC 9162 proves, of each size', async () => {
        await start();
        const lines = Array.from({ length: 21 }, () => lineFor());
        const leaves = lines.map(({ leaf }) => leaf);
        for (const line of lines) await store.log.append(line);
        for (let size = 0; size <= leaves.length; size++) {
          const some = leaves.slice(0, size);
          expect(await store.log.root(size)).toEqual(rfc.root(some));
          for (let i = 0; i < size; i++) expect(await store.log.inclusion(i, size)).toEqual(rfc.inclusion(i, some));
          for (let first = 1; first <= size; first++)
            expect(await store.log.consistency(first, size)).toEqual(rfc.consistency(first, some));
          expect(await store.log.consistency(0, size)).toEqual([]);
        }
        await expect(store.log.inclusion(21, 21)).rejects.toThrow(RangeError);
        await expect(store.log.inclusion(-1, 21)).rejects.toThrow(RangeError);
        await expect(store.log.consistency(4, 3)).rejects.toThrow(RangeError);
        const root = await store.log.root(21);
        await reopen();
        expect(await store.log.root(21), 'after a restart').toEqual(root);
        await store.log.append(lineFor());
        expect(await store.log.root(22)).toEqual(rfc.root(await leavesOf(store)));
      });

      test('of two that write at once has no gap and no double', async () => {
        await start();
        const other = await opened();
        const lines = Array.from({ length: 60 }, () => lineFor());
        await Promise.all(lines.map((line, i) => (i % 2 === 0 ? store : other).log.append(line, asking())));
        expect(await store.log.size()).toBe(lines.length);
        const leaves = await leavesOf(other);
        expect(leaves.map(toHex).sort()).toEqual(lines.map(({ leaf }) => toHex(leaf)).sort());
        expect(await store.log.root(lines.length)).toEqual(rfc.root(leaves));
        expect((await other.log.linesOf(PATIENT, 0, 100)).map(({ number }) => number)).toEqual([...lines.keys()]);
      });

      test('has a request that comes to two at once count once', async () => {
        await start();
        const other = await opened();
        const requests = Array.from({ length: 30 }, () => asking());
        const outcomes = await Promise.allSettled(
          requests.flatMap((once) => [store.log.append(lineFor(), once), other.log.append(lineFor(), once)]),
        );
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(refused).toHaveLength(requests.length);
        for (const { reason } of refused) expect(reason).toMatchObject(REPLAYED);
        expect(await store.log.size()).toBe(requests.length);
        expect(await store.log.root(requests.length)).toEqual(rfc.root(await leavesOf(other)));
      });
    });

    describe('heads of logs', () => {
      const head = (size: number) => ({ size, root: random(32), note: `head of ${size}` });

      test('are the newest of each log, also after a restart', async () => {
        await start();
        const [mine, other] = [address(), address()];
        const [first, second] = [head(3), head(5)];
        expect(await store.heads.seen(mine)).toBeUndefined();
        expect(await store.heads.see(mine, first, undefined)).toBe(true);
        expect(await store.heads.see(mine, second, first)).toBe(true);
        expect(await store.heads.see(other, head(1), undefined)).toBe(true);
        await reopen();
        expect(await store.heads.seen(mine)).toEqual(second);
      });

      test('go on from the one that was seen last, whoever saw it', async () => {
        await start();
        const [log, other] = [address(), await opened()];
        const first = head(3);
        const begun = await Promise.all([store, other].map(({ heads }) => heads.see(log, first, undefined)));
        expect(begun.toSorted()).toEqual([false, true]);
        const forks = [head(5), head(6)];
        const kept = await Promise.all([store, other].map(({ heads }, i) => heads.see(log, forks[i]!, first)));
        expect(kept.toSorted()).toEqual([false, true]);
        expect(await store.heads.seen(log)).toEqual(forks[kept.indexOf(true)]);
      });
    });

    describe('anchors of logs', () => {
      test('are the newest that the chain has, and go with what it takes back', async () => {
        const manager = address();
        const anchored = (block: number, size: number): LogAnchored => {
          return { ...placeIn(block, 0), kind: 'log', manager, size, root: random(32) };
        };
        const [first, second] = [anchored(5, 10), anchored(8, 20)];
        await start();
        expect(await store.chain.anchorOf(REGISTRY, manager)).toBeUndefined();
        await take([first, second], at(5, 8));
        expect(await store.chain.anchorOf(REGISTRY, manager)).toEqual({ size: 20, root: second.root, block: 8 });
        expect(await store.chain.anchorOf(REGISTRY, address())).toBeUndefined();
        await store.chain.rollBack({ number: 6, hash: word() }, { from: at(5, 8), to: at(5, 6) });
        expect(await store.chain.anchorOf(REGISTRY, manager)).toEqual({ size: 10, root: first.root, block: 5 });
      });
    });
  });
}
