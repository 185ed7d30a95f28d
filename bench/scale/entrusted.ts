import { random } from '../../extension/core/bytes.ts';
import { Follower, filtersOfPatients } from '../../extension/core/chain/follower.ts';
import { NodeProvider } from '../../manager/node-provider.ts';
import { Keyring } from '../../extension/core/keys/keyring.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { Folders } from '../../extension/core/wallet/folders.ts';
import { Seeder } from './seed.ts';

/** The seeder goes round five sections. */
const SECTIONS = 5;
const SECTION = 'results';

/** A patient, with a folder whose secret the managers keep. */
export interface Entrusted {
  readonly keyring: Keyring;
  readonly folder: number;
  /** Ids of the entries in that folder. */
  readonly records: readonly string[];
  readonly provider: NodeProvider;
  readonly follower: Follower;
  readonly close: () => void;
}

/** Follows the newest registry of a network. */
export const followerOf = ({ registry, fromBlock }: Network, provider: Pick<NodeProvider, 'send'>): Follower =>
  new Follower({
    ask: (method, params) => provider.send(method, [...params]) as Promise<unknown>,
    registries: [registry],
    fromBlock,
    finality: 'latest',
    now: Date.now,
  });

/** A patient with so many entries in one folder, whose secret the managers keep. @throws Error where they do not come to be */
export async function entrusted(network: Network, count: number): Promise<Entrusted> {
  const keyring = await Keyring.fromEntropy(random(32));
  const seeder = new Seeder(network);
  const folder = (await Folders.of(keyring)).tag(SECTION);
  await seeder.join(keyring);
  await seeder.entries(keyring, count * SECTIONS);
  await seeder.entrust(keyring, [folder]);
  seeder.close();
  const provider = new NodeProvider(network.rpcUrl, network.chainId);
  const follower = followerOf(network, provider);
  const { number } = await follower.newest();
  const events = await follower.past(filtersOfPatients([keyring.address]), number);
  const records = events.flatMap((event) => (event.kind === 'record' && event.folder === folder ? [event.id] : []));
  if (records.length < count) throw new Error(`of ${count} entries, ${records.length} came to the chain`);
  return { keyring, folder, records, provider, follower, close: () => provider.destroy() };
}
