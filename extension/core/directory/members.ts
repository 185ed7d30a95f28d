import * as v from 'valibot';
import { addressIn, MEMBER_TOPICS, wordsOf, type PlacedLog } from '../proof/questions.ts';
import { Role } from '../registry/abi.ts';
import type { Topics } from '../chain/log-windows.ts';

/** ProfileSet(address,bytes32) */
export const PROFILE_SET = '0xfb6b35d7eeeea3afcfbd8c1311597ec268a969c4ea4a59636c9961b0d9e7570f';
/** Whom a patient may look for. */
export const LISTED_ROLES: readonly Role[] = [Role.Hospital, Role.Doctor, Role.Lab, Role.Pharmacist];
/** Accounts that are kept; a hospital may let in as many as it likes. */
const MOST_MEMBERS = 20_000;

const account = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{40}$/));
const digest = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const shown = v.pipe(v.string(), v.maxLength(200));

/** A member as its events and its public profile have it. Addresses and digests in lower case. */
export const MemberRowSchema = v.object({
  address: account,
  /** `Role.None` of one that is no member any more. */
  role: v.pipe(count, v.maxValue(Role.Payer)),
  /** Who let it in. */
  enroller: account,
  /** How many times it was let in, as one of {@link LISTED_ROLES}. */
  membership: count,
  /** Of its hospital, when that let it in. */
  vouchedBy: count,
  suspended: v.boolean(),
  /** Unix second before which it is locked for its strikes. */
  lockedUntil: count,
  /** Digest of its profile. */
  profile: v.optional(digest),
  /** What stands in the profile `of`; with nothing else in it where that is no profile. */
  said: v.optional(
    v.object({
      of: digest,
      name: v.optional(shown),
      city: v.optional(shown),
      specialities: v.optional(v.array(shown)),
      licence: v.optional(v.object({ number: shown, until: v.optional(shown) })),
    }),
  ),
});
export type MemberRow = v.InferOutput<typeof MemberRowSchema>;
export type MemberRows = ReadonlyMap<string, MemberRow>;

/**
 * What to ask a node for. Patients and their keys are in none of it, so that a load is as long as the list of those who work in health
 * care. Whether somebody can be sealed to is asked of the registry when they are chosen.
 */
export const DIRECTORY_FILTERS: readonly Topics[] = [
  [[MEMBER_TOPICS.enrolled], null, LISTED_ROLES.map((role) => `0x${role.toString(16).padStart(64, '0')}`)],
  [[MEMBER_TOPICS.removed, MEMBER_TOPICS.suspended, MEMBER_TOPICS.struck, MEMBER_TOPICS.cleared, PROFILE_SET]],
];

const NEW = { membership: 0, vouchedBy: 0, suspended: false, lockedUntil: 0 };

/**
 * Members after some events, and those that changed. Who was removed stays as nobody: suspension and profile are the account's.
 * @param logs in the order of the chain
 */
export function afterLogs(
  rows: MemberRows,
  logs: readonly PlacedLog[],
): { readonly rows: Map<string, MemberRow>; readonly changed: Set<string> } {
  const all = new Map(rows);
  const changed = new Set<string>();
  for (const log of logs) {
    const address = addressIn(log.topics[1]);
    const before = all.get(address);
    const next = before === undefined && all.size >= MOST_MEMBERS ? undefined : afterLog(all, address, log);
    if (next === undefined) continue;
    all.set(address, next);
    changed.add(address);
  }
  return { rows: all, changed };
}

function afterLog(all: MemberRows, address: string, { topics, data }: PlacedLog): MemberRow | undefined {
  const [topic, , second, third] = topics;
  const before = all.get(address);
  if (topic === MEMBER_TOPICS.enrolled) {
    const role = Number(second);
    if (!LISTED_ROLES.includes(role as Role)) return undefined;
    const enroller = addressIn(third);
    const { membership, ...kept } = before ?? { ...NEW, address };
    const vouchedBy = role === Role.Hospital ? 0 : (all.get(enroller)?.membership ?? 0);
    return { ...kept, address, role, enroller, membership: membership + 1, vouchedBy };
  }
  const [first, then] = wordsOf(data);
  if (before === undefined) return undefined;
  if (topic === MEMBER_TOPICS.removed) return { ...before, role: Role.None };
  if (topic === MEMBER_TOPICS.suspended) return { ...before, suspended: Number(`0x${first ?? 0}`) === 1 };
  if (topic === MEMBER_TOPICS.cleared) return { ...before, lockedUntil: 0 };
  if (topic === MEMBER_TOPICS.struck) {
    // A strike that locks nobody says 0, and leaves an earlier lock as it is.
    return { ...before, lockedUntil: Number(`0x${then ?? 0}`) || before.lockedUntil };
  }
  if (topic === PROFILE_SET && first !== undefined) {
    const { profile, ...rest } = before;
    void profile;
    return /^0+$/.test(first) ? rest : { ...rest, profile: `0x${first}` };
  }
  return undefined;
}

const inGoodStanding = ({ suspended, lockedUntil }: MemberRow, now: number): boolean =>
  !suspended && lockedUntil <= now;

/** Whether a member may act, as `isActive` of the registry has it. @param now Unix seconds */
export function isActive(rows: MemberRows, member: MemberRow, now: number): boolean {
  if (member.role === Role.None || !inGoodStanding(member, now)) return false;
  if (member.role === Role.Hospital) return true;
  const hospital = rows.get(member.enroller);
  return hospital?.role === Role.Hospital && hospital.membership === member.vouchedBy && inGoodStanding(hospital, now);
}
