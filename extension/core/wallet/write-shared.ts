import { seedsName } from '../catalogue/model.ts';
import type { GivenSeeds } from '../catalogue/openings.ts';
import { fromHex, type Bytes } from '../bytes.ts';
import { noConsent, SalusError } from '../errors.ts';
import type { Section } from '../records/sections.ts';
import { Right } from '../registry/abi.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { SealUnder } from './ports.ts';
import type { Session } from './session.ts';
import { givenFolders, type GivenFolder } from './sharing.ts';

/**
 * Seals what a provider adds to a patient's folder: for its readers where the provider is one of them, else for the patient alone.
 * @throws SalusError `no-consent` without a live right to write to the section
 */
export async function writeShared(
  session: Session,
  patient: string,
  section: Section,
  job: string,
): Promise<LedgerRow> {
  await session.catalogue.sync();
  const { registry, client } = session.newest;
  const given = (await givenFolders(session, patient)).filter(
    (g) => g.section === section && g.registry === registry.toLowerCase(),
  );
  const grant = given.find((g) => (g.rights & Right.Write) !== 0);
  if (grant === undefined || !(await client.may(session.address, patient, grant.folder, Right.Write, 0))) {
    await session.storage.cancel(job);
    throw new SalusError('no-consent', 'The patient has not allowed you to add to this section.');
  }
  const report = await session.storage.plan(job, [], section);
  if (report.taken === 0) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  const { epoch } = await client.folder(patient, grant.folder);
  const patientKey = await keyOfPatient(session, patient);
  const under = await givenUnder(session, grant, epoch);
  const target = { section, folder: grant.folder, registry, patientKey, ...(under && { under }) };
  session.keyring.check();
  const [row] = await session.storage.commit(job, [target], patient, session.address);
  if (row === undefined) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  return row;
}

/**
 * What a provider seals under in a patient's folder; undefined where it may not read it, and seals for the patient alone.
 * @throws SalusError `no-consent` where the seed of this epoch was not given to it
 */
export async function givenUnder(
  session: Session,
  { registry, patient, folder, rights }: GivenFolder,
  epoch: number,
): Promise<SealUnder | undefined> {
  if ((rights & Right.Read) === 0) return undefined;
  const seeds = await session.catalogue.rows.get<GivenSeeds>(seedsName(registry, patient, folder));
  const seed = seeds?.[epoch];
  if (seed === undefined) throw noConsent();
  const { chainId } = session.client.network;
  return { seed: fromHex(seed), place: { chainId, registry, patient, folder, epoch, author: session.address } };
}

async function keyOfPatient(session: Session, patient: string): Promise<Bytes> {
  const { encryptionKey } = await session.client.member(patient);
  if (encryptionKey === undefined) throw new SalusError('no-recipient-key', 'This patient has no key to encrypt to.');
  return encryptionKey;
}
