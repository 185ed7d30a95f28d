import { JsonRpcProvider } from 'ethers';
import type { Bytes } from '../../extension/core/bytes.ts';
import { toHex } from '../../extension/core/bytes.ts';
import { GrantedKeys, type LiveGrant } from '../../extension/core/consent/granted-keys.ts';
import { listGranted, readGranted, type GrantedRecords } from '../../extension/core/consent/granted-records.ts';
import { SalusError } from '../../extension/core/errors.ts';
import { versionsOf, type Network } from '../../extension/core/network/descriptor.ts';
import { RecordBook, type Listing, type RecordItem } from '../../extension/core/records/book.ts';
import { LocalEntryReader } from '../../extension/core/records/local-reader.ts';
import { mergeListings } from '../../extension/core/records/versions.ts';
import { RegistryClient } from '../../extension/core/registry/client.ts';
import { cidFromDigest } from '../../extension/core/storage/cid.ts';
import { gatewaySource } from './gateway-source.ts';
import type { EncryptionKey } from '../../extension/core/keys/keyring.ts';
import { recipientKeys, type RecipientKeys, type RecipientSecret } from './recipient-keys.ts';

export { recipientKeys, type RecipientKeys, type RecipientSecret } from './recipient-keys.ts';
export { parseNetwork, type Network } from '../../extension/core/network/descriptor.ts';
export { isSalusError, SalusError } from '../../extension/core/errors.ts';

/** What patients shared with one account, for a server: chain by JSON-RPC, sealed blocks by the managers' gateways. */
export class Recipient {
  readonly address: string;
  readonly #client: RegistryClient;
  readonly #provider: JsonRpcProvider;
  /** One for each registry of the network, the newest first. */
  readonly #versions: readonly { readonly client: RegistryClient; readonly granted: GrantedKeys }[];
  readonly #reader: LocalEntryReader;
  #encryption: EncryptionKey | undefined;

  /** Use {@link openAsRecipient}. */
  constructor(network: Network, { address, encryption }: RecipientKeys) {
    this.address = address;
    // Without staticNetwork each call asks the chain id again and a dead node is retried for ever.
    this.#provider = new JsonRpcProvider(network.rpcUrl, network.chainId, { staticNetwork: true });
    const source = gatewaySource(network.managers);
    const fetchObject = (digest: Uint8Array) => source.block(cidFromDigest(digest));
    const open = (version: Network) => {
      const client = new RegistryClient(version, this.#provider);
      return { client, granted: new GrantedKeys(client, fetchObject, address, () => this.#keys()) };
    };
    const [newest, ...earlier] = versionsOf(network);
    const current = open(newest);
    this.#client = current.client;
    this.#versions = [current, ...earlier.map(open)];
    this.#reader = new LocalEntryReader(source);
    this.#encryption = encryption;
  }

  /**
   * Checks that the node is one of the network, and that patients seal to the key this recipient has in the newest registry.
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
  async consents(): Promise<LiveGrant[]> {
    return (await Promise.all(this.#versions.map(({ granted }) => granted.live()))).flat();
  }

  /**
   * What this recipient may read now, of one patient or of all. Each registry of the network decides about its own records.
   *
   * @returns items, and entries that could not be opened with the reason
   * @throws SalusError `chain-unreachable`, `history-incomplete`
   */
  async list({ patient }: { patient?: string } = {}): Promise<Listing> {
    return mergeListings(await Promise.all(this.#opened().map((version) => listGranted(version, patient))));
  }

  /**
   * Opens one item; its bytes are proven against the chain.
   *
   * @param id as {@link list} gave it
   * @throws SalusError `no-consent` where access was never given or has ended, `block-missing`, `commitment-mismatch`
   */
  async read(patient: string, id: string): Promise<{ item: RecordItem; bytes: Bytes }> {
    const { item, bytes } = await readGranted(this.#opened(), patient, id);
    return { item, bytes };
  }

  /** Ends the connections and overwrites the key that opens records. */
  close(): void {
    this.#provider.destroy();
    this.#encryption?.secret.fill(0);
    this.#encryption = undefined;
  }

  #keys(): EncryptionKey {
    if (this.#encryption === undefined) throw new SalusError('vault-locked', 'This recipient was closed.');
    return this.#encryption;
  }

  /** A book remembers what it opened. New ones per call, so that a server that runs for months does not keep all of it. */
  #opened(): GrantedRecords[] {
    return this.#versions.map(({ client, granted }) => ({
      granted,
      shared: new RecordBook(client, this.#reader, granted),
    }));
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
