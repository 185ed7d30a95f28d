import { setTimeout as sleep } from 'node:timers/promises';
import type { CID } from 'multiformats/cid';
import { equal } from '../extension/core/bytes.ts';
import { Role } from '../extension/core/registry/abi.ts';
import { digestOf } from '../extension/core/storage/cid.ts';
import { PortalError } from './errors.ts';
import type { HospitalChain } from './hospital-chain.ts';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** What {@link introduce} needs. */
export interface IntroduceParts {
  readonly chain: HospitalChain;
  readonly profile: CID;
  /** Managers in all, and how many must hold the profile before the chain names it. */
  readonly managers: number;
  readonly durableAt: number;
  /** Uploads the profile. @returns how many managers hold it */
  readonly upload: () => Promise<number>;
  /** Web origin patients' wallets will see. */
  readonly origin: string;
}

/**
 * Makes the hospital known to wallets: its public profile at the managers and on the chain, and its web origin. What already
 * stands is left as it is, so this may run at every start.
 *
 * @throws PortalError `chain-unavailable`, `chain-refused` with a message for the operator
 */
export async function introduce({
  chain,
  profile,
  managers,
  durableAt,
  upload,
  origin,
}: IntroduceParts): Promise<void> {
  const hospital = await chain.member(chain.address);
  if (hospital.role !== Role.Hospital || !hospital.active) {
    throw new PortalError('chain-refused', `The registrar has not let the hospital in yet (account ${chain.address}).`);
  }
  const claimedBy = await chain.hospitalOf(origin);
  if (claimedBy !== chain.address) await chain.claimOrigin(origin);
  const digest = digestOf(profile);
  const held = await upload();
  if (held < durableAt) {
    throw new PortalError('chain-unavailable', `Only ${held} of ${managers} managers took the hospital’s profile.`);
  }
  if (hospital.profile === undefined || !equal(hospital.profile, digest)) await chain.setProfile(digest);
}

/**
 * Runs `attempt` until it succeeds, waiting longer each time.
 *
 * @param tell is given what went wrong and the seconds until the next try
 * @param signal ends the waiting; the promise then settles without an error
 */
export async function untilDone(
  attempt: () => Promise<void>,
  tell: (message: string, seconds: number) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (signal.aborted) return;
      const message = error instanceof PortalError ? error.message : 'An unexpected failure.';
      tell(message, wait / 1000);
      await sleep(wait, undefined, { signal }).catch(() => undefined);
    }
  }
}
