import { own, toHex, utf8, type Bytes } from '../../extension/core/bytes.ts';
import { Catalogue } from '../../extension/core/catalogue/catalogue.ts';
import type { RecordItem } from '../../extension/core/catalogue/model.ts';
import { Follower } from '../../extension/core/chain/follower.ts';
import { EthereumNode } from '../../extension/core/chain/node.ts';
import { SalusError } from '../../extension/core/errors.ts';
import { hkdf } from '../../extension/core/keys/hkdf.ts';
import { versionsOf, type Network } from '../../extension/core/network/descriptor.ts';
import { askKeeper } from '../../extension/adapters/keepers.ts';
import { PURPOSE_BITS, type Purpose } from '../../extension/core/consent/purposes.ts';
import { Keepers } from '../../extension/core/custody/keepers.ts';
import { KeyWork } from '../../extension/core/custody/key-work.ts';
import { readKeyring } from '../../extension/core/custody/keyring-object.ts';
import { nobleGroup } from '../../extension/core/custody/noble-group.ts';
import { LocalEntryReader } from '../../extension/core/records/local-reader.ts';
import { RegistryClient } from '../../extension/core/registry/client.ts';
import { signTyped } from '../../extension/core/registry/signed-calls.ts';
import type { Reader } from '../../extension/core/wallet/reader.ts';
import { openRecords, readRecord } from '../../extension/core/wallet/records.ts';
import { givenFolders, type GivenFolder, type Use } from '../../extension/core/wallet/sharing.ts';
import { CID } from 'multiformats/cid';
import { fileRows } from './file-rows.ts';
import { gatewaySource } from './gateway-source.ts';
import { recipientKeys, type RecipientKeys, type RecipientSecret } from './recipient-keys.ts';

export { recipientKeys, type RecipientKeys, type RecipientSecret } from './recipient-keys.ts';
export { parseNetwork, type Network } from '../../extension/core/network/descriptor.ts';
export { isSalusError, SalusError } from '../../extension/core/errors.ts';

/** What a recipient may read, newest date first in each patient's record. */
export interface RecipientListing {
  readonly items: readonly RecordItem[];
  /** Entries that do not open. */
  readonly unreadable: number;
}

/**
 * What patients shared with one account, for a server: chain by JSON-RPC, sealed blocks by the managers' gateways, and a catalogue
 * of both that is kept in a file.
 */
export class Recipient implements Reader {
  readonly address: string;
  readonly catalogue: Catalogue;
  readonly follower: Follower;
  readonly deployments: Reader['deployments'];
  readonly now = Date.now;
  readonly #client: RegistryClient;
  readonly #store: ReturnType<typeof fileRows>;
  readonly network: Network;
  readonly keepers: Keepers | undefined;
  #keys: RecipientKeys | undefined;

  /** Use {@link openAsRecipient}. */
  constructor(network: Network, keys: RecipientKeys, file: string | undefined) {
    const { address } = keys;
    this.address = address;
    this.network = network;
    this.#keys = keys;
    const node = (url: string) => new EthereumNode(url, fetch);
    const provider = node(network.rpcUrl);
    const witness = network.witnessUrl === undefined ? undefined : node(network.witnessUrl);
    const clients = versionsOf(network).map((version) => new RegistryClient(version, provider, witness));
    this.#client = clients[0] as RegistryClient;
    this.deployments = clients.map((client) => ({ client, registry: client.network.registry }));
    this.follower = new Follower({
      ask: (method, params) => provider.send(method, params),
      registries: clients.map((client) => client.network.registry),
      orders: network.orders,
      fromBlock: Math.min(...clients.map((client) => client.network.fromBlock)),
      finality: network.finality ?? 'finalized',
      now: this.now,
    });
    const blocks = gatewaySource(network.managers);
    const block = async (cid: string) => own(await blocks.block(CID.parse(cid)));
    this.keepers =
      network.custody &&
      new Keepers({
        custody: network.custody,
        ask: askKeeper,
        work: new KeyWork(nobleGroup),
        client: {
          address,
          sign: (domain, types, message) => signTyped(this.#open.account, domain, types, message),
          secret: () => this.#open.encryption.secret,
        },
        newest: () => this.follower.newest(),
        keyring: (digest) => readKeyring({ block }, digest),
      });
    const reader = new LocalEntryReader(blocks, nobleGroup);
    this.#store = fileRows(file);
    this.catalogue = new Catalogue({
      store: this.#store,
      source: {
        keyOf: (cid) => reader.keyOf(cid),
        unwrap: (cid, from) => reader.unwrap(cid, from),
        openIndex: (cid, key, commitment) => reader.openIndex(cid, key, commitment),
        readItem: (cid, key, commitment, position) => reader.readItem(cid, key, commitment, position),
        proveItem: (cid, key, commitment, position) => reader.proveItem(cid, key, commitment, position),
        block,
      },
      follower: this.follower,
      clients,
      chainId: network.chainId,
      orders: network.orders,
      // A server has no record of its own.
      unanchored: () => Promise.resolve([]),
      ownFolders: () => Promise.resolve([]),
      keys: {
        address,
        check: () => void this.#open,
        rowsKey: () => hkdf(this.#open.encryption.secret, new Uint8Array(), utf8('salus/server-catalogue/v1')),
        folderSeed: () => Promise.reject(new SalusError('no-consent', 'A server has no folders of its own.')),
        secret: () => own(this.#open.encryption.secret),
        kindOf: () => Promise.resolve(undefined),
      },
      now: this.now,
    });
  }

  /**
   * Checks that the nodes are of the network, and that patients seal to the key this recipient has in the newest registry.
   *
   * @throws SalusError `wrong-chain`, `chain-unreachable`, `no-recipient-key`
   */
  async check({ encryption }: RecipientKeys): Promise<void> {
    await this.#client.checkChain();
    const { encryptionKey } = await this.#client.member(this.address);
    if (encryptionKey === undefined || toHex(encryptionKey) !== toHex(encryption.publicX)) {
      throw new SalusError(
        'no-recipient-key',
        'The account has not registered this encryption key. Call setKey with it first.',
      );
    }
  }

  /** Folders that are open to this recipient now, each with what its patient calls it. @throws SalusError `chain-unreachable` */
  async consents(): Promise<GivenFolder[]> {
    await this.catalogue.sync();
    return givenFolders(this);
  }

  /**
   * What this recipient may read now for a purpose, of one patient or of all. Each registry of the network decides about its own
   * records, and keepers write down what is opened and what for.
   *
   * @param query `purpose` must be what the patients agreed to; treatment, where it is left out
   * @throws SalusError `chain-unreachable`
   */
  async list({ patient, purpose }: { patient?: string; purpose?: Purpose } = {}): Promise<RecipientListing> {
    await this.catalogue.sync();
    const { items, unopened } = await openRecords(this, { patient, limit: Infinity, use: useFor(purpose) });
    const { summary } = await this.catalogue.head();
    return { items, unreadable: summary.bad + summary.waiting + unopened };
  }

  /**
   * Opens one item; its bytes are proven against the chain.
   *
   * @param id as {@link list} gave it
   * @param purpose as for {@link list}
   * @throws SalusError `no-consent` where access was never given or has ended, `block-missing`, `commitment-mismatch`
   */
  async read(patient: string, id: string, purpose?: Purpose): Promise<{ item: RecordItem; bytes: Bytes }> {
    const { item, bytes } = await readRecord(this, patient, id, useFor(purpose));
    return { item, bytes };
  }

  /** Closes the file and overwrites the key that opens records. */
  close(): void {
    this.#store.close();
    this.#keys?.encryption.secret.fill(0);
    this.#keys = undefined;
  }

  get #open(): RecipientKeys {
    if (this.#keys === undefined) throw new SalusError('vault-locked', 'This recipient was closed.');
    return this.#keys;
  }
}

const useFor = (purpose: Purpose = 'TREAT'): Use => ({ purpose: PURPOSE_BITS[purpose] });

/**
 * Opens what patients share with a hospital's server, under the server's own keys.
 *
 * @param options the health network; either `words` or the account's `privateKey` (see {@link recipientKeys}); and `file`, where
 * what is known is kept sealed between two runs (in memory, if none is given)
 * @throws SalusError `bad-words`, `wrong-chain`, `chain-unreachable`, `no-recipient-key`
 */
export async function openAsRecipient({
  network,
  file,
  ...secret
}: { network: Network; file?: string } & RecipientSecret): Promise<Recipient> {
  const keys = await recipientKeys(secret);
  const recipient = new Recipient(network, keys, file);
  try {
    await recipient.check(keys);
    return recipient;
  } catch (error) {
    recipient.close();
    throw error;
  }
}
