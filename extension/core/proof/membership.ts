import { ROLE_NAMES, type ProofEvent, type RoleName } from './proof-file.ts';
import { addressIn, MEMBER_TOPICS, wordsOf } from './questions.ts';

/** What an account was at one place on the chain. */
export interface Standing {
  readonly role: RoleName;
  /** Who let it in. */
  readonly enroller: string;
  /** How many times it was let in. */
  readonly membership: number;
  /** Where it was let in last. */
  readonly since: Pick<ProofEvent, 'block' | 'index'>;
  readonly suspended: boolean;
  /** Unix second before which it was locked for its strikes. */
  readonly lockedUntil: number;
}

const NEVER: Standing = {
  role: 'none',
  enroller: `0x${'00'.repeat(20)}`,
  membership: 0,
  since: { block: 0, index: 0 },
  suspended: false,
  lockedUntil: 0,
};

/** Accounts that a hospital vouches for. */
const STAFF: readonly RoleName[] = ['doctor', 'lab', 'pharmacist', 'researcher'];
export const isStaff = ({ role }: Pick<Standing, 'role'>): boolean => STAFF.includes(role);

/**
 * What an account was after these events, as `contracts/Members.sol` keeps it: suspension and lock are the account's and outlive a
 * membership.
 * @param events its own, in the order of the chain
 */
export function standingAfter(events: readonly ProofEvent[]): Standing {
  let now = NEVER;
  for (const { topics, data, block, index } of events) {
    const [topic, , second, third] = topics;
    const words = wordsOf(data).map((word) => Number(`0x${word}`));
    if (topic === MEMBER_TOPICS.enrolled) {
      const role = ROLE_NAMES[Number(second)] ?? 'none';
      now = { ...now, role, enroller: addressIn(third), membership: now.membership + 1, since: { block, index } };
    } else if (topic === MEMBER_TOPICS.removed) now = { ...now, role: 'none', enroller: NEVER.enroller };
    else if (topic === MEMBER_TOPICS.suspended) now = { ...now, suspended: words[0] === 1 };
    else if (topic === MEMBER_TOPICS.cleared) now = { ...now, lockedUntil: 0 };
    // A strike that locks nobody says 0, and leaves an earlier lock as it is.
    else if (topic === MEMBER_TOPICS.struck && words[1]) now = { ...now, lockedUntil: words[1] };
  }
  return now;
}

/** What there was before one place. */
export const before = (
  events: readonly ProofEvent[],
  { block, index }: Pick<ProofEvent, 'block' | 'index'>,
): readonly ProofEvent[] => events.filter((e) => e.block < block || (e.block === block && e.index < index));

export type Blemish = 'not-a-member' | 'suspended' | 'locked';

/** Why an account could not act at some time; undefined where it could. @param at Unix seconds */
export function blemish({ role, suspended, lockedUntil }: Standing, at: number): Blemish | undefined {
  if (role === 'none') return 'not-a-member';
  if (suspended) return 'suspended';
  return lockedUntil > at ? 'locked' : undefined;
}
