import { PURPOSE_BITS } from '../consent/purposes.ts';
import { endAhead } from '../consent/ending.ts';
import { SalusError } from '../errors.ts';
import { Right, Role } from '../registry/abi.ts';
import { NonceKey } from '../registry/signed-calls.ts';
import { act } from './act.ts';
import type { Session } from './session.ts';

/** A member does not know the tags of a patient's folders, and names none. */
const NO_FOLDER = 0;
const NO_NOTE = `0x${'00'.repeat(32)}`;

/** What a member would like to read for, by its role; undefined for one who asks nobody. */
export const purposeOfRole = (role: Role): 'TREAT' | 'HPAYMT' | 'HRESCH' | undefined => {
  switch (role) {
    case Role.Hospital:
    case Role.Doctor:
    case Role.Lab:
    case Role.Pharmacist:
      return 'TREAT';
    case Role.Payer:
      return 'HPAYMT';
    case Role.Researcher:
      return 'HRESCH';
    default:
      return undefined;
  }
};

/** Whom a member asks, and until when it would like to read (Unix seconds). */
export interface AskedAccess {
  readonly patient: string;
  readonly until: number;
}

/**
 * Asks a patient for leave to read (`Requested`). It changes nothing: the patient's wallet shows who asks, what for and until when, and
 * the patient chooses, or says no, of which nobody is told.
 * @throws SalusError `bad-request` for an end that does not lie ahead; `not-found` for an account that is no patient's here;
 * `role-forbids` for an account of no member who asks; `sponsor-refused`, `managers-unreachable`, `outcome-unknown`
 */
export async function askForAccess(session: Session, { patient, until }: AskedAccess): Promise<void> {
  const { address, newest } = session;
  const { client, calls } = newest;
  const now = Math.floor(session.now() / 1000);
  const end = endAhead(until, now);
  const [me, them] = await Promise.all([client.member(address), client.member(patient)]);
  const purpose = purposeOfRole(me.role);
  if (purpose === undefined || !me.active) {
    throw new SalusError('role-forbids', 'This account is of nobody who asks patients for access.');
  }
  if (them.role !== Role.Patient) throw new SalusError('not-found', 'This account is no patient’s on this network.');
  const before = await client.nonce(address, NonceKey.Request);
  const wish = {
    patient,
    folder: NO_FOLDER,
    until: end,
    purposes: PURPOSE_BITS[purpose],
    rights: Right.Read,
    note: NO_NOTE,
  };
  // It is in no list of the registry: that its signature is used says that it was told.
  await act(session, newest, [await calls.request(wish)], async () => {
    return (await client.nonce(address, NonceKey.Request)) > before;
  });
}
