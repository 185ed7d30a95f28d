import { secp256k1 } from '@noble/curves/secp256k1';
import { HDKey } from '@scure/bip32';
import { SigningKey, computeAddress } from 'ethers';
import { concat, fromHex, toHex, uintBytes, utf8, type Bytes } from '../bytes.ts';
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
 * Every key of one wallet, from its entropy alone.
 * Accounts follow BIP-44 (`m/44'/60'/0'/0/i`); what decrypts lives on EIP-1581 non-wallet paths, never on a signing path.
 */
export class Keyring {
  readonly account: SigningKey;
  readonly address: string;
  readonly encryption: EncryptionKey;
  readonly #contentRoot: Bytes;

  private constructor(account: SigningKey, encryption: EncryptionKey, contentRoot: Bytes) {
    this.account = account;
    this.address = computeAddress(account);
    this.encryption = encryption;
    this.#contentRoot = contentRoot;
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
    return new Keyring(account, encryption, contentRoot);
  }

  /**
   * Key of one folder in one epoch: HKDF-SHA256(content root, info = "salus/folder/v1" ‖ registry (20) ‖ tag (6) ‖ epoch (2)).
   * @param tag random uint48 that names the folder on chain
   */
  folderKey(registry: string, tag: number, epoch: number): Promise<Bytes> {
    const info = concat(utf8('salus/folder/v1'), fromHex(registry), uintBytes(tag, 6), uintBytes(epoch, 2));
    return hkdf(this.#contentRoot, new Uint8Array(), info);
  }

  /** Key under which this wallet seals its own settings on disk; never shared. */
  stateKey(): Promise<Bytes> {
    return hkdf(this.#contentRoot, new Uint8Array(), utf8('salus/state/v1'));
  }

  /** Opens messages that sites locked for this account; of no use for signing, nor for records. */
  messageKey(): Promise<Bytes> {
    return hkdf(this.#contentRoot, new Uint8Array(), utf8('salus/messages/v1'));
  }

  /** Overwrites what decrypts. The signing key is an ethers object, which offers no way to wipe it. */
  wipe(): void {
    this.#contentRoot.fill(0);
    this.encryption.secret.fill(0);
  }
}
