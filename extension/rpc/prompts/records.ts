import type { RecordItem } from '../../core/catalogue/model.ts';
import type { Terms } from '../../core/care/terms.ts';
import { isSalusError } from '../../core/errors.ts';
import type { ImportReport } from '../../core/records/importer.ts';
import type { Section } from '../../core/records/sections.ts';
import { visible } from '../../core/signing/visible.ts';
import { order } from '../../core/wallet/care.ts';
import { commitOwnImport, planOwnImport } from '../../core/wallet/import-records.ts';
import { sharedRecords } from '../../core/wallet/records.ts';
import type { Session } from '../../core/wallet/session.ts';
import { writeShared } from '../../core/wallet/write-shared.ts';
import type { PromptKind, PromptParts } from './kind.ts';

export interface OfferView {
  readonly kind: 'offer';
  readonly report: ImportReport;
}

export interface WriteView {
  readonly kind: 'write';
  readonly patient: string;
  /** As the patient's own record has it, where this account may see that. */
  readonly patientName?: string;
  readonly section: Section;
  /** It says that it may be carried out: with the yes it is ordered. */
  readonly order?: Terms;
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

/** The name that a patient wrote about themselves; what others wrote names nobody. */
async function nameOfPatient(session: Session, patient: string): Promise<string | undefined> {
  const where = ({ type, author, title }: RecordItem) => type === 'Patient' && same(author, patient) && title !== '';
  try {
    const { items } = await sharedRecords(session, { patient, limit: 1, where });
    return items[0] && visible(items[0].title);
  } catch {
    return undefined; // a name is no reason to wait or to fail: the number of the account is shown
  }
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A provider's records for a patient who let them write. */
export function writePrompt({ storage, notify }: PromptParts, sync: () => Promise<void>): PromptKind<WriteView> {
  const paramsOf = (params: unknown) => params as { patient: string; section: Section; order?: Terms };
  const orderIn = ({ orders }: Session, { order }: { order?: Terms }) => (orders === undefined ? undefined : order);
  return {
    async view({ approval, session }) {
      const params = paramsOf(approval.params);
      const { patient, section } = params;
      const terms = orderIn(session, params);
      const [report, patientName] = await Promise.all([
        storage.plan(approval.job ?? '', { digests: [] }, { into: section }),
        nameOfPatient(session, patient),
      ]);
      return {
        kind: 'write',
        patient,
        ...(patientName !== undefined && { patientName }),
        section,
        ...(terms && { order: terms }),
        report,
      };
    },
    async carryOut({ approval, session }) {
      const params = paramsOf(approval.params);
      const { patient, section } = params;
      const terms = orderIn(session, params);
      const written = { patient, section, job: approval.job ?? '' };
      const row =
        terms === undefined
          ? await writeShared(session, patient, section, written.job)
          : await order(session, written, terms);
      await sync();
      const after = await storage.row(row.root);
      await notify(approval.origin, 'recordAdded', { patient, section });
      return { cid: row.root, transactionHash: after?.anchor?.transaction };
    },
  };
}
