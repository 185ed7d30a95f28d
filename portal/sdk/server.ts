import { JsonRpcProvider } from 'ethers';
import type { Bytes } from '../../extension/core/bytes.ts';
import { toHex } from '../../extension/core/bytes.ts';
import { GrantedKeys, type LiveGrant } from '../../extension/core/consent/granted-keys.ts';
import { SalusError } from '../../extension/core/errors.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { RecordBook, type Listing, type RecordItem } from '../../extension/core/records/book.ts';
import { LocalEntryReader } from '../../extension/core/records/local-reader.ts';
import { RegistryClient } from '../../extension/core/registry/client.ts';
import { cidFromDigest } from '../../extension/core/storage/cid.ts';
import { gatewaySource } from './gateway-source.ts';
import { recipientKeys, type RecipientKeys, type RecipientSecret } from './recipient-keys.ts';

export { recipientKeys, type RecipientKeys, type RecipientSecret } from './recipient-keys.ts';
export { parseNetwork, type Network } from '../../extension/core/network/descriptor.ts';
export { isSalusError, SalusError } from '../../extension/core/errors.ts';

/** What patients shared with one account, for a server: chain by JSON-RPC, sealed blocks by the managers' gateways. */
export class Recipient {
  readonly address: string;
  readonly #client: RegistryClient;
  readonly #provider: JsonRpcProvider;
  readonly #keys: GrantedKeys;
  readonly #reader: LocalEntryReader;
  readonly #secret: Bytes;

  /** Use {@link openAsRecipient}. */
  constructor(network: Network, { address, encryption }: RecipientKeys) {
    this.address = address;
    // Without staticNetwork each call asks the chain id again and a dead node is retried for ever.
    this.#provider = new JsonRpcProvider(network.rpcUrl, network.chainId, { staticNetwork: true });
    this.#client = new RegistryClient(network, this.#provider);
    const source = gatewaySource(network.managers);
    this.#keys = new GrantedKeys(this.#client, (digest) => source.block(cidFromDigest(digest)), address, encryption);
    this.#reader = new LocalEntryReader(source);
    this.#secret = encryption.secret;
  }

  /**
   * Checks that the node is one of the network, and that patients seal to the key this recipient has.
   *
   * @throws SalusError `wrong-chain`, `chain-unreachable`, `no-recipient-key`
   */
  async check({ encryption }: RecipientKeys): Promise<void> {
    const { chainId } = this.#client.network;
    const reported = Number(await this.#provider.send('eth_chainId', []).catch(() => undefined));
    if (Number.isNaN(reported))
      throw new SalusError('chain-unreachable', 'The health network does not answer. Try again later.');
    if (reported !== chainId) {
      throw new SalusError('wrong-chain', 'The network node answers for another network.', { chainId: reported });
    }
    const { encryptionKey } = await this.#client.member(this.address);
    if (encryptionKey === undefined || toHex(encryptionKey) !== toHex(encryption.publicX)) {
      throw new SalusError(
        'no-recipient-key',
        'The account has not registered this encryption key. Call setKey with it first.',
      );
    }
  }

  /** Folders that are open to this recipient now, each with the receipt it was given under. */
  consents(): Promise<LiveGrant[]> {
    return this.#keys.live();
  }

  /**
   * What this recipient may read now, of one patient or of all.
   *
   * @returns items, and entries that could not be opened with the reason
   * @throws SalusError `chain-unreachable`, `history-incomplete`
   */
  async list({ patient }: { patient?: string } = {}): Promise<Listing> {
    const live = (await this.#keys.live(patient)).filter((grant) => grant.canRead);
    const book = this.#book();
    const items: Listing['items'] = [];
    const unreadable: Listing['unreadable'] = [];
    for (const owner of new Set(live.map((grant) => grant.patient))) {
      const folders = live.filter((grant) => grant.patient === owner).map((grant) => grant.folder);
      const listing = await book.list(owner, new Set(folders));
      items.push(...listing.items);
      unreadable.push(...listing.unreadable);
    }
    return { items, unreadable };
  }

  /**
   * Opens one item; its bytes are proven against the chain.
   *
   * @param id as {@link list} gave it
   * @throws SalusError `no-consent` once access has ended, `not-found`, `block-missing`, `commitment-mismatch`
   */
  async read(patient: string, id: string): Promise<{ item: RecordItem; bytes: Bytes }> {
    const { item, bytes } = await this.#book().read(patient, id);
    return { item, bytes };
  }

  /** Ends the connections and overwrites the key that opens records. */
  close(): void {
    this.#provider.destroy();
    this.#secret.fill(0);
  }

  /** A book remembers what it opened. One per call, so that each call asks the chain again whether access is live. */
  #book(): RecordBook {
    return new RecordBook(this.#client, this.#reader, this.#keys.find);
  }
}

/**
 * Opens what patients share with a hospital's server, under the server's own keys.
 *
 * @param options the health network, and either `words` or the account's `privateKey` (see {@link recipientKeys})
 * @throws SalusError `bad-words`, `wrong-chain`, `chain-unreachable`, `no-recipient-key`
 */
export async function openAsRecipient({
  network,
  ...secret
}: { network: Network } & RecipientSecret): Promise<Recipient> {
  const keys = await recipientKeys(secret);
  const recipient = new Recipient(network, keys);
  try {
    await recipient.check(keys);
    return recipient;
  } catch (error) {
    recipient.close();
    throw error;
  }
}
