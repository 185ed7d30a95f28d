import type { Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Section } from '../records/sections.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { Session } from './session.ts';

/**
 * Seals what a provider adds to a patient's folder: under the folder's key where the provider may read it, else under a one-time
 * key wrapped to the patient.
 * @throws SalusError `no-consent` without a live right to write to the section
 */
export async function writeShared(
  session: Session,
  patient: string,
  section: Section,
  job: string,
): Promise<LedgerRow> {
  const grants = (await session.newest.granted.live(patient)).filter((g) => g.section === section);
  const grant = grants.find((g) => g.canWrite);
  if (grant === undefined) {
    await session.storage.cancel(job);
    throw new SalusError('no-consent', 'The patient has not allowed you to add to this section.');
  }
  const report = await session.storage.plan(job, [], section);
  if (report.taken === 0) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  const key = grant.canRead ? await folderKeyNow(session, patient, grant.folder) : undefined;
  const { registry } = session.newest;
  const target = {
    section,
    folder: grant.folder,
    registry,
    key: key ?? { patientKey: await keyOfPatient(session, patient) },
  };
  const [row] = await session.storage.commit(job, [target], patient, session.address);
  if (row === undefined) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  return row;
}

async function folderKeyNow(session: Session, patient: string, folder: number) {
  const { epoch } = await session.client.folder(patient, folder);
  return { epoch, folderKey: await session.newest.granted.find(patient, folder, { epoch }) };
}

async function keyOfPatient(session: Session, patient: string): Promise<Bytes> {
  const { encryptionKey } = await session.client.member(patient);
  if (encryptionKey === undefined) throw new SalusError('no-recipient-key', 'This patient has no key to encrypt to.');
  return encryptionKey;
}
