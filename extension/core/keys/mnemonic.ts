import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english';
import { random, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { meantWord, typedWords } from './typed-words.ts';

/** Entropy of a new wallet: 256 bits, 24 words (BIP-39). */
export const newEntropy = (): Bytes => random(32);

/** The recovery words of `entropy`. */
export const toWords = (entropy: Uint8Array): string[] => entropyToMnemonic(entropy, wordlist).split(' ');

/**
 * Reads recovery words as a person types or copies them: 12 or 24 words in any case, each whole or by its first four letters or more,
 * with whatever numbers, signs and invisible characters are between them.
 * @throws SalusError `bad-words`, with the position of the first unknown word, or the count, or a failed checksum.
 */
export function fromWords(text: string): Bytes {
  const words = typedWords(text, wordlist);
  if (words.length !== 12 && words.length !== 24) {
    throw new SalusError('bad-words', 'Recovery words are 24 words (or 12 from another wallet).', {
      count: words.length,
    });
  }
  const meant = words.map((word) => meantWord(word, wordlist));
  const unknown = meant.indexOf(undefined);
  if (unknown >= 0) {
    throw new SalusError('bad-words', `Word ${unknown + 1} is not in the list of recovery words.`, {
      position: unknown + 1,
    });
  }
  try {
    return Uint8Array.from(mnemonicToEntropy(meant.join(' '), wordlist));
  } catch {
    throw new SalusError('bad-words', 'All words are known but do not belong together: check their order.', {
      checksum: 'failed',
    });
  }
}

/** PBKDF2 of a BIP-39 seed without passphrase. */
const SEED_PARAMS = { name: 'PBKDF2', hash: 'SHA-512', salt: utf8('mnemonic'), iterations: 2_048 };

/**
 * BIP-39 seed without passphrase, 64 bytes. By the platform's PBKDF2, which takes a tenth of the time of one in JavaScript: each
 * worker that wakes up waits for it. English words need no normalisation.
 */
export async function toSeed(entropy: Uint8Array): Promise<Bytes> {
  const words = utf8(entropyToMnemonic(entropy, wordlist));
  const base = await crypto.subtle.importKey('raw', words, 'PBKDF2', false, ['deriveBits']);
  words.fill(0);
  return new Uint8Array(await crypto.subtle.deriveBits(SEED_PARAMS, base, 512));
}
