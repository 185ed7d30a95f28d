import { wordsOf } from '../catalogue/words.ts';
import { Role } from '../registry/abi.ts';
import { skeletons } from './alike.ts';
import { isActive, LISTED_ROLES, type MemberRow, type MemberRows } from './members.ts';

/** A member as it is shown to somebody who looks for one. */
export interface Listed {
  /** In lower case. */
  readonly address: string;
  readonly role: Role;
  /** As it calls itself. */
  readonly name?: string;
  readonly specialities: readonly string[];
  /** As it says itself; `until` is its last day, `YYYY-MM-DD`. */
  readonly licence?: { readonly number: string; readonly until?: string | undefined };
  /** Its own, or that of its hospital. */
  readonly city?: string;
  /** Who vouches for it: a fact. What that calls itself is none. */
  readonly hospital?: { readonly address: string; readonly name?: string };
  readonly active: boolean;
  /** Others have a name that looks like this one. */
  readonly alike: boolean;
}

/** Everybody who may be looked for, by name; who may not act now comes last. @param now Unix seconds */
export function listMembers(rows: MemberRows, now: number): readonly Listed[] {
  const members = [...rows.values()].filter(({ role }) => LISTED_ROLES.includes(role as Role));
  const shapes = new Map<string, number>();
  const shapesOf = (member: MemberRow) => skeletons(nameOf(member) ?? '').filter((shape) => shape !== '');
  for (const shape of members.flatMap(shapesOf)) shapes.set(shape, (shapes.get(shape) ?? 0) + 1);
  return members
    .map((member) =>
      toListed(
        rows,
        member,
        now,
        shapesOf(member).some((shape) => (shapes.get(shape) ?? 0) > 1),
      ),
    )
    .sort(byName);
}

/** Of its profile as it is now; what an earlier one said is of nobody. */
const saidBy = ({ profile, said }: MemberRow) => (said !== undefined && said.of === profile ? said : undefined);
const nameOf = (member: MemberRow): string | undefined => saidBy(member)?.name;

function toListed(rows: MemberRows, member: MemberRow, now: number, alike: boolean): Listed {
  const { name, city: ownCity, specialities = [], licence } = saidBy(member) ?? {};
  const by = member.role === Role.Hospital ? undefined : rows.get(member.enroller);
  const [hospitalName, city] = [by && nameOf(by), ownCity ?? (by && saidBy(by)?.city)];
  const hospital = { address: member.enroller, ...(hospitalName !== undefined && { name: hospitalName }) };
  return {
    address: member.address,
    role: member.role as Role,
    ...(name !== undefined && { name }),
    specialities,
    ...(licence && { licence }),
    ...(city !== undefined && { city }),
    ...(member.role !== Role.Hospital && { hospital }),
    active: isActive(rows, member, now),
    alike,
  };
}

const rank = ({ active, name }: Listed): number => (active ? 0 : 2) + (name === undefined ? 1 : 0);
const byName = (a: Listed, b: Listed): number =>
  rank(a) - rank(b) || (a.name ?? '').localeCompare(b.name ?? '') || (a.address < b.address ? -1 : 1);

/**
 * Members of whose name, hospital, specialities and city some word begins with each word that was typed; or whose account number begins
 * with it. Asks nobody.
 */
export function findMembers(
  listed: readonly Listed[],
  typed: string,
  limit: number,
): { readonly found: readonly Listed[]; readonly more: number } {
  const words = wordsOf(typed);
  const number = typed.trim().toLowerCase();
  if (words.length === 0) return { found: [], more: 0 };
  const isFound = ({ address, name, hospital, specialities, city }: Listed): boolean => {
    const said = wordsOf([name, hospital?.name, city, ...specialities].filter(Boolean).join(' '));
    const isSaid = words.every((word) => said.some((other) => other.startsWith(word)));
    return isSaid || (number.startsWith('0x') && number.length > 4 && address.startsWith(number));
  };
  const all = listed.filter(isFound);
  return { found: all.slice(0, limit), more: Math.max(0, all.length - limit) };
}
