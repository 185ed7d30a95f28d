import { Wallet } from 'ethers';
import { fromHex, toHex, type Bytes } from '../../extension/core/bytes.ts';
import { ERASED_TYPES, KEPT_TYPES, managerDomain, WITHDRAWN_TYPES } from '../../extension/core/registry/typed-data.ts';
import type { Config } from '../config.ts';
import { createMembership } from '../membership.ts';
import { sodiumGroup } from './sodium-group.ts';
import { anchorHead, type Payer } from './anchoring.ts';
import { createAnswering } from './answer.ts';
import { askPeer } from './ask-peer.ts';
import { openChainIndex } from './chain-index.ts';
import { connectKeeperChain } from './chain.ts';
import { createConfirming } from './confirming.ts';
import { createCosigning, originsOf } from './cosigning.ts';
import { acceptDealing } from './deal.ts';
import { createGuard, type LogState } from './guard.ts';
import { keeperKeys } from './keys.ts';
import { readLog } from './log-reading.ts';
import { openStore } from './open-store.ts';
import { behind } from './refusals.ts';
import { releasingHere, type Releasing } from './release.ts';
import { createReporting } from './reporting.ts';
import { parseErase, parseRead, parseSeal, parseWithdrawn, type Addressee } from './requests.ts';

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
> &
  Partial<Pick<Config, 'peers' | 'report'>> & { readonly keeperSecret: string };

/** A manager as a keeper of key shares. */
export interface Keeper {
  /** Who it is: the account that signs acknowledgements. */
  readonly account: string;
  /** x coordinate of the key that shares are sealed to, 0x hex. */
  readonly key: string;
  /** Ed25519 key that signs the heads of its log, 0x hex. */
  readonly logKey: string;
  /** Whether the log is known to be all there is, and what is to be done where it is not. */
  readonly logState: { readonly state: LogState; readonly advice?: string };
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
  /**
   * Forgets its shares of some keyrings of the signer, for good.
   * @returns the signature of `Erased`, 0x hex @throws ManagerError `bad-request`, `bad-signature`
   */
  erase(body: unknown): Promise<string>;
  /**
   * Says that some records of a patient were withdrawn, by what is final on the chain.
   * @param letGo has it be so of their blocks, before it is said
   * @returns the signature of `Withdrawn`, 0x hex @throws ManagerError `bad-request`, `behind`; ChainError
   */
  withdrawn(body: unknown, letGo: () => Promise<void>): Promise<string>;
  /** See `LettingGoParts`. @throws ChainError */
  withdrawnRoots(after: number): Promise<{ readonly roots: readonly Bytes[]; readonly through: number }>;
  /** See `LettingGoParts`. */
  isWithdrawn(root: Bytes): Promise<boolean>;
  /** @returns what is sealed to the signer, base64 @throws ManagerError, ChainError */
  read(body: unknown): Promise<string>;
  /** As {@link read}, for an author's own entries that are to be. */
  seal(body: unknown): Promise<string>;
  /** Openings of the signer's own record. @returns what is sealed to the signer, base64 @throws as {@link readLog} */
  log(body: unknown): Promise<string>;
  /** Cosigns the head of a peer's log. @returns the line to put under it @throws ManagerError as {@link Cosigning.cosign}; ChainError */
  cosign(body: unknown): Promise<string>;
  /** Heads of the peers' logs that were cosigned. */
  heads(): Promise<string[]>;
  /** Compares the log with its last anchor and the peers', if it was not, and has them cosign its head. @throws as {@link Guard.require} */
  confirm(): Promise<void>;
  /** Sets the head of the log down on the chain, if it is another. @returns whether it did @throws as {@link anchorHead} */
  anchor(payer: Payer): Promise<boolean>;
  /** Reports to the registry who asked for what they have no consent to. @returns how many @throws as {@link Reporting.report} */
  report(payer: Payer): Promise<number>;
  close(): Promise<void>;
}

/** What a keeper works with, where that is not what it works with by itself. */
interface Tools {
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Makes the answers. It is closed with the keeper. */
  readonly releasing?: Releasing;
}

/** Opens a keeper with what it kept. The chain is not asked yet. @throws as {@link openStore} */
export async function openKeeper(config: KeeperConfig, tools: Tools = {}): Promise<Keeper> {
  const { chainId } = config;
  const { now = Date.now, releasing = await releasingHere() } = tools;
  const account = new Wallet(config.sponsorKey);
  const [keys, group] = await Promise.all([keeperKeys(config.keeperSecret), sodiumGroup()]);
  const chain = connectKeeperChain(config);
  const store = await openStore(config, account.address);
  const index = await openChainIndex({ config, chain, rows: store.chain, now });
  const registries = [config.registry, ...config.earlier].map((address) => address.toLowerCase());
  const to: Addressee = { chainId, registries, account: account.address };
  const peers = (config.peers ?? []).filter((peer) => peer.account !== account.address.toLowerCase());
  const originOf = originsOf(chainId, config.registry);
  const witnessing = { originOf, account: account.address, peers, keys };
  const cosigning = createCosigning({ ...witnessing, heads: store.heads, now });
  const registry = config.registry.toLowerCase();
  const guard = createGuard({ ...witnessing, registry, ask: askPeer, store });
  const onBehind = (size: number) => guard.foundBehind(size);
  const confirming = createConfirming({ ...witnessing, ask: askPeer, store, onBehind });
  const newest = () => index.followed.head?.number ?? 0;
  const reporting = createReporting({ isOn: config.report ?? true, newest, now });
  const answering = createAnswering({ config, chain, index, store, keys, releasing, guard, reporting, now });
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
    get logState() {
      const { state, advice } = guard;
      return { state, ...(advice !== undefined && { advice }) };
    },
    get block() {
      return newest();
    },
    catchUp: () => index.catchUp(),
    async deal(body, authorization) {
      const parts = { to, group, keys, shares: store.shares, index, isActive, now };
      const { registry, keyring } = await acceptDealing(parts, body, authorization);
      const kept = { signer: account.address, keyring: toHex(keyring) };
      return account.signTypedData(managerDomain(chainId, registry), KEPT_TYPES, kept);
    },
    async erase(body) {
      const { registry: of, signer: patient, keyrings } = parseErase(body, to);
      await store.shares.erase({ registry: of, patient }, keyrings.map(fromHex));
      const erased = { signer: account.address, patient, keyrings };
      return account.signTypedData(managerDomain(chainId, of), ERASED_TYPES, erased);
    },
    async withdrawn(body, letGo) {
      const { registry: of, patient, records } = parseWithdrawn(body, to);
      await index.catchUp();
      const found = await store.chain.withdrawnOf({ registry: of, patient }, records, index.followed.final);
      if (found.length < records.length) throw behind();
      await letGo();
      const withdrawn = { signer: account.address, patient, records };
      return account.signTypedData(managerDomain(chainId, of), WITHDRAWN_TYPES, withdrawn);
    },
    async withdrawnRoots(after) {
      await index.catchUp();
      const through = index.followed.final;
      return { roots: await store.chain.withdrawnRoots(after, through), through };
    },
    isWithdrawn: (root) => store.chain.isWithdrawn(root),
    read: (body) => release(() => answering.read(parseRead(body, to))),
    seal: (body) => release(() => answering.seal(parseSeal(body, to))),
    async log(body) {
      await requireWhole();
      const parts = { to, registry, chain, store, confirming, peers, keys };
      return Buffer.from(await readLog(parts, body)).toString('base64');
    },
    async cosign(body) {
      // What it saw of the others is as old as its own log is.
      await requireWhole();
      return cosigning.cosign(body);
    },
    heads: () => cosigning.heads(),
    async confirm() {
      await requireWhole();
      await confirming.confirm();
    },
    async anchor(payer) {
      // An old copy of the log must not be said to be all there is.
      await requireWhole();
      return anchorHead({ registry, account: account.address.toLowerCase(), store }, payer);
    },
    report: (payer) => reporting.report(payer),
    async close() {
      confirming.close();
      await releasing.close();
      chain.close();
      await store.close();
    },
  };

  /** @throws as {@link Guard.require}; ChainError */
  async function requireWhole(): Promise<void> {
    if (guard.state === 'unchecked') await index.catchUp();
    await guard.require();
  }

  /** What is answered leaves a line in the log, which the others are to confirm. */
  async function release(answer: () => Promise<Uint8Array>): Promise<string> {
    try {
      return Buffer.from(await answer()).toString('base64');
    } finally {
      confirming.soon();
    }
  }
}
