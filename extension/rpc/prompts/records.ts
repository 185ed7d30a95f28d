import { isSalusError } from '../../core/errors.ts';
import type { ImportReport } from '../../core/records/importer.ts';
import type { Section } from '../../core/records/sections.ts';
import { commitOwnImport, planOwnImport } from '../../core/wallet/import-records.ts';
import { writeShared } from '../../core/wallet/write-shared.ts';
import type { PromptKind, PromptParts } from './kind.ts';

export interface OfferView {
  readonly kind: 'offer';
  readonly report: ImportReport;
}

export interface WriteView {
  readonly kind: 'write';
  readonly patient: string;
  readonly section: Section;
  readonly report: ImportReport;
}

/** A site's records for the patient's own wallet. @param sync brings what was taken to managers and chain */
export function offerPrompt(sync: () => Promise<void>): PromptKind<OfferView> {
  /** What an offer would add, between the moment it is shown and the moment it is approved: job → report. */
  const plans = new Map<string, ImportReport>();
  const sectionOf = (params: unknown) => (params as { section?: Section }).section;
  return {
    async view({ approval, session }) {
      const job = approval.job ?? '';
      const report = await planOwnImport(session, job, sectionOf(approval.params));
      plans.set(job, report);
      return { kind: 'offer', report };
    },
    async carryOut({ approval, session }) {
      const job = approval.job ?? '';
      const plan = () => planOwnImport(session, job, sectionOf(approval.params));
      const report = plans.get(job) ?? (await plan());
      plans.delete(job);
      const rows = await commitOwnImport(session, job, report).catch(async (error: unknown) => {
        if (!isSalusError(error, 'plan-outdated')) throw error;
        // What was added meanwhile is not taken twice; the rest was agreed to.
        return commitOwnImport(session, job, await plan());
      });
      void sync();
      return { entries: rows.map((r) => ({ cid: r.root, section: undefined })), accepted: rows.length > 0 };
    },
  };
}

/** A provider's records for a patient who let them write. */
export function writePrompt({ storage, notify }: PromptParts, sync: () => Promise<void>): PromptKind<WriteView> {
  const paramsOf = (params: unknown) => params as { patient: string; section: Section };
  return {
    async view({ approval }) {
      const { patient, section } = paramsOf(approval.params);
      const report = await storage.plan(approval.job ?? '', [], section);
      return { kind: 'write', patient, section, report };
    },
    async carryOut({ approval, session }) {
      const { patient, section } = paramsOf(approval.params);
      const row = await writeShared(session, patient, section, approval.job ?? '');
      await sync();
      const after = await storage.row(row.root);
      await notify(approval.origin, 'recordAdded', { patient, section });
      return { cid: row.root, transactionHash: after?.anchor?.transaction };
    },
  };
}
