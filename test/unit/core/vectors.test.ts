import { createDecipheriv, createECDH, createHash, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concat as hexConcat, keccak256, toBeHex, zeroPadValue } from 'ethers';
import { describe, expect, it } from 'vitest';
import { concat, toBase64, uintBytes, utf8 } from '../../../extension/core/bytes.ts';
import { leafHash, merkleRoot } from '../../../extension/core/merkle.ts';
import { pad, unpad } from '../../../extension/core/envelope/padding.ts';
import { padmeLength } from '../../../extension/core/envelope/padme.ts';
import { decryptSegments, encryptSegments, importKey } from '../../../extension/core/envelope/stream.ts';
import { eciesOpen } from '../../../extension/core/keys/ecies.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { unwrapKey, wrapKey } from '../../../extension/core/keys/key-wrap.ts';
import { orderId } from '../../../extension/core/care/order-id.ts';
import { openReason } from '../../../extension/core/consent/emergency-note.ts';
import { evenKey, Keyring } from '../../../extension/core/keys/keyring.ts';
import { fromWords } from '../../../extension/core/keys/mnemonic.ts';
import { decodeEntry, encodeEntry } from '../../../extension/core/records/entry.ts';
import { indexKey, itemKey } from '../../../extension/core/records/seal-entry.ts';
import { cidOf, DAG_CBOR, RAW } from '../../../extension/core/storage/cid.ts';
import { deriveKey } from '../../../extension/core/vault/derive-key.ts';
import { CURRENT_KDF } from '../../../extension/core/vault/kdf.ts';
import {
  openByPasskey,
  openByPassword,
  openContent,
  parseVault,
  passkeyKey,
} from '../../../extension/core/vault/vault-file.ts';
import vectors from '../../fixtures/vectors.json' with { type: 'json' };
import { chunks, collect, fromHex, toHex } from './support.ts';

const root = join(import.meta.dirname, '../../..');

const keyring = await Keyring.fromEntropy(fromWords(vectors.words));

describe('the test vectors of docs/PROTOCOL.md', () => {
  const contentKey = fromHex(vectors.capsuleSecret);

  it('are printed there as they stand here', () => {
    const text = readFileSync(join(root, 'docs/PROTOCOL.md'), 'utf8').replaceAll(/\s/g, '');
    const { padme, ...values } = vectors;
    for (const [name, value] of Object.entries(values)) {
      const bare = String(value).replace(/^0x/, '').replaceAll(/\s/g, '');
      expect(text.includes(bare), name).toBe(true);
    }
    for (const [length, padded] of Object.entries(padme)) expect(text).toContain(`|${length}|${padded}|`);
  });

  it('give every key from the words', async () => {
    expect(keyring.address).toBe(vectors.address);
    expect(toHex(keyring.encryption.publicX)).toBe(vectors.encryptionX);
    expect(toHex(keyring.encryption.secret)).toBe(vectors.encryptionSecret);
    expect(await keyring.folderTag('allergies')).toBe(Number.parseInt(vectors.tagOfAllergies, 16));
    const tags = vectors.selectionTags.split(' ').map((tag) => Number.parseInt(tag, 16));
    expect((await keyring.selectionTags(1_000)).slice(0, 2)).toEqual(tags);
    const seed = await keyring.folderSeed(vectors, Number.parseInt(vectors.folderTag, 16), vectors.epoch);
    expect(toHex(seed)).toBe(vectors.folderSeed);
    expect(toHex(nobleGroup.scalarFrom(seed))).toBe(vectors.folderSecret);
    expect(toHex(await keyring.stateKey())).toBe(vectors.stateKey);
    expect(toHex(await itemKey(contentKey, fromHex(vectors.itemSalt)))).toBe(vectors.itemKey);
    expect(toHex(await indexKey(contentKey, fromHex(vectors.itemSalt)))).toBe(vectors.indexKey);
    expect(toHex(await wrapKey(fromHex(vectors.entryKey), contentKey))).toBe(vectors.wrapped);
    expect(await unwrapKey(fromHex(vectors.entryKey), fromHex(vectors.wrapped))).toEqual(contentKey);
  });

  it('give the segment, byte for byte, and open again', async () => {
    const key = await importKey(fromHex(vectors.itemKey));
    const header = fromHex(vectors.header);
    const plain = utf8(vectors.plaintext);
    const segment = await collect(encryptSegments(pad(chunks(plain)), key, header, fromHex(vectors.noncePrefix)));
    expect(toHex(segment)).toBe(vectors.segment);
    expect((await cidOf(RAW, segment)).toString()).toBe(vectors.segmentCid);
    expect(await collect(unpad(decryptSegments(chunks(segment), key, header)))).toEqual(plain);
  });

  it('give the commitment and the entry', async () => {
    const leaf = await leafHash(
      fromHex(vectors.leafSalt),
      fromHex(createHash('sha256').update(vectors.plaintext).digest('hex')),
    );
    expect(toHex(leaf)).toBe(vectors.leaf);
    expect(toHex(await merkleRoot([leaf, leaf]))).toBe(vectors.commitmentOfTwo);
    const entry = decodeEntry(fromHex(vectors.entry));
    expect(entry.index.toString()).toBe(vectors.segmentCid);
    expect(toHex(encodeEntry(entry))).toBe(vectors.entry);
    expect((await cidOf(DAG_CBOR, fromHex(vectors.entry))).toString()).toBe(vectors.entryCid);
  });

  it('open the capsule', async () => {
    expect(toHex(await eciesOpen(fromHex(vectors.encryptionSecret), fromHex(vectors.capsule)))).toBe(
      vectors.capsuleSecret,
    );
  });

  it('give the padded lengths', () => {
    for (const [length, padded] of Object.entries(vectors.padme)) expect(padmeLength(Number(length))).toBe(padded);
  });
});

describe('the vault of docs/PROTOCOL.md', () => {
  const file = parseVault(JSON.parse(vectors.vaultFile));
  const dataKey = fromHex(vectors.vaultDataKey);

  it('opens by the password, and by the passkey', async () => {
    const key = await deriveKey(vectors.vaultPassword, fromHex(vectors.vaultSalt), CURRENT_KDF);
    expect(toHex(key)).toBe(vectors.vaultPasswordKey);
    expect(await openByPassword(file, key)).toEqual(dataKey);
    const secret = fromHex(vectors.vaultPasskeySecret);
    expect(toHex(await passkeyKey(secret))).toBe(vectors.vaultPasskeyKey);
    expect(await openByPasskey(file, toBase64(fromHex(vectors.vaultPasskeyId)), secret)).toEqual(dataKey);
    const content = await openContent(file, dataKey);
    expect(content).toMatchObject({ entropy: toBase64(fromWords(vectors.words)), passkeys: [{ name: 'Laptop' }] });
  });

  it('opens with Node’s own crypto', () => {
    const open = (key: Buffer, { nonce, data }: { nonce: string; data: string }, bound: string) => {
      const sealed = Buffer.from(data, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64'));
      decipher.setAAD(Buffer.from(`salus/vault/v2|${bound}`));
      decipher.setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    };
    const { password, passkeys } = file;
    const bound = `password|argon2id|65536|3|4|${password.salt}`;
    const key = open(Buffer.from(fromHex(vectors.vaultPasswordKey)), password, bound);
    expect(JSON.parse(open(key, file, 'content').toString())).toMatchObject({ createdAt: 1_700_000_000 });
    for (const slot of passkeys) {
      const info = utf8('salus/vault/v2/passkey');
      const under = hkdfSync('sha256', fromHex(vectors.vaultPasskeySecret), Buffer.alloc(0), info, 32);
      expect(open(Buffer.from(under), slot, `passkey|${slot.id}|${slot.salt}`)).toEqual(key);
    }
  });
});

describe('an implementation that has only the document and Node’s own crypto', () => {
  const bytes = (hex: string) => Buffer.from(hex.replace(/^0x/, ''), 'hex');
  const hkdf = (key: Buffer, salt: Buffer, info: Uint8Array) => Buffer.from(hkdfSync('sha256', key, salt, info, 32));

  it('unwraps the content key, derives the item key and opens the segment', () => {
    const unwrap = createDecipheriv('id-aes256-wrap', bytes(vectors.entryKey), Buffer.alloc(8, 0xa6));
    const contentKey = Buffer.concat([unwrap.update(bytes(vectors.wrapped)), unwrap.final()]);
    expect(`0x${contentKey.toString('hex')}`).toBe(vectors.capsuleSecret);
    const key = hkdf(contentKey, bytes(vectors.itemSalt), utf8('salus/item/v1'));
    expect(`0x${key.toString('hex')}`).toBe(vectors.itemKey);
    const segment = bytes(vectors.segment);
    const nonce = concat(bytes(vectors.noncePrefix), uintBytes(0, 4), Uint8Array.of(1));
    expect(segment.subarray(0, 12).equals(nonce)).toBe(true);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAAD(bytes(vectors.header));
    decipher.setAuthTag(segment.subarray(-16));
    const padded = Buffer.concat([decipher.update(segment.subarray(12, -16)), decipher.final()]);
    expect(padded.length).toBe(256);
    expect(padded.subarray(0, padded.lastIndexOf(0x80)).toString()).toBe(vectors.plaintext);
  });

  it('opens the capsule', () => {
    const capsule = bytes(vectors.capsule);
    const [ephemeral, nonce, tag, sealed] = [
      capsule.subarray(0, 33),
      capsule.subarray(33, 45),
      capsule.subarray(45, 61),
      capsule.subarray(61),
    ];
    const point = scalarMultiply(bytes(vectors.encryptionSecret), ephemeral);
    const key = hkdf(Buffer.concat([ephemeral, point]), Buffer.alloc(0), Buffer.alloc(0));
    const decipher = createDecipheriv('aes-256-gcm', key, nonce);
    decipher.setAuthTag(tag);
    expect(`0x${Buffer.concat([decipher.update(sealed), decipher.final()]).toString('hex')}`).toBe(
      vectors.capsuleSecret,
    );
  });

  it('give an order its id: the hash of four words, one after the other', () => {
    const { orderPatient: patient, orderDoctor: doctor, leaf, orderId: id } = vectors;
    const words = [patient, doctor, '0x7', `0x${leaf.replace(/^0x/, '')}`].map((word) =>
      zeroPadValue(toBeHex(word), 32),
    );
    expect(keccak256(hexConcat(words))).toBe(id);
    expect(orderId({ patient, doctor, folder: 7, commitment: words[3]! })).toBe(id);
  });

  it('opens the note of an emergency, as the wallet does', async () => {
    const { chainId, registry, address: patient, emergencyDoctor: doctor } = vectors;
    const [note, doctorsKey] = [bytes(vectors.emergencyNote), bytes(vectors.emergencyDoctorKey)];
    const ecdh = createECDH('secp256k1');
    ecdh.setPrivateKey(bytes(vectors.encryptionSecret));
    const shared = ecdh.computeSecret(Buffer.concat([Buffer.of(2), doctorsKey]));
    const whose = [registry, patient, doctor].map(bytes);
    const info = concat(utf8('salus/emergency/v1'), uintBytes(chainId, 8), ...whose);
    const decipher = createDecipheriv('aes-256-gcm', hkdf(shared, note.subarray(0, 15), info), Buffer.alloc(12));
    decipher.setAuthTag(note.subarray(16));
    expect([...Buffer.concat([decipher.update(note.subarray(15, 16)), decipher.final()])]).toEqual([1]);

    const place = { chainId, registry, patient, doctor };
    expect(await openReason(keyring.encryption.secret, doctorsKey, place, note)).toBe('unresponsive');
    // The doctor comes to the same.
    expect(toHex(evenKey(fromHex(vectors.emergencyDoctorSecret)).publicX)).toBe(vectors.emergencyDoctorKey);
    const theirs = fromHex(vectors.encryptionX);
    expect(await openReason(fromHex(vectors.emergencyDoctorSecret), theirs, place, note)).toBe('unresponsive');
  });
});

/** secret × point, compressed. ECDH gives only x; the parity of y follows from where x·(secret + 1) lies, so both are tried. */
function scalarMultiply(secret: Buffer, point: Buffer): Buffer {
  const ecdh = createECDH('secp256k1');
  ecdh.setPrivateKey(secret);
  const x = ecdh.computeSecret(point);
  const p = 2n ** 256n - 2n ** 32n - 977n;
  const power = (base: bigint, exponent: bigint): bigint => {
    let result = 1n;
    for (let b = base % p, e = exponent; e > 0n; e >>= 1n, b = (b * b) % p) if (e & 1n) result = (result * b) % p;
    return result;
  };
  const int = (b: Buffer) => BigInt(`0x${b.toString('hex')}`);
  const lift = (px: bigint, odd: boolean) => {
    const y = power(px ** 3n + 7n, (p + 1n) / 4n);
    return (y & 1n) === (odd ? 1n : 0n) ? y : p - y;
  };
  const [gx, gy] = [int(point.subarray(1)), lift(int(point.subarray(1)), point[0] === 3)];
  ecdh.setPrivateKey(Buffer.from((int(secret) + 1n).toString(16).padStart(64, '0'), 'hex'));
  const nextX = int(ecdh.computeSecret(point));
  const odd = [false, true].find((candidate) => {
    const [qx, qy] = [int(x), lift(int(x), candidate)];
    const slope = ((gy - qy + p) * power((gx - qx + p) % p, p - 2n)) % p;
    return (((slope * slope - gx - qx) % p) + p) % p === nextX;
  });
  return Buffer.concat([Buffer.of(odd === true ? 3 : 2), x]);
}
