import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english';
import { random, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';

/** Entropy of a new wallet: 256 bits, 24 words (BIP-39). */
export const newEntropy = (): Bytes => random(32);

/** The recovery words of `entropy`. */
export const toWords = (entropy: Uint8Array): string[] => entropyToMnemonic(entropy, wordlist).split(' ');

/**
 * Reads recovery words as a person types them: any case, any white space, 12 or 24 words.
 * @throws SalusError `bad-words`, with the position of the first unknown word, or the count, or a failed checksum.
 */
export function fromWords(text: string): Bytes {
  const words = text.normalize('NFKD').toLowerCase().trim().split(/\s+/).filter(Boolean);
  if (words.length !== 12 && words.length !== 24) {
    throw new SalusError('bad-words', 'Recovery words are 24 words (or 12 from another wallet).', {
      count: words.length,
    });
  }
  const unknown = words.findIndex((word) => !wordlist.includes(word));
  if (unknown >= 0) {
    throw new SalusError('bad-words', `Word ${unknown + 1} is not in the list of recovery words.`, {
      position: unknown + 1,
    });
  }
  try {
    return Uint8Array.from(mnemonicToEntropy(words.join(' '), wordlist));
  } catch {
    throw new SalusError('bad-words', 'All words are known but do not belong together: check their order.', {
      checksum: 'failed',
    });
  }
}

/** BIP-39 seed without passphrase. */
export const toSeed = (entropy: Uint8Array): Bytes =>
  Uint8Array.from(mnemonicToSeedSync(entropyToMnemonic(entropy, wordlist)));
