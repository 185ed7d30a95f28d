import type { CID } from 'multiformats/cid';
import type { HospitalChain } from '../hospital-chain.ts';
import type { StaffFile } from './staff-file.ts';

/** What the routes for staff need. */
export interface StaffParts {
  readonly chain: HospitalChain;
  readonly file: StaffFile;
  /** Whether an account manages the hospital’s staff. */
  readonly isAdministrator: (address: string) => boolean;
  /** Has managers keep a public block. @returns whether enough of them do */
  readonly publish: (block: { readonly cid: CID; readonly bytes: Uint8Array }) => Promise<boolean>;
  /** The name in a public profile, by its digest; undefined where it has none or nobody gives it. */
  readonly nameOf: (profile: Uint8Array) => Promise<string | undefined>;
  /** Of the health network, an address. */
  readonly registry: string;
  /** Unix seconds. */
  readonly now: () => number;
}
