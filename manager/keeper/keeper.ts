import { Wallet } from 'ethers';
import { toHex } from '../../extension/core/bytes.ts';
import { KEPT_TYPES, managerDomain } from '../../extension/core/registry/typed-data.ts';
import type { Config } from '../config.ts';
import { createMembership } from '../membership.ts';
import { sodiumGroup } from '../sodium-group.ts';
import { createAnswering } from './answer.ts';
import { openChainIndex } from './chain-index.ts';
import { connectKeeperChain } from './chain.ts';
import { acceptDealing } from './deal.ts';
import { keeperKeys } from './keys.ts';
import { readLog } from './log-reading.ts';
import { openStore } from './open-store.ts';
import { parseRead, parseSeal, type Addressee } from './requests.ts';

/** What of the settings a keeper needs. */
type KeeperConfig = Pick<
  Config,
  | 'dataDir'
  | 'database'
  | 'rpcUrl'
  | 'chainId'
  | 'registry'
  | 'earlier'
  | 'sponsorKey'
  | 'finality'
  | 'fromBlock'
  | 'readsPerHour'
> & { readonly keeperSecret: string };

/** A manager as a keeper of key shares. */
export interface Keeper {
  /** Who it is: the account that signs acknowledgements. */
  readonly account: string;
  /** x coordinate of the key that shares are sealed to, 0x hex. */
  readonly key: string;
  /** Ed25519 key that signs the heads of its log, 0x hex. */
  readonly logKey: string;
  /** Newest block that was followed. */
  readonly block: number;
  /** Takes in what is new on the chain. @throws ChainError; ManagerError `behind` */
  catchUp(): Promise<void>;
  /**
   * Keeps the shares of a keyring.
   * @returns the signature of `Kept`, 0x hex
   * @throws as {@link acceptDealing}
   */
  deal(body: unknown, authorization: string | undefined): Promise<string>;
  /** @returns what is sealed to the signer, base64 @throws ManagerError, ChainError */
  read(body: unknown): Promise<string>;
  /** As {@link read}, for an author's own entries that are to be. */
  seal(body: unknown): Promise<string>;
  /** Openings of the signer's own record. @returns what is sealed to the signer, base64 @throws as {@link readLog} */
  log(body: unknown): Promise<string>;
  close(): Promise<void>;
}

/** Opens a keeper with what it kept. The chain is not asked yet. @throws as {@link openStore} */
export async function openKeeper(config: KeeperConfig, now: () => number = Date.now): Promise<Keeper> {
  const { chainId } = config;
  const account = new Wallet(config.sponsorKey);
  const [keys, group] = await Promise.all([keeperKeys(config.keeperSecret), sodiumGroup()]);
  const chain = connectKeeperChain(config);
  const store = await openStore(config, account.address);
  const index = await openChainIndex({ config, chain, rows: store.chain, now });
  const registries = [config.registry, ...config.earlier].map((address) => address.toLowerCase());
  const to: Addressee = { chainId, registries, account: account.address };
  const answering = createAnswering({ config, chain, index, store, keys, group, now });
  const memberships = new Map(
    registries.map((registry) => [
      registry,
      createMembership({ isActive: (who) => chain.isActive(registry, who) }, now),
    ]),
  );
  const isActive = async (registry: string, who: string) => (await memberships.get(registry)?.(who)) ?? false;

  return {
    account: account.address,
    key: toHex(keys.encryption.publicX),
    logKey: toHex(keys.log),
    get block() {
      return index.followed.head?.number ?? 0;
    },
    catchUp: () => index.catchUp(),
    async deal(body, authorization) {
      const parts = { to, group, keys, shares: store.shares, index, isActive, now };
      const { registry, keyring } = await acceptDealing(parts, body, authorization);
      const kept = { signer: account.address, keyring: toHex(keyring) };
      return account.signTypedData(managerDomain(chainId, registry), KEPT_TYPES, kept);
    },
    read: async (body) => Buffer.from(await answering.read(parseRead(body, to))).toString('base64'),
    seal: async (body) => Buffer.from(await answering.seal(parseSeal(body, to))).toString('base64'),
    async log(body) {
      const parts = { to, registry: config.registry, chain, log: store.log, keys };
      return Buffer.from(await readLog(parts, body)).toString('base64');
    },
    async close() {
      chain.close();
      await store.close();
    },
  };
}
