import { toHex } from '../bytes.ts';
import { GrantedKeys } from '../consent/granted-keys.ts';
import type { Keyring } from '../keys/keyring.ts';
import { eciesOpen } from '../keys/ecies.ts';
import { RecordBook } from '../records/book.ts';
import type { RegistryClient } from '../registry/client.ts';
import { signTyped, SignedCalls } from '../registry/signed-calls.ts';
import { managerDomain, STORE_TYPES } from '../registry/typed-data.ts';
import { cidFromDigest, digestOf } from '../storage/cid.ts';
import { CID } from 'multiformats/cid';
import { utf8 } from '../bytes.ts';
import type { SponsorPort, StateSlot, StoragePort } from './ports.ts';
import { SealedState } from './sealed-state.ts';

export interface SessionParts {
  readonly client: RegistryClient;
  readonly storage: StoragePort;
  readonly sponsor: SponsorPort;
  readonly stateSlot: StateSlot;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Everything that exists only while the wallet is unlocked. Locking drops it and wipes its keys. */
export class Session {
  readonly keyring: Keyring;
  readonly address: string;
  readonly client: RegistryClient;
  readonly storage: StoragePort;
  readonly sponsor: SponsorPort;
  readonly calls: SignedCalls;
  readonly state: SealedState;
  /** What this account was given by patients. */
  readonly granted: GrantedKeys;
  /** This account's own record, as patient. */
  readonly own: RecordBook;
  /** Other people's records, as provider. */
  readonly shared: RecordBook;
  readonly now: () => number;

  constructor(keyring: Keyring, parts: SessionParts) {
    const { client, storage } = parts;
    this.keyring = keyring;
    this.address = keyring.address;
    this.client = client;
    this.storage = storage;
    this.sponsor = parts.sponsor;
    this.now = parts.now;
    this.calls = new SignedCalls(client, keyring.account, keyring.address, parts.now);
    this.state = new SealedState(parts.stateSlot, keyring.stateKey());
    const fetchObject = (digest: Uint8Array) => storage.block(cidFromDigest(digest).toString());
    this.granted = new GrantedKeys(client, fetchObject, keyring.address, keyring.encryption);
    this.shared = new RecordBook(client, storage, this.granted.find);
    this.own = new RecordBook(client, storage, async (_, folder, key) =>
      'capsule' in key ? eciesOpen(keyring.encryption.secret, key.capsule) : this.folderKey(folder, key.epoch),
    );
  }

  folderKey(folder: number, epoch: number) {
    return this.keyring.folderKey(this.client.network.registry, folder, epoch);
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
