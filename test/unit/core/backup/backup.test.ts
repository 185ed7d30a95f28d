import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, own, sha256, toHex, uintBytes, utf8, type Bytes } from '../../../../extension/core/bytes.ts';
import { openParts, sealParts } from '../../../../extension/core/backup/file.ts';
import { newHead, openByPassword, openByWords, readHead } from '../../../../extension/core/backup/header.ts';
import { decodeParts, encodePart, type Part } from '../../../../extension/core/backup/parts.ts';
import { keyringsOf, withoutSites } from '../../../../extension/core/backup/own-state.ts';
import { isSalusError, SalusError } from '../../../../extension/core/errors.ts';
import { Keyring } from '../../../../extension/core/keys/keyring.ts';
import { newEntropy } from '../../../../extension/core/keys/mnemonic.ts';
import { deriveKey } from '../../../../extension/core/vault/derive-key.ts';
import { sealedState } from '../../../../extension/core/wallet/sealed-state.ts';
import { encode } from '@ipld/dag-cbor';

const PLACE = `31337/0x${'ab'.repeat(20)}`;
const PASSWORD = 'seven quiet lanterns drift';

/** Three blocks, one of which is as large as a block gets. */
async function wallet(): Promise<Part[]> {
  const block = async (value: Bytes): Promise<Part> => {
    return { is: 'block', place: PLACE, key: concat(Uint8Array.of(0x12, 0x20), await sha256(value)), value };
  };
  return [
    { is: 'about', made: 1_796_000_000, networks: [], chosen: PLACE },
    { is: 'accounts', value: 'c2VhbGVk' },
    { is: 'state', place: '', alias: 'ab'.repeat(16), value: 'c2VhbGVk' },
    { is: 'known', place: '', alias: 'ab'.repeat(16), name: 'cd'.repeat(16), value: utf8('a row') },
    await block(utf8('one')),
    await block(new Uint8Array(1_048_576).fill(7)),
    await block(new Uint8Array(700_000).fill(9)),
  ];
}

// eslint-disable-next-line @typescript-eslint/require-await -- as a stream
async function* stream<T>(parts: readonly T[]): AsyncGenerator<T> {
  yield* parts;
}
const collect = async <T>(source: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
};
const code = async (work: () => Promise<unknown>): Promise<string> => {
  try {
    await work();
  } catch (error) {
    if (isSalusError(error)) return error.code;
    throw error;
  }
  return 'none';
};
const fileOf = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: (from: number, to: number) => Promise.resolve(bytes.slice(from, to)),
});

async function backup(parts: readonly Part[], entropy: Bytes, password?: string): Promise<Bytes> {
  const head = await newHead(entropy, password === undefined ? undefined : { text: password, deriveKey });
  return concat(head.bytes, ...(await collect(sealParts(stream(parts), head))));
}
async function open(bytes: Uint8Array, entropy: Bytes): Promise<Part[]> {
  const head = await readHead(fileOf(bytes).read);
  return collect(openParts(fileOf(bytes), head, await openByWords(head, entropy)));
}

describe('a backup', () => {
  it('gives back what was put in, by the words', async () => {
    const entropy = newEntropy();
    const parts = await wallet();
    expect(await open(await backup(parts, entropy), entropy)).toEqual(parts);
  });

  it('opens by its own password, which also gives the words; a wrong one opens nothing', async () => {
    for (const entropy of [newEntropy(), newEntropy().slice(0, 16)]) {
      const bytes = await backup(await wallet(), entropy, PASSWORD);
      const head = await readHead(fileOf(bytes).read);
      const key = await openByPassword(head, PASSWORD, deriveKey);
      expect(key.entropy).toEqual(entropy);
      expect(await collect(openParts(fileOf(bytes), head, key))).toHaveLength(7);
      expect(await code(() => openByPassword(head, `${PASSWORD}.`, deriveKey))).toBe('wrong-password');
    }
  });

  it('without a password of its own does not hold the words, and opens by no password', async () => {
    const entropy = newEntropy();
    const bytes = await backup(await wallet(), entropy);
    const head = await readHead(fileOf(bytes).read);
    expect(await code(() => openByPassword(head, '', deriveKey))).toBe('wrong-password');
    expect(JSON.stringify(head.slots)).not.toContain('password');
  });

  it('of another wallet says so', async () => {
    const bytes = await backup(await wallet(), newEntropy());
    expect(await code(() => open(bytes, newEntropy()))).toBe('backup-of-other');
  });

  it('of a newer version says so, and what is no backup does', async () => {
    const entropy = newEntropy();
    const bytes = await backup(await wallet(), entropy);
    const newer = own(bytes);
    newer[9] = 2;
    expect(await code(() => open(newer, entropy))).toBe('backup-newer');
    expect(await code(() => open(utf8('PK\u0003\u0004 something else'), entropy))).toBe('not-a-backup');
    expect(await code(() => open(new Uint8Array(), entropy))).toBe('not-a-backup');
  });

  it('that was cut anywhere is refused: nothing says that it is whole', async () => {
    const entropy = newEntropy();
    const bytes = await backup(await wallet(), entropy);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => {
        const cut = bytes.slice(0, length);
        expect(['backup-damaged', 'not-a-backup']).toContain(await code(() => open(cut, entropy)));
      }),
      { numRuns: 60, examples: [[bytes.length - 1], [1_048_576 + 400], [13], [100]] },
    );
    expect(await code(() => open(concat(bytes, Uint8Array.of(0)), entropy))).toBe('backup-damaged');
  });

  it('of which a byte was changed is refused, wherever it stands', async () => {
    const entropy = newEntropy();
    const bytes = await backup(await wallet(), entropy);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = own(bytes);
        changed[at] = (changed[at] ?? 0) ^ change;
        expect(await code(() => open(changed, entropy))).not.toBe('none');
      }),
      { numRuns: 60, examples: Array.from({ length: 14 }, (_, at) => [at, 1] as [number, number]) },
    );
  });

  it('says how much of it was good', async () => {
    const entropy = newEntropy();
    const bytes = await backup(await wallet(), entropy);
    const head = await readHead(fileOf(bytes).read);
    const cut = bytes.slice(0, bytes.length - 10);
    const key = await openByWords(head, entropy);
    const error = await collect(openParts(fileOf(cut), head, key)).catch((e: unknown) => e as SalusError);
    expect(error).toBeInstanceOf(SalusError);
    expect((error as SalusError).detail['at']).toBeGreaterThan(30);
  });

  it('is stopped in the middle', async () => {
    const entropy = newEntropy();
    const bytes = await backup(await wallet(), entropy);
    const head = await readHead(fileOf(bytes).read);
    const stop = new AbortController();
    const stopped = new SalusError('cancelled', 'stopped');
    const reading = openParts(fileOf(bytes), head, await openByWords(head, entropy), {
      signal: stop.signal,
      onRead: () => stop.abort(stopped),
    });
    await expect(collect(reading)).rejects.toBe(stopped);
  });

  it('tells nothing without its key: not what is in it, nor whose it is', async () => {
    const entropy = newEntropy();
    const bytes = Buffer.from(
      await backup([...(await wallet()), { is: 'accounts', value: 'names of people' }], entropy),
    );
    for (const secret of ['names of people', 'about', 'accounts', PLACE, 'ab'.repeat(16)]) {
      expect(bytes.includes(secret)).toBe(false);
    }
    expect(bytes.includes(Buffer.from(entropy))).toBe(false);
  });
});

describe('a head that somebody made', () => {
  const headed = (slots: string, claimed = utf8(slots).length): Bytes =>
    concat(utf8('SALUSBAK'), uintBytes(1, 2), uintBytes(claimed, 4), utf8(slots));
  const read = (bytes: Bytes) => readHead(fileOf(bytes).read);
  const slot = { salt: 'AAAA', nonce: 'AAAA', data: 'AAAA' };

  it('claims more than a head is long, and is not read', async () => {
    expect(await code(() => read(headed('{}', 0xffff_ffff)))).toBe('backup-damaged');
    expect(await code(() => read(headed(' '.repeat(5_000))))).toBe('backup-damaged');
  });

  it('has names that every object has, or what is no head, and is refused', async () => {
    const words = JSON.stringify(slot);
    for (const text of ['{}', '[]', 'null', `{"words":${words},"__proto__":{"x":1}}`, `{"words":${words},"more":1}`]) {
      expect(await code(() => read(headed(text))), text).toBe('backup-damaged');
    }
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it('asks for a password to be hashed for hours, or not enough, and is refused', async () => {
    for (const memory of [8, 16_777_216]) {
      const kdf = { name: 'argon2id', memory, passes: 3, lanes: 4 };
      const head = await read(headed(JSON.stringify({ words: slot, password: { kdf, ...slot } })));
      expect(await code(() => openByPassword(head, PASSWORD, deriveKey))).toBe('vault-too-weak');
    }
  });
});

describe('parts that somebody made', () => {
  const about: Part = { is: 'about', made: 1, networks: [] };
  const framed = (value: unknown): Bytes => {
    const body = encode(value);
    return concat(uintBytes(body.length, 4), body);
  };
  const end = (parts: number) => framed({ is: 'end', parts });
  const decoded = (...bytes: Uint8Array[]) => code(() => collect(decodeParts(stream(bytes))));

  it('are whole, in order, and as many as the last says', async () => {
    expect(await decoded(encodePart(about), end(1))).toBe('none');
    expect(await decoded(encodePart(about), end(2))).toBe('sealed-data-damaged');
    expect(await decoded(encodePart(about))).toBe('sealed-data-damaged');
    expect(await decoded(end(0))).toBe('sealed-data-damaged');
    expect(await decoded(encodePart(about), end(1), encodePart(about))).toBe('sealed-data-damaged');
    expect(await decoded(encodePart(about), encodePart(about), end(2))).toBe('sealed-data-damaged');
  });

  it('name no other place than where a wallet keeps things', async () => {
    const alias = 'ab'.repeat(16);
    for (const part of [
      { is: 'state', place: '../x', alias, value: '' },
      { is: 'state', place: '', alias: 'vault', value: '' },
      { is: 'known', place: '1/0x12', alias, name: 'x', value: new Uint8Array() },
      { is: 'value', name: 'vault', value: '' },
      { is: 'block', place: '', key: new Uint8Array(34), value: new Uint8Array(2_097_153) },
      { is: 'state', place: '', alias, value: '', more: 1 },
    ]) {
      expect(await decoded(encodePart(about), framed(part), end(2)), JSON.stringify(part).slice(0, 80)).toBe(
        'sealed-data-damaged',
      );
    }
  });

  it('claim to be larger than a part is, and are not waited for', async () => {
    expect(await decoded(encodePart(about), uintBytes(0xffff_ffff, 4))).toBe('sealed-data-damaged');
  });

  it('are read however the stream is cut', async () => {
    const all = concat(encodePart(about), encodePart({ is: 'accounts', value: 'x'.repeat(300) }), end(2));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(all.length)), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), all.length];
        const chunks = at.slice(1).map((to, i) => all.subarray(at[i], to));
        expect(await collect(decodeParts(stream(chunks)))).toHaveLength(3);
      }),
    );
  });
});

describe('what the wallet remembered', () => {
  it('comes back without sites and without a yes that holds: a backup may be older than the day it was taken back', async () => {
    const entropy = newEntropy();
    const keyring = await Keyring.fromEntropy(entropy);
    let value: unknown;
    const slot = { read: () => Promise.resolve(value), write: (next: unknown) => Promise.resolve(void (value = next)) };
    await sealedState(slot, keyring).update((state) => ({
      ...state,
      wordsConfirmed: true,
      sites: [{ origin: 'https://clinic.example', connectedAt: 1 }],
      drafts: [{ form: 'note', values: { text: 'half a sentence' } }],
    }));
    const keyrings = await keyringsOf(entropy, undefined);
    expect([...keyrings.keys()]).toEqual([keyring.alias]);
    value = await withoutSites(String(value), keyrings.get(keyring.alias)!);
    expect(await sealedState(slot, keyring).read()).toMatchObject({
      wordsConfirmed: true,
      sites: [],
      remembered: [],
      drafts: [{ form: 'note', values: { text: 'half a sentence' } }],
    });
    expect(toHex(entropy)).not.toBe(toHex(new Uint8Array(32)));
  });
});
