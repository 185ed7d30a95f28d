import { toHex, type Bytes } from '../bytes.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { RegistryClient } from '../registry/client.ts';
import { signTyped, type SignedCalls } from '../registry/signed-calls.ts';
import { managerDomain, STORE_TYPES } from '../registry/typed-data.ts';
import { digestOf } from '../storage/cid.ts';
import { CID } from 'multiformats/cid';
import { utf8 } from '../bytes.ts';
import type { SponsorPort, StateSlot, StoragePort } from './ports.ts';
import { SealedState } from './sealed-state.ts';
import { Folders } from './folders.ts';
import { Version } from './version.ts';

export interface SessionParts {
  /** One for each registry of the network, the newest first. */
  readonly clients: readonly [RegistryClient, ...RegistryClient[]];
  readonly storage: StoragePort;
  readonly sponsor: SponsorPort;
  readonly stateSlot: StateSlot;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Everything that exists only while the wallet is unlocked. Locking drops it and wipes its keys. What it reads it reads from
 * every registry of the network; what is new goes to the newest.
 */
export class Session {
  readonly keyring: Keyring;
  readonly address: string;
  readonly newest: Version;
  /** Every registry, the newest first. */
  readonly versions: readonly Version[];
  readonly storage: StoragePort;
  readonly sponsor: SponsorPort;
  readonly state: SealedState;
  readonly now: () => number;
  #folders: Promise<Folders> | undefined;

  constructor(keyring: Keyring, parts: SessionParts) {
    this.keyring = keyring;
    this.address = keyring.address;
    this.storage = parts.storage;
    this.sponsor = parts.sponsor;
    this.now = parts.now;
    this.state = new SealedState(parts.stateSlot, keyring);
    const version = (client: RegistryClient) =>
      new Version(client, keyring, parts.storage, parts.now, () => this.folders());
    const [newest, ...earlier] = parts.clients;
    this.newest = version(newest);
    this.versions = [this.newest, ...earlier.map(version)];
  }

  get client(): RegistryClient {
    return this.newest.client;
  }

  get calls(): SignedCalls {
    return this.newest.calls;
  }

  /** Which of this account's folders is which. */
  folders(): Promise<Folders> {
    this.#folders ??= Folders.of(this.keyring);
    return this.#folders;
  }

  folderKey(folder: number, epoch: number): Promise<Bytes> {
    return this.newest.folderKey(folder, epoch);
  }

  /** The version of a registry; the newest, where the network names no such registry. */
  version(registry: string | undefined): Version {
    return this.versions.find((v) => v.registry.toLowerCase() === registry?.toLowerCase()) ?? this.newest;
  }

  /** Header that lets a manager store what lies under `root` for this account. */
  storeAuthorization(root: string): string {
    const at = Math.floor(this.now() / 1000);
    const { chainId, registry } = this.client.network;
    const message = { root: toHex(digestOf(CID.parse(root))), at };
    const signature = signTyped(this.keyring.account, managerDomain(chainId, registry), STORE_TYPES, message);
    const body = JSON.stringify({ member: this.address, at, signature });
    return `Salus ${btoa(String.fromCharCode(...utf8(body)))
      .replaceAll('+', '-')
      .replaceAll('/', '_')
      .replaceAll('=', '')}`;
  }

  wipe(): void {
    this.keyring.wipe();
  }
}
