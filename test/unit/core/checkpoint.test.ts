import { createHash, generateKeyPairSync, sign as signWith, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Bytes } from '../../../extension/core/bytes.ts';
import {
  cosign,
  cosignedAt,
  isSignedBy,
  parseCheckpoint,
  signCheckpoint,
  type Sign,
  type Verifier,
} from '../../../extension/core/custody/checkpoint.ts';
import { fill } from './support.ts';

function signer(
  name: string,
): Verifier & { sign: Sign; publicPem: ReturnType<typeof generateKeyPairSync>['publicKey'] } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Uint8Array.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  const sign: Sign = (message) => Promise.resolve(signWith(null, message, privateKey));
  return { name, publicKey: raw, sign, publicPem: publicKey };
}

const HEAD = { origin: `31337/0x${'11'.repeat(20)}/0x${'22'.repeat(20)}`, size: 42, root: fill(32, 7) };
const log = signer('manager-1.example');
const witness = signer('manager-2.example');
const other = signer('manager-1.example');
const note = await signCheckpoint(HEAD, log, log.sign);
const noted = parseCheckpoint(note)!;

describe('the head of a log', () => {
  it('is a signed note, which plain code can check', () => {
    const [text = '', lines = ''] = note.split('\n\n');
    expect(`${text}\n`).toBe(`${HEAD.origin}\n42\n${Buffer.from(HEAD.root).toString('base64')}\n`);
    const [dash, name, encoded = ''] = lines.trimEnd().split(' ');
    expect([dash, name]).toEqual(['—', log.name]);
    const bytes = Buffer.from(encoded, 'base64');
    const keyId = createHash('sha256').update(`${log.name}\n\x01`).update(log.publicKey).digest().subarray(0, 4);
    expect(bytes.subarray(0, 4)).toEqual(keyId);
    expect(verify(null, Buffer.from(`${text}\n`), log.publicPem, bytes.subarray(4))).toBe(true);
  });

  it('is read back, and known to be its log’s', async () => {
    expect(noted.checkpoint).toEqual(HEAD);
    expect(await isSignedBy(noted, log)).toBe(true);
    expect(await isSignedBy(noted, witness)).toBe(false);
    expect(await isSignedBy(noted, other)).toBe(false);
    expect(await isSignedBy(noted, { ...log, name: 'elsewhere.example' })).toBe(false);
    expect(await isSignedBy(noted, { ...log, publicKey: fill(32, 0xff) })).toBe(false);
  });

  it('says who else saw it, and when', async () => {
    const seen = parseCheckpoint(note + (await cosign(noted.text, 1_764_000_000, witness, witness.sign)))!;
    expect(await isSignedBy(seen, log)).toBe(true);
    expect(await cosignedAt(seen, witness)).toBe(1_764_000_000);
    expect(await cosignedAt(seen, log)).toBeUndefined();
    expect(await cosignedAt(noted, witness)).toBeUndefined();
    // What was signed as a head is no word of having seen one, and the other way round.
    const asHead = parseCheckpoint(note + (await signCheckpoint(HEAD, witness, witness.sign)).split('\n\n')[1]!)!;
    expect(await cosignedAt(asHead, witness)).toBeUndefined();
    expect(await isSignedBy(seen, witness)).toBe(false);
  });

  it.each<[string, (text: string) => string]>([
    ['another size', (text) => text.replace('\n42\n', '\n43\n')],
    [
      'another root',
      (text) => text.replace(Buffer.from(HEAD.root).toString('base64'), Buffer.from(fill(32, 8)).toString('base64')),
    ],
    ['another log', (text) => text.replace('31337/', '1/')],
    ['a line more', (text) => text.replace('\n\n', '\nmore\n\n')],
    ['another time', (text) => text],
  ])('with %s it is nobody’s', async (what, change) => {
    const at = 1_764_000_000;
    const seen = note + (await cosign(noted.text, at, witness, witness.sign));
    const forged = parseCheckpoint(what === 'another time' ? withTime(seen, at + 1) : change(seen))!;
    if (what !== 'another time') expect(await isSignedBy(forged, log)).toBe(false);
    expect(await cosignedAt(forged, witness)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['no signature', noted.text],
    ['no blank line', note.replace('\n\n', '\n')],
    ['a size that is no number', note.replace('\n42\n', '\nforty-two\n')],
    ['a size with a nought before it', note.replace('\n42\n', '\n042\n')],
    ['a size below nought', note.replace('\n42\n', '\n-42\n')],
    ['a size beyond counting', note.replace('\n42\n', '\n99999999999999999\n')],
    [
      'a short root',
      note.replace(Buffer.from(HEAD.root).toString('base64'), Buffer.from(fill(31, 7)).toString('base64')),
    ],
    ['a root that is no base64', note.replace(Buffer.from(HEAD.root).toString('base64'), '!')],
    ['a signature without a name', note.replace(`— ${log.name} `, '— ')],
    ['a signature that is no base64', `${noted.text}\n— ${log.name} !!!!\n`],
    ['an empty signature', `${noted.text}\n— ${log.name} AAAA\n`],
    ['something after it', `${note}more`],
  ])('is not %s', (_what, text) => {
    expect(parseCheckpoint(text)).toBeUndefined();
  });
});

/** The same word of having seen it, of another time. */
function withTime(seen: string, at: number): string {
  const lines = seen.split('\n');
  const [dash, name, encoded = ''] = lines.at(-2)!.split(' ');
  const bytes: Bytes = Uint8Array.from(Buffer.from(encoded, 'base64'));
  new DataView(bytes.buffer).setBigUint64(4, BigInt(at));
  return [...lines.slice(0, -2), `${dash} ${name} ${Buffer.from(bytes).toString('base64')}`, ''].join('\n');
}
