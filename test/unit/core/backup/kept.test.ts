import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as Digest from 'multiformats/hashes/digest';
import { CID } from 'multiformats/cid';
import { describe, expect, it } from 'vitest';
import { concat, fromUtf8, own, toHex, utf8, type Bytes } from '../../../../extension/core/bytes.ts';
import { openParts, sealParts } from '../../../../extension/core/backup/file.ts';
import { newHead, openByPassword, openByWords, readHead } from '../../../../extension/core/backup/header.ts';
import { keyringsOf } from '../../../../extension/core/backup/own-state.ts';
import type { Part } from '../../../../extension/core/backup/parts.ts';
import { nobleGroup } from '../../../../extension/core/custody/noble-group.ts';
import { eciesOpen } from '../../../../extension/core/keys/ecies.ts';
import { Keyring } from '../../../../extension/core/keys/keyring.ts';
import { fromWords } from '../../../../extension/core/keys/mnemonic.ts';
import { LocalEntryReader } from '../../../../extension/core/records/local-reader.ts';
import { sealEntry } from '../../../../extension/core/records/seal-entry.ts';
import { matches, RAW } from '../../../../extension/core/storage/cid.ts';
import { deriveKey } from '../../../../extension/core/vault/derive-key.ts';
import { sealedAccounts } from '../../../../extension/core/wallet/accounts.ts';
import { sealedState } from '../../../../extension/core/wallet/sealed-state.ts';
import { ROOT } from '../../../../scripts/lib/paths.ts';
import { MemoryBlocks } from '../support.ts';

/** A backup of a made-up record for each released format, as the version that had it wrote it: later versions open them all. */
const FILES = ['backup-v1.salus'];
const WORDS = `${'abandon '.repeat(23)}art`;
const PASSWORD = 'seven quiet lanterns drift';
const NOTE = '{"resourceType":"Basic","id":"note","code":{"text":"made up"}}';
const pathOf = (name: string) => join(ROOT, 'test/fixtures', name);

const heldSlot = (value?: unknown) => {
  let held = value;
  return { read: () => Promise.resolve(held), write: (next: unknown) => Promise.resolve(void (held = next)) };
};

/** What a small wallet keeps. */
async function* wallet(entropy: Bytes): AsyncGenerator<Part> {
  const keyring = await Keyring.fromEntropy(entropy);
  const { alias, address, encryption } = keyring;
  yield { is: 'about', made: 1_796_000_000, networks: [] };
  const accounts = heldSlot();
  await sealedAccounts(accounts, () => Promise.resolve(own(entropy))).update((list) => ({
    ...list,
    accounts: [{ index: 0, name: 'Mira' }],
  }));
  yield { is: 'accounts', value: String(await accounts.read()) };
  const state = heldSlot();
  await sealedState(state, keyring).update((s) => ({ ...s, drafts: [{ form: 'note', values: { text: 'half' } }] }));
  yield { is: 'state', place: '', alias, value: String(await state.read()) };
  yield { is: 'known', place: '', alias, name: 'cd'.repeat(16), value: utf8('sealed elsewhere') };
  const blocks = new MemoryBlocks();
  const item = { type: 'Basic', title: 'Note', mediaType: 'application/fhir+json', encoding: 'deflate' } as const;
  const sealed = await sealEntry(
    'documents',
    [{ ...item, plaintext: utf8(NOTE) }],
    { patientKey: encryption.publicX },
    blocks,
  );
  for (const cid of sealed.blocks) {
    const value = own(await blocks.block(cid));
    yield { is: 'block', place: '', key: own(cid.multihash.bytes), value };
  }
  const of = [address.toLowerCase()];
  const row = {
    root: sealed.cid.toString(),
    kind: 'entry' as const,
    folder: 1,
    epoch: -1,
    patient: address,
    author: address,
    commitment: toHex(sealed.commitment),
    bytes: 1,
    createdAt: 1_796_000_000_000,
    replicas: [],
    kept: of,
    open: of,
    entry: of,
  };
  yield { is: 'root', place: '', row, blocks: sealed.blocks.map((cid) => own(cid.bytes)) };
}

async function opened(name: string) {
  const bytes = new Uint8Array(await readFile(pathOf(name)));
  const file = { size: bytes.length, read: (from: number, to: number) => Promise.resolve(bytes.slice(from, to)) };
  const head = await readHead(file.read);
  return { bytes, file, head };
}

describe.each(FILES)('the backup %s', (name) => {
  it.runIf(process.env['SALUS_WRITE_FIXTURE'] === name)('is written, once', async () => {
    expect(existsSync(pathOf(name))).toBe(false);
    const entropy = fromWords(WORDS);
    const head = await newHead(entropy, { text: PASSWORD, deriveKey });
    const parts: Bytes[] = [];
    for await (const part of sealParts(wallet(entropy), head)) parts.push(part);
    await writeFile(pathOf(name), concat(head.bytes, ...parts));
  });

  it('opens by its words and by its password, to the same record', async () => {
    const { file, head } = await opened(name);
    const entropy = fromWords(WORDS);
    const byWords = await openByWords(head, entropy);
    const byPassword = await openByPassword(head, PASSWORD, deriveKey);
    expect(byPassword).toEqual(byWords);

    const parts: Part[] = [];
    for await (const part of openParts(file, head, byWords)) parts.push(part);
    const of = <K extends Part['is']>(is: K) =>
      parts.filter((part): part is Extract<Part, { is: K }> => part.is === is);
    const [accounts] = of('accounts');
    const list = await sealedAccounts(heldSlot(accounts!.value), () => Promise.resolve(own(entropy))).read();
    expect(list.accounts).toEqual([{ index: 0, name: 'Mira' }]);
    const keyrings = await keyringsOf(entropy, accounts!.value);
    const [state] = of('state');
    const keyring = keyrings.get(state!.alias)!;
    const { drafts } = await sealedState(heldSlot(state!.value), keyring).read();
    expect(drafts).toEqual([{ form: 'note', values: { text: 'half' } }]);

    const blocks = new MemoryBlocks();
    for (const { key, value } of of('block')) {
      const cid = CID.createV1(RAW, Digest.decode(key));
      expect(await matches(cid, value)).toBe(true);
      await blocks.put(cid, own(value));
    }
    const [root] = of('root');
    const reader = new LocalEntryReader(blocks, nobleGroup);
    const { capsule } = await reader.keyOf(root!.row.root);
    const key = await eciesOpen(keyring.encryption.secret, capsule);
    const commitment = Buffer.from(root!.row.commitment.slice(2), 'hex');
    const item = await reader.readItem(root!.row.root, key, own(commitment), 0);
    expect(fromUtf8(item.bytes)).toBe(NOTE);
  });

  it('opens with Node’s own crypto, as docs/PROTOCOL.md has it', async () => {
    const { bytes, head } = await opened(name);
    const file = Buffer.from(bytes);
    expect(file.subarray(0, 8).toString()).toBe('SALUSBAK');
    expect([file.readUInt16BE(8), 14 + file.readUInt32BE(10)]).toEqual([1, head.bytes]);
    const { words } = JSON.parse(file.subarray(14, head.bytes).toString()) as Record<string, Record<string, string>>;
    const salt = Buffer.from(words!['salt']!, 'base64');
    const under = Buffer.from(hkdfSync('sha256', fromWords(WORDS), salt, 'salus/backup/v1/words', 32));
    const unseal = (key: Uint8Array, nonce: Buffer, data: Buffer, bound: Uint8Array): Buffer => {
      const cipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(bound).setAuthTag(data.subarray(-16));
      return Buffer.concat([cipher.update(data.subarray(0, -16)), cipher.final()]);
    };
    const bound = Buffer.from(`salus/backup/v1|words|${words!['salt']}`);
    const nonce = Buffer.from(words!['nonce']!, 'base64');
    const key = unseal(under, nonce, Buffer.from(words!['data']!, 'base64'), bound);
    const protocol = await readFile(join(ROOT, 'docs/PROTOCOL.md'), 'utf8');
    for (const value of [salt, under, key, createHash('sha256').update(file).digest()]) {
      expect(protocol).toContain(value.toString('hex'));
    }
    const digest = createHash('sha256').update(file.subarray(0, head.bytes)).digest();
    const segment = file.subarray(head.bytes);
    expect(segment.length).toBeLessThan(1_048_576);
    expect([...segment.subarray(7, 12)]).toEqual([0, 0, 0, 0, 1]);
    const plain = unseal(key, segment.subarray(0, 12), segment.subarray(12), digest);
    const length = plain.readUInt32BE(0);
    expect(plain.subarray(4, 4 + length).includes('about')).toBe(true);
  });
});
