import { JsonRpcProvider, Network as EthersNetwork } from 'ethers';
import { browser } from '../../adapters/browser/api.ts';
import { promptWindows } from '../../adapters/browser/prompt-windows.ts';
import { databaseSlot, localSlot, sessionStore } from '../../adapters/browser/stores.ts';
import { loadNetwork } from '../../adapters/network.ts';
import { managerSponsor } from '../../adapters/sponsor.ts';
import { hostedStorage } from '../../adapters/storage/hosted-storage.ts';
import { offscreenHost } from '../../adapters/storage/offscreen.ts';
import { awakeStorage, pageHost } from '../../adapters/storage/page-host.ts';
import { versionsOf, type Network } from '../../core/network/descriptor.ts';
import { RegistryClient } from '../../core/registry/client.ts';
import { Vault } from '../../core/vault/vault.ts';
import type { StoragePort } from '../../core/wallet/ports.ts';
import { Wallet } from '../../core/wallet/wallet.ts';
import { Approvals } from '../../rpc/approvals.ts';
import { createPrompts } from '../../rpc/prompts.ts';
import { RpcServer } from '../../rpc/server.ts';
import { createUiApi, type UiApi } from '../../rpc/ui-api.ts';
import { notifySite, notifyUi } from './events.ts';

export interface Background {
  readonly wallet: Wallet;
  readonly approvals: Approvals;
  readonly server: RpcServer;
  readonly ui: UiApi;
  readonly storage: StoragePort;
}

/** Puts the parts together: the only place that knows all of them. */
export async function compose(): Promise<Background> {
  const network = await loadNetwork();
  const now = Date.now;
  const chain = EthersNetwork.from(network.chainId);
  // Without `staticNetwork` every call asks for the chain id first and a dead node is retried for ever.
  const provider = new JsonRpcProvider(network.rpcUrl, chain, { staticNetwork: chain, cacheTimeout: -1 });
  const storage = import.meta.env.FIREFOX
    ? awakeStorage(hostedStorage(pageHost, network.managers))
    : hostedStorage(offscreenHost, network.managers);
  const vault = new Vault({
    primary: localSlot('vault'),
    copy: databaseSlot('vault'),
    attempts: localSlot('attempts'),
    session: sessionStore,
    now,
  });
  const [newest, ...earlier] = versionsOf(network);
  const client = (version: Network) => new RegistryClient(version, provider);
  const clients = [client(newest), ...earlier.map(client)] as const;
  const wallet = new Wallet({
    vault,
    clients,
    storage,
    sponsor: managerSponsor(network.managers),
    stateSlot: localSlot('state'),
    now,
    onChange: notifyUi,
  });
  const prompts = createPrompts({ wallet, storage, notify: notifySite });
  const approvals = new Approvals(sessionStore, promptWindows, now, {
    onAsk: prompts.prepare,
    onRejected: ({ job }) => {
      if (job !== undefined) storage.cancel(job).catch(() => undefined); // it ends with its host all the same
    },
    unlockId: () => vault.unlockId(),
  });
  const server = new RpcServer({
    wallet,
    approvals,
    storage,
    chainId: network.chainId,
    networkName: network.name,
    version: browser.runtime.getManifest().version,
    notify: notifySite,
    changed: notifyUi,
  });
  const ui = createUiApi({ wallet, approvals, prompts, storage, notify: notifySite, changed: notifyUi });
  return { wallet, approvals, server, ui, storage };
}
