import type { ImportReport } from '../records/importer.ts';
import { SECTIONS, type Section } from '../records/sections.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import { listOwn } from './list-records.ts';
import type { SealTarget } from './ports.ts';
import type { Session } from './session.ts';

/** Says what a staged file would add to the patient's own record; the same item is not taken twice. */
export async function planOwnImport(session: Session, job: string, into?: Section): Promise<ImportReport> {
  const { items } = await listOwn(session);
  return session.storage.plan(
    job,
    items.map((i) => i.digest),
    into,
  );
}

/** Seals a planned import into the patient's own folders. It is kept here when this returns; copies and the chain follow. */
export async function commitOwnImport(session: Session, job: string, report: ImportReport): Promise<LedgerRow[]> {
  if (report.taken === 0) {
    await session.storage.cancel(job);
    return [];
  }
  const folders = await session.folders();
  const targets: SealTarget[] = [];
  for (const section of SECTIONS.filter((s) => report.sections[s] !== undefined)) {
    const folder = folders.tag(section);
    const { epoch } = await session.client.folder(session.address, folder);
    targets.push({
      section,
      folder,
      registry: session.newest.registry,
      key: { epoch, folderKey: await session.folderKey(folder, epoch) },
    });
  }
  return session.storage.commit(job, targets, session.address, session.address);
}
