import type { Bytes } from '../bytes.ts';
import { GrantedKeys } from '../consent/granted-keys.ts';
import { eciesOpen } from '../keys/ecies.ts';
import type { Keyring } from '../keys/keyring.ts';
import { RecordBook } from '../records/book.ts';
import type { RegistryClient } from '../registry/client.ts';
import { SignedCalls } from '../registry/signed-calls.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { Folders } from './folders.ts';
import type { StoragePort } from './ports.ts';

/**
 * One registry of the network, the newest or an earlier one: what this account has there and was given there. Each registry
 * decides about the records that it holds, and has folder keys of its own.
 */
export class Version {
  readonly client: RegistryClient;
  readonly registry: string;
  /** Calls to this registry, signed by this account. */
  readonly calls: SignedCalls;
  /** What this account was given by patients. */
  readonly granted: GrantedKeys;
  /** This account's own record, as patient. */
  readonly own: RecordBook;
  /** Other people's records, as provider. */
  readonly shared: RecordBook;
  readonly #keyring: Keyring;

  /**
   * @param now milliseconds since the epoch
   * @param folders this account's own
   */
  constructor(
    client: RegistryClient,
    keyring: Keyring,
    storage: StoragePort,
    now: () => number,
    folders: () => Promise<Folders>,
  ) {
    this.client = client;
    this.registry = client.network.registry;
    this.#keyring = keyring;
    this.calls = new SignedCalls(client, () => keyring.account, keyring.address, now);
    const fetchObject = (digest: Uint8Array) => storage.block(cidFromDigest(digest).toString());
    this.granted = new GrantedKeys(client, fetchObject, keyring.address, () => keyring.encryption);
    this.shared = new RecordBook(client, storage, this.granted);
    this.own = new RecordBook(client, storage, {
      find: async (_, folder, key) =>
        'capsule' in key ? eciesOpen(keyring.encryption.secret, key.capsule) : this.folderKey(folder, key.epoch),
      sectionOf: async (_, folder) => (await folders()).section(folder),
    });
  }

  /** Key of one of this account's own folders. */
  folderKey(folder: number, epoch: number): Promise<Bytes> {
    return this.#keyring.folderKey(this.registry, folder, epoch);
  }
}
