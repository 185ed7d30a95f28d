import { isSalusError } from '../errors.ts';
import type { ImportReport } from '../records/importer.ts';
import { SECTIONS, type Section } from '../records/sections.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { SealTarget } from './ports.ts';
import type { Session } from './session.ts';

/** What is new on the chain counts, where a node of it answers: without one, what is known does. */
export async function lookIfPossible({ catalogue }: Session): Promise<void> {
  await catalogue.sync().catch((error: unknown) => {
    if (!isSalusError(error, 'chain-unreachable') && !isSalusError(error, 'wrong-chain')) throw error;
  });
}

/**
 * Says what a staged file would add to the patient's own record, by what the person said of such files; the same item is not taken
 * twice, and a later version of one is linked to it. Works without a network.
 */
export async function planOwnImport(session: Session, job: string, into?: Section): Promise<ImportReport> {
  const { issuers, tables, sorted } = await session.state.read();
  const as = { into, issuers, tables, sorted };
  const report = await session.storage.plan(job, { digests: [] }, as);
  await lookIfPossible(session);
  await session.catalogue.listPending(); // what another window has just added, also without a network
  const { digests, identities } = await session.storage.knownBy(job);
  const known = await session.catalogue.known(digests);
  const versions = await session.catalogue.versionsOf(identities);
  if (known.length === 0 && Object.keys(versions).length === 0) return report;
  return session.storage.plan(job, { digests: known, versions }, as);
}

/**
 * Where in the own record something is sealed to, one for each section.
 * @param alone for the patient alone: no reader gets a key
 */
export async function ownTargets(
  session: Session,
  sections: readonly Section[],
  alone: boolean,
): Promise<SealTarget[]> {
  await lookIfPossible(session);
  const folders = await session.folders();
  const { registry } = session.newest;
  const patientKey = session.keyring.encryption.publicX;
  const targets: SealTarget[] = [];
  for (const section of sections) {
    const folder = folders.tag(section);
    const epoch = await session.catalogue.epochOf(registry, folder);
    const under = alone ? undefined : await session.sealUnder(session.newest, folder, epoch);
    targets.push({ section, folder, registry, patientKey, ...(under && { under }) });
  }
  return targets;
}

/**
 * Seals a planned import into the patient's own folders. It is kept here when this returns; copies and the chain follow.
 * @param alone for the patient alone: no reader gets a key
 */
export async function commitOwnImport(
  session: Session,
  job: string,
  report: ImportReport,
  alone = false,
): Promise<LedgerRow[]> {
  if (report.taken === 0) {
    await session.storage.cancel(job);
    return [];
  }
  const targets = await ownTargets(
    session,
    SECTIONS.filter((s) => report.sections[s] !== undefined),
    alone,
  );
  session.keyring.check();
  const rows = await session.storage.commit(job, targets, session.address, session.address);
  await session.catalogue.listPending();
  return rows;
}
