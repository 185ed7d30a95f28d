import { readProfile } from '../directory/profile.ts';
import { Role } from '../registry/abi.ts';
import type { Member } from '../registry/client.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { StoragePort } from './ports.ts';
import { timeOf } from './records.ts';
import type { Session } from './session.ts';

/** What the registry knows of a site. Facts only; a site that nobody vouches for has none. */
export interface SiteTrust {
  readonly origin: string;
  readonly hospital?: {
    readonly address: string;
    /** From its public profile; absent when that could not be fetched. */
    readonly name?: string;
    /** Unix seconds: when a registrar let it in. */
    readonly since?: number;
    /** The registrar that let it in, and its name where it has a public profile. */
    readonly accreditedBy: string;
    readonly accreditedByName?: string;
  };
}

/** What the registry knows of the one who would read. */
export interface RecipientTrust {
  readonly address: string;
  readonly role: Role;
  readonly active: boolean;
  readonly hasKey: boolean;
  /** From its own public profile; absent for a patient, and where it has none or that could not be fetched. */
  readonly name?: string;
  /** The member that vouches: for a doctor, the hospital. Absent where nobody does: anybody can join as a patient. */
  readonly vouchedBy?: { readonly address: string; readonly name?: string; readonly sameAsSite: boolean };
}

/** What the registry knows of an address that something to be signed names. */
export interface KnownMember {
  readonly address: string;
  readonly role: Role;
  readonly active: boolean;
  /** From its public profile; absent when it has none or that could not be fetched. */
  readonly name?: string;
}

/** Addresses that are looked up at once; a page could name thousands. */
const MOST_LOOKED_UP = 16;

async function nameOf(storage: StoragePort, member: Member): Promise<string | undefined> {
  if (member.profile === undefined) return undefined;
  try {
    return readProfile(await storage.block(cidFromDigest(member.profile).toString()))?.name;
  } catch {
    return undefined; // a missing profile takes a name away, never the facts on chain
  }
}

/** Resolves a web origin to the hospital that registered it. */
export async function siteTrust(session: Session, storage: StoragePort, origin: string): Promise<SiteTrust> {
  const { client } = session;
  const hospital = await client.hospitalOf(origin);
  if (hospital === undefined) return { origin };
  const { address, enroller } = hospital;
  const [name, since, by] = await Promise.all([
    nameOf(storage, hospital),
    enrolledAt(session, address),
    client.member(enroller).then((registrar) => nameOf(storage, registrar)),
  ]);
  return {
    origin,
    hospital: {
      address,
      ...(name && { name }),
      ...(since !== undefined && { since }),
      accreditedBy: enroller,
      ...(by && { accreditedByName: by }),
    },
  };
}

/** Unix seconds at which a member was let in. It is looked up once for each enrolment that the registry has now. */
async function enrolledAt(session: Session, member: string): Promise<number | undefined> {
  const { rows } = session.catalogue;
  const name = `enrolled/${member.toLowerCase()}`;
  const known = await rows.get<number>(name);
  const block = known ?? (await session.follower.enrolledIn(member));
  if (block === undefined) return undefined;
  if (known === undefined) await rows.write(new Map([[name, block]]));
  return timeOf(session, block);
}

/**
 * What is known of the one who would read.
 * @param site being looked up at the same time: whether the same hospital vouches for both is part of the answer
 */
export async function recipientTrust(
  { client }: Session,
  storage: StoragePort,
  address: string,
  site: Promise<SiteTrust>,
): Promise<RecipientTrust> {
  const member = await client.member(address);
  const known = { address, role: member.role, active: member.active, hasKey: member.encryptionKey !== undefined };
  if (member.role === Role.None || member.role === Role.Patient) return known;
  const by = await client.member(member.enroller);
  const [name, voucher, { hospital }] = await Promise.all([nameOf(storage, member), nameOf(storage, by), site]);
  return {
    ...known,
    ...(name && { name }),
    vouchedBy: {
      address: by.address,
      ...(voucher && { name: voucher }),
      // A hospital that reads itself is its own site's.
      sameAsSite: hospital !== undefined && [by.address, member.address].includes(hospital.address),
    },
  };
}

/** Those of some addresses that the registry knows. Only the first few are looked up. */
export async function knownMembers(
  { client }: Session,
  storage: StoragePort,
  addresses: readonly string[],
): Promise<KnownMember[]> {
  const members = await Promise.all(addresses.slice(0, MOST_LOOKED_UP).map((address) => client.member(address)));
  const known = members.filter((member) => member.role !== Role.None);
  return Promise.all(
    known.map(async (member) => {
      const name = await nameOf(storage, member);
      return { address: member.address, role: member.role, active: member.active, ...(name && { name }) };
    }),
  );
}
