import type { Role } from '../extension/core/registry/abi.ts';
import type { Member } from '../extension/core/registry/client.ts';

/** What the registry says of a member now. */
export type MemberState = Pick<Member, 'role' | 'active' | 'suspended' | 'enroller' | 'profile'>;

/** Somebody who was let in, as it stands now. */
export interface Enrolled extends MemberState {
  readonly address: string;
  /** Unix seconds at which they were let in last. */
  readonly since: number;
}

/**
 * What the clinic needs of the registry, as the hospital's account. `ethers-hospital-chain.ts` gives it over JSON-RPC.
 * All calls throw PortalError `chain-unavailable`; those that write also `chain-refused` when the registry would revert.
 */
export interface HospitalChain {
  /** The hospital's account. */
  readonly address: string;
  member(address: string): Promise<MemberState>;
  /** Everybody whom the hospital let in and who is still its member, the newest first. */
  staff(): Promise<Enrolled[]>;
  /** All hospitals and EHR managers that are members, with how many web origins each has. */
  organizations(): Promise<(Enrolled & { readonly origins: number })[]>;
  /** Address of the active hospital that claims a web origin, or undefined. */
  hospitalOf(origin: string): Promise<string | undefined>;
  /** Lets `who` in; settles when it is in a block. */
  enrol(who: string, role: Role): Promise<void>;
  suspend(who: string): Promise<void>;
  restore(who: string): Promise<void>;
  /** Gives `who` what they lack of the fee for one `setProfile`, and nothing where they have it. */
  payFee(who: string): Promise<void>;
  /** @param digest SHA-256 in the CID of the profile, 32 bytes */
  setProfile(digest: Uint8Array): Promise<void>;
  /** Claims a web origin for the hospital. */
  claimOrigin(origin: string): Promise<void>;
}
