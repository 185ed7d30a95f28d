import type { Role } from '../extension/core/registry/abi.ts';
import type { Member } from '../extension/core/registry/client.ts';

/**
 * What the clinic needs of the registry, as the hospital's account. `ethers-hospital-chain.ts` gives it over JSON-RPC.
 * All calls throw PortalError `chain-unavailable`; those that write also `chain-refused` when the registry would revert.
 */
export interface HospitalChain {
  /** The hospital's account. */
  readonly address: string;
  member(address: string): Promise<Pick<Member, 'role' | 'active' | 'enroller' | 'profile'>>;
  /** Address of the active hospital that claims a web origin, or undefined. */
  hospitalOf(origin: string): Promise<string | undefined>;
  /** Lets `who` in; settles when it is in a block. */
  enrol(who: string, role: Role): Promise<void>;
  /** @param digest SHA-256 in the CID of the profile, 32 bytes */
  setProfile(digest: Uint8Array): Promise<void>;
  /** Claims a web origin for the hospital. */
  claimOrigin(origin: string): Promise<void>;
}
