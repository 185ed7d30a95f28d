import { secp256k1 } from '@noble/curves/secp256k1';
import { HDKey } from '@scure/bip32';
import { SigningKey, computeAddress } from 'ethers';
import { concat, fromHex, toHex, uintBytes, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { hkdf } from './hkdf.ts';
import { toSeed } from './mnemonic.ts';

const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

// Tables for 32 multiples instead of 128 for each place: made in a third of the time, which every worker that wakes up waits for
// before it can say a word, against a few percent more for each of the few keys and signatures after that.
secp256k1.Point.BASE.precompute(5);

/** An encryption key pair: the private key is chosen so that the public point has an even y (as in BIP-340). */
export interface EncryptionKey {
  readonly secret: Bytes;
  /** x coordinate, 32 bytes: what the registry stores. */
  readonly publicX: Bytes;
}

/** Makes the point's y even by negating the private key where needed. */
export function evenKey(secret: Uint8Array): EncryptionKey {
  const point = fromHex(SigningKey.computePublicKey(toHex(secret), true));
  const publicX = point.slice(1);
  if (point[0] === 2) return { secret: Uint8Array.from(secret), publicX };
  return { secret: uintBytes(SECP256K1_ORDER - BigInt(toHex(secret)), 32), publicX };
}

/**
 * Key under which a wallet seals what concerns all its accounts: HKDF-SHA256(entropy, info = "salus/wallet/v1").
 * @param entropy of the recovery words
 */
export const walletKey = (entropy: Uint8Array): Promise<Bytes> =>
  hkdf(Uint8Array.from(entropy), new Uint8Array(), utf8('salus/wallet/v1'));

/** Bytes that a folder's secret is made of: twice its own, so that no scalar is likelier than another. */
const SEED_BYTES = 64;

const TAG_BYTES = 6;
const tagOf = (bytes: Uint8Array): number => bytes.slice(0, TAG_BYTES).reduce((n, byte) => n * 256 + byte, 0);

/** A registry on its chain. */
export interface RegistryPlace {
  readonly chainId: number;
  readonly registry: string;
}

/** What a keyring holds while it may be used. */
interface Secrets {
  readonly account: SigningKey;
  readonly encryption: EncryptionKey;
  readonly contentRoot: Bytes;
}

/**
 * Every key of one wallet, from its entropy alone.
 * Accounts follow BIP-44 (`m/44'/60'/0'/0/i`); what decrypts lives on EIP-1581 non-wallet paths, never on a signing path.
 * Once wiped it gives nothing any more: each use throws SalusError `vault-locked`, so that work which a lock overtook stops where
 * it stands, and nothing is ever sealed under what a wiped buffer would derive.
 */
export class Keyring {
  readonly address: string;
  /** A name of this account that tells nobody which it is: what it keeps on disk goes by it. */
  readonly alias: string;
  #secrets: Secrets | undefined;

  private constructor(secrets: Secrets, alias: string) {
    this.alias = alias;
    this.address = computeAddress(secrets.account);
    this.#secrets = secrets;
  }

  static async fromEntropy(entropy: Uint8Array, index = 0): Promise<Keyring> {
    const seed = await toSeed(entropy);
    const root = HDKey.fromMasterSeed(seed);
    seed.fill(0);
    // Each step costs a multiplication on the curve: those that the paths share are taken once.
    const ethereum = root.derive("m/44'/60'");
    const nonWallet = ethereum.derive("m/1581'");
    const secretAt = (from: HDKey, path: string): Bytes => {
      const key = from.derive(path).privateKey;
      if (key === null) throw new Error('derivation gave no private key');
      return Uint8Array.from(key);
    };
    const account = new SigningKey(toHex(secretAt(ethereum, `m/0'/0/${index}`)));
    const encryption = evenKey(secretAt(nonWallet, `m/0'/${index}'`));
    const contentRoot = secretAt(nonWallet, `m/1'/${index}'`);
    for (const key of [root, ethereum, nonWallet]) key.wipePrivateData();
    const alias = await hkdf(contentRoot, new Uint8Array(), utf8('salus/alias/v1'));
    return new Keyring({ account, encryption, contentRoot }, toHex(alias.slice(0, 16)).slice(2));
  }

  /** Signs. Not to be kept: it is asked for at each use, so that a lock in between is noticed. */
  get account(): SigningKey {
    return this.#alive.account;
  }

  /** Opens capsules. Not to be kept, like {@link account}. */
  get encryption(): EncryptionKey {
    return this.#alive.encryption;
  }

  /** @throws SalusError `vault-locked` once the keys were wiped; for work that is about to seal or sign */
  check(): void {
    void this.#alive;
  }

  /**
   * What the secret of one folder in one epoch is made of (`Group.scalarFrom`), 64 bytes: HKDF-SHA256(content root, info =
   * "salus/folder/v2" ‖ chain (8) ‖ registry (20) ‖ tag (6) ‖ epoch (2)).
   * @param folder its tag: see {@link folderTag}
   */
  folderSeed({ chainId, registry }: RegistryPlace, folder: number, epoch: number): Promise<Bytes> {
    const place = concat(uintBytes(chainId, 8), fromHex(registry), uintBytes(folder, 6), uintBytes(epoch, 2));
    return this.#derive(concat(utf8('salus/folder/v2'), place), SEED_BYTES);
  }

  /**
   * Tag that names one section's folder on chain: the first 6 bytes of HKDF-SHA256(content root, info = "salus/tag/v1" ‖ section).
   * The same in every registry, and always the same from the same words; to anybody else it is random.
   */
  async folderTag(section: string): Promise<number> {
    return tagOf(await this.#derive(concat(utf8('salus/tag/v1'), utf8(section))));
  }

  /**
   * Tags of the folders of picked things, in the order in which they are used: each the next 6 bytes of HKDF-SHA256(content root, info =
   * "salus/selections/v1").
   * @param count up to 1,360
   */
  async selectionTags(count: number): Promise<number[]> {
    const bytes = await this.#derive(utf8('salus/selections/v1'), count * TAG_BYTES);
    return Array.from({ length: count }, (_, n) => tagOf(bytes.subarray(n * TAG_BYTES)));
  }

  /** Key under which this wallet seals its own settings on disk; never shared. */
  stateKey(): Promise<Bytes> {
    return this.#derive(utf8('salus/state/v1'));
  }

  /** Key under which this wallet seals what it knows of the record; never shared. */
  catalogueKey(): Promise<Bytes> {
    return this.#derive(utf8('salus/catalogue/v1'));
  }

  /** Opens messages that sites locked for this account; of no use for signing, nor for records. */
  messageKey(): Promise<Bytes> {
    return this.#derive(utf8('salus/messages/v1'));
  }

  /** What the dates of files for research are moved by (`core/deident`); of no use for anything else. */
  researchKey(): Promise<Bytes> {
    return this.#derive(utf8('salus/research/v1'));
  }

  /** Overwrites what decrypts, and lets nothing be used any more. The signing key is an ethers object, which cannot be wiped. */
  wipe(): void {
    this.#secrets?.contentRoot.fill(0);
    this.#secrets?.encryption.secret.fill(0);
    this.#secrets = undefined;
  }

  get #alive(): Secrets {
    if (this.#secrets === undefined) throw new SalusError('vault-locked', 'The wallet is locked. Unlock it to go on.');
    return this.#secrets;
  }

  /** A copy goes in: a wipe while the platform reads the root must not change what it derives. */
  async #derive(info: Uint8Array, length?: number): Promise<Bytes> {
    const root = Uint8Array.from(this.#alive.contentRoot);
    try {
      return await hkdf(root, new Uint8Array(), info, length);
    } finally {
      root.fill(0);
    }
  }
}
