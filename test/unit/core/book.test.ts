import { describe, expect, it } from 'vitest';
import { isSalusError, SalusError } from '../../../extension/core/errors.ts';
import { RecordBook, type FolderKeys } from '../../../extension/core/records/book.ts';
import { LocalEntryReader } from '../../../extension/core/records/local-reader.ts';
import { sealEntry } from '../../../extension/core/records/seal-entry.ts';
import { headOf, type RecordAdded, type RegistryClient } from '../../../extension/core/registry/client.ts';
import { digestOf } from '../../../extension/core/storage/cid.ts';
import { fill, MemoryBlocks } from './support.ts';

const PATIENT = '0x00000000000000000000000000000000000000aa';
const folderKey = fill(32, 6);
const KEYS: FolderKeys = { find: () => Promise.resolve(folderKey), sectionOf: () => Promise.resolve('results') };

/** Two sealed entries in one folder, as the chain would name them. */
async function record() {
  const blocks = new MemoryBlocks();
  const added: RecordAdded[] = [];
  for (const n of [1, 2]) {
    const item = {
      type: 'Basic',
      title: `Item ${n}`,
      mediaType: 'application/fhir+json',
      encoding: 'deflate' as const,
    };
    const sealed = await sealEntry('results', [{ ...item, plaintext: fill(10, n) }], { epoch: 0, folderKey }, blocks);
    added.push({
      id: `0x${String(n).padStart(64, '0')}`,
      patient: PATIENT,
      author: PATIENT,
      folder: 7,
      epoch: 0,
      cid: digestOf(sealed.cid),
      commitment: sealed.commitment,
      block: n,
      transaction: `0x${'0'.repeat(63)}${n}`,
    });
  }
  return { blocks, added };
}

/** A node that tells `told` of `all` records. */
const node = (told: readonly RecordAdded[], all: readonly RecordAdded[]) =>
  ({
    records: () => Promise.resolve([...told]),
    folder: () => Promise.resolve({ head: headOf(all), count: all.length, epoch: 0, floor: 0 }),
  }) as unknown as RegistryClient;

describe('the record book', () => {
  it('lists and reads what is on the chain', async () => {
    const { blocks, added } = await record();
    const book = new RecordBook(node(added, added), new LocalEntryReader(blocks), KEYS);
    const { items, unreadable } = await book.list(PATIENT);
    expect(items.map((i) => i.title)).toEqual(['Item 1', 'Item 2']);
    expect(unreadable).toEqual([]);
    expect((await book.read(PATIENT, items[1]!.id)).bytes).toEqual(fill(10, 2));
  });

  it.each([0, 1])('notices that a node withheld record %i', async (missing) => {
    const { blocks, added } = await record();
    const told = added.filter((_, i) => i !== missing);
    const book = new RecordBook(node(told, added), new LocalEntryReader(blocks), KEYS);
    await expect(book.list(PATIENT)).rejects.toSatisfy((e) => isSalusError(e, 'history-incomplete'));
  });

  it('notices that a node withheld a whole folder it was asked for', async () => {
    const { blocks, added } = await record();
    const book = new RecordBook(node([], added), new LocalEntryReader(blocks), KEYS);
    await expect(book.list(PATIENT, new Set([7]))).rejects.toSatisfy((e) => isSalusError(e, 'history-incomplete'));
  });

  it('lists an entry once, though its author recorded it twice', async () => {
    const { blocks, added } = await record();
    const twice = [...added, added[0]!];
    const book = new RecordBook(node(twice, twice), new LocalEntryReader(blocks), KEYS);
    expect((await book.list(PATIENT)).items.map((i) => i.title)).toEqual(['Item 1', 'Item 2']);
  });

  it('asks for leave at every opening, also of what it opened before', async () => {
    const { blocks, added } = await record();
    let allowed = true;
    const find = () => (allowed ? Promise.resolve(folderKey) : Promise.reject(new SalusError('no-consent', 'ended')));
    const book = new RecordBook(node(added, added), new LocalEntryReader(blocks), { ...KEYS, find });
    const [first] = (await book.list(PATIENT)).items;
    await book.read(PATIENT, first!.id);
    allowed = false;
    await expect(book.read(PATIENT, first!.id)).rejects.toSatisfy((e) => isSalusError(e, 'no-consent'));
    expect((await book.list(PATIENT)).items).toEqual([]);
  });

  it('shows an entry that cannot be opened as such, and the others all the same', async () => {
    const { blocks, added } = await record();
    const spoiled = added.map((r, i) => (i === 0 ? { ...r, commitment: fill(32) } : r));
    const book = new RecordBook(node(spoiled, spoiled), new LocalEntryReader(blocks), KEYS);
    const { items, unreadable } = await book.list(PATIENT);
    expect(items.map((i) => i.title)).toEqual(['Item 2']);
    expect(unreadable.map((u) => u.code)).toEqual(['commitment-mismatch']);
  });
});
