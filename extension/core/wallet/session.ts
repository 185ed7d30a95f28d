import { CID } from 'multiformats/cid';
import { toHex, utf8 } from '../bytes.ts';
import { Catalogue } from '../catalogue/catalogue.ts';
import { SHARING } from '../catalogue/model.ts';
import type { RowStore } from '../catalogue/rows.ts';
import { OrdersClient } from '../care/orders-client.ts';
import { PaymentsClient } from '../care/payments-client.ts';
import { SignedOrders } from '../care/signed-orders.ts';
import { Follower } from '../chain/follower.ts';
import { Keepers, type AskKeeper } from '../custody/keepers.ts';
import { readKeyring } from '../custody/keyring-object.ts';
import type { KeyWorkPort } from '../custody/key-work.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { Network } from '../network/descriptor.ts';
import { SECTIONS, SELECTION } from '../records/sections.ts';
import type { RegistryClient } from '../registry/client.ts';
import type { ContractClient } from '../registry/contract-client.ts';
import { SignedCalls, signTyped, type Signing } from '../registry/signed-calls.ts';
import { managerDomain, STORE_TYPES } from '../registry/typed-data.ts';
import { digestOf } from '../storage/cid.ts';
import { idOf } from '../storage/ledger.ts';
import { Folders } from './folders.ts';
import type { SealUnder, SponsorPort, StateSlot, StoragePort } from './ports.ts';
import { sealedState, type SealedState } from './sealed-state.ts';

export interface SessionParts {
  /** One for each registry of the network, the newest first. */
  readonly clients: readonly [RegistryClient, ...RegistryClient[]];
  readonly storage: StoragePort;
  readonly sponsor: SponsorPort;
  readonly keyWork: KeyWorkPort;
  readonly askKeeper: AskKeeper;
  /** Where the state of one account is kept. @param account as for `catalogueStore` */
  readonly stateSlot: (account: string) => StateSlot;
  /** Where the catalogue of one account is kept. @param account a name that tells nothing of the account */
  readonly catalogueStore: (account: string) => RowStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One registry of the network, the newest or an earlier one, which decides about the records that it holds. */
export interface Deployment {
  readonly client: RegistryClient;
  readonly registry: string;
  /** Calls to this registry, signed by this account. */
  readonly calls: SignedCalls;
}

/** What can be ordered and carried out on a network. */
export interface Orders {
  readonly client: OrdersClient;
  /** Address of the contract. */
  readonly registry: string;
  /** Calls to it, signed by this account. */
  readonly calls: SignedOrders;
}

/**
 * Everything that exists only while the wallet is unlocked. Locking drops it and wipes its keys. What it reads it reads from
 * every registry of the network; what is new goes to the newest.
 */
export class Session {
  readonly keyring: Keyring;
  readonly address: string;
  readonly newest: Deployment;
  /** Every registry, the newest first. */
  readonly deployments: readonly Deployment[];
  readonly follower: Follower;
  readonly catalogue: Catalogue;
  readonly storage: StoragePort;
  readonly sponsor: SponsorPort;
  readonly keyWork: KeyWorkPort;
  readonly askKeeper: AskKeeper;
  readonly network: Network;
  /** The network's prescriptions and test orders, where it has them. */
  readonly orders: Orders | undefined;
  /** The network's payments, where it has them. */
  readonly payments: PaymentsClient | undefined;
  readonly keepers: Keepers | undefined;
  readonly state: SealedState;
  readonly now: () => number;
  #folders: Promise<Folders> | undefined;
  /** The last act for each reader, in lower case, and the last dealing. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(keyring: Keyring, parts: SessionParts) {
    this.keyring = keyring;
    this.address = keyring.address;
    this.storage = parts.storage;
    this.sponsor = parts.sponsor;
    this.keyWork = parts.keyWork;
    this.askKeeper = parts.askKeeper;
    this.now = parts.now;
    this.state = sealedState(parts.stateSlot(keyring.alias), keyring);
    const signing = (client: ContractClient): Signing => ({
      client,
      key: () => keyring.account,
      address: keyring.address,
      now: parts.now,
    });
    const deployment = (client: RegistryClient): Deployment => ({
      client,
      registry: client.network.registry,
      calls: new SignedCalls(signing(client)),
    });
    const [newest, ...earlier] = parts.clients;
    this.newest = deployment(newest);
    this.deployments = [this.newest, ...earlier.map(deployment)];
    const { provider, network } = newest;
    this.network = network;
    if (network.orders !== undefined) {
      const client = new OrdersClient(network, network.orders, newest.nodes);
      this.orders = { client, registry: network.orders, calls: new SignedOrders(signing(client)) };
    }
    if (network.payments !== undefined) {
      this.payments = new PaymentsClient(network, network.payments, newest.nodes);
    }
    this.follower = new Follower({
      ask: (method, params) => provider.send(method, params),
      registries: this.deployments.map(({ registry }) => registry),
      orders: network.orders,
      fromBlock: Math.min(...parts.clients.map((client) => client.network.fromBlock)),
      finality: network.finality ?? 'finalized',
      check: () => newest.checkChain(),
      now: parts.now,
    });
    this.keepers = this.#keepersOf(network, keyring);
    this.catalogue = new Catalogue({
      store: parts.catalogueStore(keyring.alias),
      source: parts.storage,
      follower: this.follower,
      clients: parts.clients,
      chainId: network.chainId,
      orders: network.orders,
      unanchored: async () => {
        const rows = await parts.storage.openRows(this.address);
        const own = rows.filter((r) => r.kind === 'entry' && r.patient === this.address && r.anchor === undefined);
        return own.map((row) => ({
          registry: this.deployment(row.registry).registry,
          id: idOf(row),
          patient: row.patient,
          author: row.author,
          folder: row.folder,
          epoch: Math.max(row.epoch, 0),
          ...(row.instead !== undefined && { instead: row.instead }),
          cid: toHex(digestOf(CID.parse(row.root))),
          commitment: row.commitment,
        }));
      },
      ownFolders: async () => {
        const folders = await this.folders();
        const shared = await SHARING.all(this.catalogue.rows);
        const selections = shared.map(({ folder }) => folder).filter((folder) => folders.kind(folder) === SELECTION);
        return [...SECTIONS.map((section) => folders.tag(section)), ...new Set(selections)];
      },
      keys: {
        address: keyring.address,
        check: () => keyring.check(),
        rowsKey: () => keyring.catalogueKey(),
        folderSeed: (registry, folder, epoch) =>
          keyring.folderSeed({ chainId: network.chainId, registry }, folder, epoch),
        secret: () => keyring.encryption.secret,
        kindOf: async (folder) => (await this.folders()).kind(folder),
      },
      now: parts.now,
    });
  }

  /** Those who keep the keys on this network, asked in this account's name. */
  #keepersOf({ custody }: Network, keyring: Keyring): Keepers | undefined {
    if (custody === undefined) return undefined;
    return new Keepers({
      custody,
      ask: this.askKeeper,
      work: this.keyWork,
      client: {
        address: keyring.address,
        sign: (domain, types, message) => signTyped(keyring.account, domain, types, message),
        secret: () => keyring.encryption.secret,
      },
      newest: () => this.follower.newest(),
      keyring: (digest) => readKeyring(this.storage, digest),
    });
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

  /** What this account seals for its own record under. */
  async sealUnder({ registry }: Deployment, folder: number, epoch: number): Promise<SealUnder> {
    const { chainId } = this.client.network;
    const seed = await this.keyring.folderSeed({ chainId, registry }, folder, epoch);
    return { seed, place: { chainId, registry, patient: this.address, folder, epoch, author: this.address } };
  }

  /** That registry; the newest, where the network names no such registry. */
  deployment(registry: string | undefined): Deployment {
    return this.deployments.find((d) => d.registry.toLowerCase() === registry?.toLowerCase()) ?? this.newest;
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

  /** Giving and ending for one reader follow one another, so that the last that the person said is what holds. */
  oneReader<T>(reader: string, work: () => Promise<T>): Promise<T> {
    return this.#inTurn(reader.toLowerCase(), work);
  }

  /** Dealings follow one another until they are on the chain: each is for the epochs that folders are in then. */
  oneDealing<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn('dealing', work);
  }

  /** What goes where in the own record changes one after the other: each seals anew what the one before left. */
  oneRearranging<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn('rearranging', work);
  }

  /** Selections are made and added to one after the other: each knows then what is in them. */
  oneSelecting<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn('selecting', work);
  }

  /** What is paid is paid one after the other: each sees what the one before sent. */
  onePaying<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn('paying', work);
  }

  #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(key) ?? Promise.resolve();
    const next = before.then(work, work);
    this.#turns.set(
      key,
      next.catch(() => undefined),
    );
    return next;
  }

  wipe(): void {
    this.keyring.wipe();
  }
}
