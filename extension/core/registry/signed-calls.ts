import {
  getBytes,
  Signature,
  TypedDataEncoder,
  verifyTypedData,
  type Interface,
  type SigningKey,
  type TypedDataDomain,
  type TypedDataField,
} from 'ethers';
import { toHex } from '../bytes.ts';
import { registryInterface } from './abi.ts';
import type { ContractClient } from './contract-client.ts';
import {
  ADD_RECORDS_TYPES,
  ALLOW_EMERGENCY_TYPES,
  BREAK_GLASS_TYPES,
  GRANT_AS_TYPES,
  GRANT_TYPES,
  JOIN_TYPES,
  REQUEST_TYPES,
  REVOKE_TYPES,
  registryDomain,
  ROTATE_TYPES,
  SET_KEYRING_TYPES,
  SET_KEY_TYPES,
  WITHDRAW_RECORDS_TYPES,
} from './typed-data.ts';

/** One grant as it is signed. `from` (0: at once) and `until` in Unix seconds; `purposes` and `rights` are masks. */
export interface Terms {
  readonly grantee: string;
  readonly folder: number;
  readonly from: number;
  readonly until: number;
  readonly purposes: number;
  readonly rights: number;
}

/** What a member would like to be granted. `note` is a digest of what says why, or zeros. */
export interface Wish {
  readonly patient: string;
  readonly folder: number;
  readonly until: number;
  readonly purposes: number;
  readonly rights: number;
  readonly note: string;
}

export interface AnchoredEntry {
  readonly folder: number;
  /** Epoch of the folder that it was sealed for; the registry takes it in no other. */
  readonly epoch: number;
  /** Digest of the entry's CID. */
  readonly cid: Uint8Array;
  readonly commitment: Uint8Array;
}

/** A signature brought by a sponsor is good this long: what was not done by then is never done. */
const GOOD_FOR_SECONDS = 600;

/** Nonce keys: acts of different kinds do not wait for one another. */
export const NonceKey = {
  Membership: 0n,
  Consent: 1n,
  Records: 2n,
  Rotation: 3n,
  Revocation: 4n,
  Keyring: 5n,
  Withdrawal: 6n,
  Emergency: 7n,
  Delegation: 8n,
  Request: 9n,
} as const;

/** EIP-712 signature of `message` by `key`, 65 bytes in hex. */
export function signTyped(
  key: SigningKey,
  domain: Parameters<typeof TypedDataEncoder.hash>[0],
  types: Record<string, TypedDataField[]>,
  message: Record<string, unknown>,
): string {
  return Signature.from(key.sign(getBytes(TypedDataEncoder.hash(domain, types, message)))).serialized;
}

/** Whose signature it is, as an address with its checksum; undefined for one that is nobody's over this. */
export function signerOf(
  domain: Parameters<typeof TypedDataEncoder.hash>[0],
  types: Record<string, TypedDataField[]>,
  message: Record<string, unknown>,
  signature: string,
): string | undefined {
  try {
    return verifyTypedData(domain, types, message, signature);
  } catch {
    return undefined;
  }
}

/** Whose calls are signed, to which contract. */
export interface Signing {
  readonly client: ContractClient;
  /** Asked for at each signature; it throws once the wallet is locked. */
  readonly key: () => SigningKey;
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What is signed of a call beside `signer`, nonce and deadline, and its calldata. */
interface Signed {
  readonly types: Record<string, TypedDataField[]>;
  readonly nonceKey: bigint;
  /** Calls of the same sequence that go before it in one transaction. */
  readonly ahead?: number;
  readonly message: Record<string, unknown>;
  /** Name of the function, and its arguments before nonce key, deadline and signature. */
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Calldata of a `…For` call with a signature that is good for some minutes. Its nonce is read from the chain, so that what was taken is not taken again. */
export async function signCall(
  { client, key, address, now }: Signing,
  domain: TypedDataDomain,
  abi: Interface,
  { types, nonceKey, ahead = 0, message, name, args }: Signed,
): Promise<string> {
  const nonce = (await client.nonce(address, nonceKey)) + BigInt(ahead);
  const deadline = Math.floor(now() / 1000) + GOOD_FOR_SECONDS;
  const signature = signTyped(key(), domain, types, { signer: address, ...message, nonce, deadline });
  return abi.encodeFunctionData(name, [...args, nonceKey, deadline, signature]);
}

/** Makes the calldata of the registry's `…For` calls, signed by the wallet's account, for a sponsor to bring. The signer needs no ether. */
export class SignedCalls {
  readonly #signing: Signing;
  readonly #domain: TypedDataDomain;

  constructor(signing: Signing) {
    const { network, address } = signing.client;
    this.#signing = signing;
    this.#domain = registryDomain(network.chainId, address);
  }

  join(key: Uint8Array): Promise<string> {
    return this.#call('joinFor', JOIN_TYPES, NonceKey.Membership, { key: toHex(key) }, [
      this.#signing.address,
      toHex(key),
    ]);
  }

  setKey(key: Uint8Array): Promise<string> {
    return this.#call('setKeyFor', SET_KEY_TYPES, NonceKey.Membership, { key: toHex(key) }, [
      this.#signing.address,
      toHex(key),
    ]);
  }

  grant(terms: readonly Terms[], receipt: Uint8Array): Promise<string> {
    const message = { terms, receipt: toHex(receipt) };
    return this.#call('grantFor', GRANT_TYPES, NonceKey.Consent, message, [
      this.#signing.address,
      terms,
      toHex(receipt),
    ]);
  }

  /** Asks a patient for a grant. */
  request(wish: Wish): Promise<string> {
    return this.#call('requestFor', REQUEST_TYPES, NonceKey.Request, { ...wish }, [this.#signing.address, wish]);
  }

  /** As a delegate, in a patient's place. */
  grantAs(patient: string, terms: readonly Terms[], receipt: Uint8Array): Promise<string> {
    const message = { patient, terms, receipt: toHex(receipt) };
    const args = [this.#signing.address, patient, terms, toHex(receipt)];
    return this.#call('grantAsFor', GRANT_AS_TYPES, NonceKey.Delegation, message, args);
  }

  /** @param nonceKey of a sequence of its own, for what is ended of several readers in one transaction */
  revoke(grantee: string, folders: readonly number[], nonceKey: bigint = NonceKey.Revocation): Promise<string> {
    return this.#call('revokeFor', REVOKE_TYPES, nonceKey, { grantee, folders }, [
      this.#signing.address,
      grantee,
      folders,
    ]);
  }

  rotate(folders: readonly number[], voidGrants: boolean, keyring: Uint8Array): Promise<string> {
    const message = { folders, voidGrants, keyring: toHex(keyring) };
    const args = [this.#signing.address, folders, voidGrants, toHex(keyring)];
    return this.#call('rotateFor', ROTATE_TYPES, NonceKey.Rotation, message, args);
  }

  setKeyring(folders: readonly number[], keyring: Uint8Array): Promise<string> {
    const message = { folders, keyring: toHex(keyring) };
    const args = [this.#signing.address, folders, toHex(keyring)];
    return this.#call('setKeyringFor', SET_KEYRING_TYPES, NonceKey.Keyring, message, args);
  }

  addRecords(patient: string, entries: readonly AnchoredEntry[]): Promise<string> {
    const list = entries.map(({ folder, epoch, cid, commitment }) => ({
      folder,
      cid: toHex(cid),
      epoch,
      commitment: toHex(commitment),
    }));
    const message = { patient, entries: list };
    return this.#call('addRecordsFor', ADD_RECORDS_TYPES, NonceKey.Records, message, [
      this.#signing.address,
      patient,
      list,
    ]);
  }

  /** @param ids of records of this account's own, 0x hex */
  withdrawRecords(ids: readonly string[]): Promise<string> {
    return this.#call('withdrawRecordsFor', WITHDRAW_RECORDS_TYPES, NonceKey.Withdrawal, { ids }, [
      this.#signing.address,
      ids,
    ]);
  }

  /** @param ahead how many calls of the same sequence go before it in one transaction */
  allowEmergency(folders: readonly number[], allowed: boolean, ahead = 0): Promise<string> {
    const message = { folders, allowed };
    const args = [this.#signing.address, folders, allowed];
    return this.#call('allowEmergencyFor', ALLOW_EMERGENCY_TYPES, NonceKey.Emergency, message, args, ahead);
  }

  /** One call for each folder, to be brought in one transaction. @param note see `consent/emergency-note.ts` */
  breakGlass(patient: string, folders: readonly number[], note: Uint8Array): Promise<string[]> {
    const why = toHex(note);
    return Promise.all(
      folders.map((folder, ahead) => {
        const message = { patient, folder, note: why };
        const args = [this.#signing.address, patient, folder, why];
        return this.#call('breakGlassFor', BREAK_GLASS_TYPES, NonceKey.Emergency, message, args, ahead);
      }),
    );
  }

  #call(
    name: string,
    types: Record<string, TypedDataField[]>,
    nonceKey: bigint,
    message: Record<string, unknown>,
    args: readonly unknown[],
    ahead = 0,
  ): Promise<string> {
    return signCall(this.#signing, this.#domain, registryInterface, { types, nonceKey, ahead, message, name, args });
  }
}
