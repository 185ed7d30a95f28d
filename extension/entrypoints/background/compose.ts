import { browser } from '../../adapters/browser/api.ts';
import { tellAlarms } from '../../adapters/browser/alarms.ts';
import { forgetAlias } from '../../adapters/browser/forget-account.ts';
import { promptWindows } from '../../adapters/browser/prompt-windows.ts';
import { databaseSlot, localSlot, sessionStore } from '../../adapters/browser/stores.ts';
import { nodeAsker } from '../../adapters/rpc-node.ts';
import { loadNetworks } from '../../adapters/network.ts';
import { databaseRows } from '../../adapters/storage/database-rows.ts';
import { managerSponsor } from '../../adapters/sponsor.ts';
import { askKeeper } from '../../adapters/keepers.ts';
import { hostedDeriveKey, hostedKeyWork, hostedMessages, hostedStorage } from '../../adapters/hosted.ts';
import { offscreenHost } from '../../adapters/storage/offscreen.ts';
import { awakeStorage, pageHost } from '../../adapters/storage/page-host.ts';
import { EthereumNode } from '../../core/chain/node.ts';
import { networkKey, versionsOf, type Network } from '../../core/network/descriptor.ts';
import { RegistryClient } from '../../core/registry/client.ts';
import { Vault } from '../../core/vault/vault.ts';
import type { StoragePort } from '../../core/wallet/ports.ts';
import { Wallet } from '../../core/wallet/wallet.ts';
import { Approvals } from '../../rpc/approvals.ts';
import { createPrompts } from '../../rpc/prompts.ts';
import { RpcServer } from '../../rpc/server.ts';
import { SiteNews } from '../../rpc/site-news.ts';
import { createUiApi, type UiApi } from '../../rpc/ui-api.ts';
import { notifySite, notifyUi } from './events.ts';

export interface Background {
  readonly wallet: Wallet;
  readonly approvals: Approvals;
  readonly server: RpcServer;
  readonly ui: UiApi;
  readonly storage: StoragePort;
  /** Ends all that is going on. */
  readonly end: () => Promise<void>;
}

/** What begins everything anew. */
export interface Anew {
  /** Another network was chosen. */
  readonly onNetwork: () => void;
  /** The person removes the wallet from this browser. */
  readonly remove: () => Promise<void>;
}

/** Puts the parts together: the only place that knows all of them. */
export async function compose({ onNetwork, remove }: Anew): Promise<Background> {
  const networks = await loadNetworks(onNetwork);
  const network = networks.current;
  /** What one network's records and sites are kept under; the build's own has the plain names. */
  const place = networks.isBuiltIn ? '' : networkKey(network);
  const now = Date.now;
  const node = (url: string) => new EthereumNode(url, fetch);
  const provider = node(network.rpcUrl);
  const witness = network.witnessUrl === undefined ? undefined : node(network.witnessUrl);
  const host = import.meta.env.FIREFOX ? pageHost : offscreenHost;
  host.keepFor(place);
  const hosted = hostedStorage(host, network);
  const storage = import.meta.env.FIREFOX ? awakeStorage(hosted) : hosted;
  const vault = new Vault({
    primary: localSlot('vault'),
    copy: databaseSlot('vault'),
    attempts: localSlot('attempts'),
    autoLock: localSlot('autoLock'),
    deriveKey: hostedDeriveKey(host),
    session: sessionStore,
    now,
  });
  const over = new AbortController();
  const [newest, ...earlier] = versionsOf(network);
  const client = (version: Network) => new RegistryClient(version, provider, witness);
  const clients = [client(newest), ...earlier.map(client)] as const;
  const news = new SiteNews(notifySite);
  const { notify } = news;
  const wallet = new Wallet({
    vault,
    clients,
    storage,
    sponsor: managerSponsor(network.managers, network.chainId),
    keyWork: hostedKeyWork(host),
    askKeeper,
    accountsSlot: localSlot('accounts'),
    stateSlot: (account) => localSlot(`state:${place}:${account}`),
    catalogueStore: (account) => databaseRows(`salus-catalogue:${place}:${account}`, over.signal),
    now,
    forgetAlias,
    onChange: notifyUi,
    onSynced: (session) => news.tell(session),
    onAlarms: tellAlarms,
  });
  const prompts = createPrompts({ wallet, networks, storage, messages: hostedMessages(host), notify });
  const approvals = new Approvals(sessionStore, promptWindows, now, {
    onAsk: (approval) => {
      prompts.prepare(approval);
      notifyUi();
    },
    onRejected: ({ job }) => {
      notifyUi();
      if (job !== undefined) storage.cancel(job).catch(() => undefined); // it ends with its host all the same
    },
    unlockId: () => vault.unlockId(),
  });
  const server = new RpcServer({
    wallet,
    approvals,
    storage,
    standing: prompts.standing,
    askNode: nodeAsker(provider),
    networks,
    tellSites: (session) => news.tell(session),
    version: browser.runtime.getManifest().version,
    notify,
    changed: notifyUi,
  });
  const ui = createUiApi({
    wallet,
    vault,
    remove,
    approvals,
    prompts,
    storage,
    networks,
    notify,
    changed: notifyUi,
    alarms: tellAlarms,
  });
  const end = async () => {
    await approvals.end();
    await wallet.lock();
    over.abort();
    await host.close();
  };
  return { wallet, approvals, server, ui, storage, end };
}
