import { addressTopic, topicOf } from '../chain/events.ts';
import { sealReason } from '../consent/emergency-note.ts';
import { MOST_IN_EMERGENCY, type EmergencyReason } from '../consent/emergency-reason.ts';
import { SalusError } from '../errors.ts';
import { Role } from '../registry/abi.ts';
import { act, orUnknown } from './act.ts';
import type { Session } from './session.ts';

/**
 * How many sections of a patient this account could open in an emergency now. Nobody is told that it was asked but the node.
 * @throws SalusError as {@link openInEmergency}, before anything is opened
 */
export async function openableInEmergency(session: Session, patient: string): Promise<number> {
  return (await allowedOf(session, patient)).folders.length;
}

/**
 * Opens all that a patient allowed beforehand, for 24 hours, by one transaction that the patient is told of. Nothing is read by it.
 * @throws SalusError `not-a-doctor`, `emergency-forbidden`, `sponsor-refused`, `managers-unreachable`: then nothing was opened;
 * `outcome-unknown`
 */
export function openInEmergency(session: Session, patient: string, reason: EmergencyReason): Promise<void> {
  return session.oneReader(patient, async () => {
    const { folders, key } = await allowedOf(session, patient);
    const { newest, address, network } = session;
    const { client, calls, registry } = newest;
    const place = { chainId: network.chainId, registry, patient, doctor: address };
    const note = await sealReason(session.keyring.encryption.secret, key, place, reason);
    session.keyring.check();
    const untils = () =>
      Promise.all(folders.map(async (folder) => (await client.grant(patient, address, folder)).emergencyUntil));
    const before = await untils();
    const signed = await calls.breakGlass(patient, folders, note);
    await act(session, newest, signed, async () => (await untils()).every((until, i) => until !== before[i]));
    await orUnknown(() => session.catalogue.sync());
  });
}

/** Folders that the patient allows, as many as are opened at once, and the patient's registered key. */
async function allowedOf(session: Session, patient: string) {
  const { client, registry } = session.newest;
  const [me, them] = await Promise.all([client.member(session.address), client.member(patient)]);
  if (me.role !== Role.Doctor || !me.active) {
    throw new SalusError('not-a-doctor', 'Only a doctor whom a hospital of this network let in can open this.');
  }
  const { number } = await session.follower.newest();
  const events = await session.follower.past([[topicOf('EmergencyAllowed'), addressTopic(patient)]], number);
  const named = events.flatMap((event) =>
    event.kind === 'emergency-allowed' && event.registry === registry.toLowerCase() ? [event.folder] : [],
  );
  // What the events name, the registry is asked: the newest of them may be of before.
  const folders = (await client.openInEmergency(patient, [...new Set(named)])).slice(0, MOST_IN_EMERGENCY);
  if (folders.length > 0 && them.encryptionKey !== undefined) return { folders, key: them.encryptionKey };
  throw new SalusError(
    'emergency-forbidden',
    'This patient lets nobody open anything in an emergency. Ask them, or whoever decides for them, to share it.',
  );
}
