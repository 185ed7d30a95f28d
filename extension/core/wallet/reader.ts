import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Follower } from '../chain/follower.ts';
import type { Keepers } from '../custody/keepers.ts';
import type { Network } from '../network/descriptor.ts';
import type { RegistryClient } from '../registry/client.ts';

/** Who reads: a wallet that is unlocked, or a server under keys of its own. */
export interface Reader {
  readonly address: string;
  readonly catalogue: Catalogue;
  readonly follower: Follower;
  readonly network: Network;
  /** Absent where the network has none. */
  readonly keepers?: Keepers | undefined;
  /** Every registry of the network, the newest first. */
  readonly deployments: readonly { readonly client: RegistryClient; readonly registry: string }[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
