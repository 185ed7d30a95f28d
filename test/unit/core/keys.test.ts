import { decrypt } from 'eciesjs';
import { Config } from 'eciesjs/config';
import fc from 'fast-check';
import { HDNodeWallet, Mnemonic, SigningKey } from 'ethers';
import { describe, expect, it } from 'vitest';
import { equal, random } from '../../../extension/core/bytes.ts';
import { isSalusError } from '../../../extension/core/errors.ts';
import { eciesOpen, eciesSeal } from '../../../extension/core/keys/ecies.ts';
import { evenKey, Keyring } from '../../../extension/core/keys/keyring.ts';
import { fromWords, newEntropy, toWords } from '../../../extension/core/keys/mnemonic.ts';
import { fill, toHex } from './support.ts';

const WORDS = 'test test test test test test test test test test test junk';
const PLACE = { chainId: 1, registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3' };

describe('recovery words', () => {
  it('are 24 and come back as the same entropy, however they are typed', () => {
    const entropy = newEntropy();
    const words = toWords(entropy);
    expect(words.length).toBe(24);
    expect(equal(fromWords(`  ${words.join('\n').toUpperCase()} `), entropy)).toBe(true);
  });

  it('are understood as people write them down and copy them', () => {
    const entropy = newEntropy();
    const words = toWords(entropy);
    const numbered = (line: (word: string, i: number) => string, between = '\n') => words.map(line).join(between);
    const forms = [
      numbered((word, i) => `${i + 1}. ${word}`),
      numbered((word, i) => `${String(i + 1).padStart(2, '0')}) ${word.toUpperCase()},`),
      numbered((word, i) => `#${i + 1}${word}`, ' '),
      numbered((word) => `"${word}"`, ', '),
      `[${numbered((word) => `'${word}'`, ',')}]`,
      numbered((word) => `• ${word}\u200B`, '\r\n'),
      numbered((word) => word, '\u200B'),
      numbered((word) => `${word.slice(0, 2)}\u00AD${word.slice(2)}`, '\u00A0'),
      numbered((word) => word.slice(0, 4), ' '),
      numbered((word) => word.slice(0, 5), '-'),
      `\uFEFF“${numbered((word) => word, ' ')}”`,
      numbered((word) => [...word].map((c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0)).join(''), '\u3000'),
    ];
    for (const form of forms) expect(equal(fromWords(form), entropy), form).toBe(true);
  });

  it('may be 12 from another wallet', () => {
    expect(fromWords(WORDS).length).toBe(16);
  });

  it.each([
    ['one two three', 'count'],
    [WORDS.replace('junk', 'junkk'), 'position'],
    [WORDS.replace('junk', 'jun'), 'position'],
    [WORDS.replace('junk', 'junk\u0430'), 'position'],
    ['1. 2. 3.', 'count'],
    [WORDS.replace('junk', 'test'), 'checksum'],
  ])('say what is wrong with “%s”', (text, what) => {
    try {
      fromWords(text);
      expect.unreachable();
    } catch (error) {
      expect(isSalusError(error, 'bad-words') && what in error.detail).toBe(true);
    }
  });
});

describe('keyring', () => {
  it('has the account every Ethereum wallet has for these words (BIP-44)', async () => {
    const expected = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(WORDS), `m/44'/60'/0'/0/0`);
    expect((await Keyring.fromEntropy(fromWords(WORDS))).address).toBe(expected.address);
  });

  it('gives another folder’s seed for another registry, chain, tag, epoch and wallet', async () => {
    const keyring = await Keyring.fromEntropy(fromWords(WORDS));
    const other = await Keyring.fromEntropy(fill(32, 5));
    const keys = await Promise.all([
      keyring.folderSeed(PLACE, 1, 0),
      keyring.folderSeed(PLACE, 2, 0),
      keyring.folderSeed(PLACE, 1, 1),
      keyring.folderSeed({ ...PLACE, registry: '0x0000000000000000000000000000000000000001' }, 1, 0),
      keyring.folderSeed({ ...PLACE, chainId: 2 }, 1, 0),
      other.folderSeed(PLACE, 1, 0),
    ]);
    expect(new Set(keys.map(toHex)).size).toBe(6);
  });

  it('always registers a point with even y, whose private key it holds', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((k) => k[0]! < 255 && k.some((b) => b > 0)),
        (k) => {
          const { secret, publicX } = evenKey(k);
          expect(SigningKey.computePublicKey(toHex(secret), true)).toBe(`0x02${toHex(publicX).slice(2)}`);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('wipes what decrypts, and gives nothing any more', async () => {
    const keyring = await Keyring.fromEntropy(fill(32, 5));
    const { secret } = keyring.encryption;
    const begun = keyring.folderSeed(PLACE, 7, 0);
    keyring.wipe();
    expect(secret.every((b) => b === 0)).toBe(true);
    const uses = [
      () => keyring.account,
      () => keyring.encryption,
      () => keyring.check(),
      () => keyring.folderSeed(PLACE, 7, 0),
      () => keyring.folderTag('results'),
      () => keyring.selectionTags(3),
      () => keyring.stateKey(),
      () => keyring.messageKey(),
    ];
    for (const use of uses) await expect(Promise.resolve().then(use)).rejects.toMatchObject({ code: 'vault-locked' });
    // What had begun before is what it would have been, never a key of an empty root.
    expect(toHex(await begun)).toBe(toHex(await (await Keyring.fromEntropy(fill(32, 5))).folderSeed(PLACE, 7, 0)));
  });
});

describe('ECIES capsules', () => {
  const holder = evenKey(fill(32, 9));

  it('open for the holder of the registered key and for nobody else', async () => {
    const secret = random(32);
    const capsule = eciesSeal(holder.publicX, secret);
    expect(equal(await eciesOpen(holder.secret, capsule), secret)).toBe(true);
    await expect(eciesOpen(evenKey(fill(32, 8)).secret, capsule)).rejects.toThrow(/not made for this key/);
    for (const short of [0, 32, 33, 60])
      await expect(eciesOpen(holder.secret, capsule.slice(0, short))).rejects.toThrow();
  });

  it('open as the library opens them, whoever they are for and however long', async () => {
    const config = new Config();
    Object.assign(config, { isEphemeralKeyCompressed: true, isHkdfKeyCompressed: true, symmetricNonceLength: 12 });
    for (let i = 0; i < 20; i++) {
      const someone = evenKey(random(32));
      const capsule = eciesSeal(someone.publicX, random(i));
      const opened = eciesOpen(someone.secret, capsule);
      expect(toHex(decrypt(someone.secret, capsule, config))).toBe(toHex(await opened));
    }
  });

  it('are opened by the secret as it was when that began', async () => {
    const someone = evenKey(random(32));
    const opening = eciesOpen(someone.secret, eciesSeal(someone.publicX, fill(32, 3)));
    someone.secret.fill(0);
    expect(await opening).toEqual(fill(32, 3));
  });

  it('refuse every changed byte', async () => {
    const capsule = eciesSeal(holder.publicX, random(32));
    for (let i = 0; i < capsule.length; i++) {
      const changed = capsule.slice();
      changed[i] = changed[i]! ^ 1;
      await expect(eciesOpen(holder.secret, changed), `byte ${i}`).rejects.toThrow();
    }
  });
});
