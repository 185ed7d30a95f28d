import { folderName, type FolderRow } from '../catalogue/model.ts';
import { fromHex, type Bytes } from '../bytes.ts';
import { mayWrite } from '../care/roles.ts';
import { noConsent, noKeepers, roleForbids, SalusError, unlessForLater } from '../errors.ts';
import { eciesOpen } from '../keys/ecies.ts';
import type { Section } from '../records/sections.ts';
import { Right } from '../registry/abi.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import { unlessLocked } from './account-lock.ts';
import type { Session } from './session.ts';
import { givenFolders } from './sharing.ts';

/**
 * Seals what a provider adds to a patient's folder, and for its readers under the key that keepers give to its author.
 * @param sealed called once it is sealed, before anything else is done with it; it is held back until the chain has what it is for
 * @throws SalusError `no-keepers`; `no-consent` without a live right to write to the section; `role-forbids` for what somebody in this
 * account's role does not write; `account-locked` while this account is locked
 */
export async function writeShared(
  session: Session,
  patient: string,
  section: Section,
  job: string,
  sealed?: (row: LedgerRow) => Promise<unknown>,
): Promise<LedgerRow> {
  await session.catalogue.sync();
  const { registry, client } = session.newest;
  if (session.keepers === undefined) throw noKeepers();
  const given = (await givenFolders(session, patient)).filter(
    (g) => g.section === section && g.registry === registry.toLowerCase(),
  );
  const grant = given.find((g) => (g.rights & Right.Write) !== 0);
  if (grant === undefined || !(await client.may(session.address, patient, grant.folder, Right.Write, 0))) {
    await session.storage.cancel(job);
    const refused = new SalusError('no-consent', 'The patient has not allowed you to add to this section.');
    throw await unlessLocked(session, refused);
  }
  const report = await session.storage.plan(job, { digests: [] }, { into: section });
  if (report.taken === 0) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  const { role } = await client.member(session.address);
  if (!report.types.every((type) => mayWrite(role, type))) {
    await session.storage.cancel(job);
    throw roleForbids();
  }
  const { epoch } = await client.folder(patient, grant.folder);
  const patientKey = await keyOfPatient(session, patient);
  const authorKey = session.keyring.encryption.publicX;
  const held = sealed && ({ held: true } as const);
  const target = { section, folder: grant.folder, registry, patientKey, authorKey, ...held };
  const [row] = await session.storage.commit(job, [target], patient, session.address);
  if (row === undefined) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  await sealed?.(row);
  // Keepers that are away give the key later: see the outbox.
  return (await wrapForReaders(session, row, epoch).catch(unlessForLater)) ?? row;
}

/**
 * Wraps what this account wrote into a patient's folder for its readers, by the key that keepers give to its author.
 * @param epoch in which the folder is
 * @returns the row of the entry that took its place; undefined where there is nothing to wrap
 * @throws SalusError `no-consent`, `managers-unreachable`, `vault-locked`
 */
export async function wrapForReaders(session: Session, row: LedgerRow, epoch: number): Promise<LedgerRow | undefined> {
  const { keepers, network, keyring: own } = session;
  const { patient, author, folder, root, draft } = row;
  if (keepers === undefined || draft === undefined || row.epoch === epoch) return undefined;
  const registry = session.deployment(row.registry).registry.toLowerCase();
  const known = await session.catalogue.rows.get<FolderRow>(folderName(registry, patient, folder));
  if (known?.keyring === undefined) throw noConsent();
  const { chainId } = network;
  const commitment = fromHex(row.commitment);
  const place = { chainId, registry, patient, folder, epoch, author, commitment };
  const folderPlace = { chainId, registry, patient, folder };
  const [key] = await keepers.seal({ folder: folderPlace, keyring: known.keyring, places: [place] });
  if (key === undefined) throw noConsent();
  const contentKey = await eciesOpen(own.encryption.secret, fromHex(draft));
  own.check();
  return session.storage.rewrap(root, contentKey, { key, epoch });
}

async function keyOfPatient(session: Session, patient: string): Promise<Bytes> {
  const { encryptionKey } = await session.client.member(patient);
  if (encryptionKey === undefined) throw new SalusError('no-recipient-key', 'This patient has no key to encrypt to.');
  return encryptionKey;
}
