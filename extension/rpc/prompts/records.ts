import type { RecordItem } from '../../core/catalogue/model.ts';
import type { Terms } from '../../core/care/terms.ts';
import { isSalusError, orderOver } from '../../core/errors.ts';
import type { ImportReport } from '../../core/records/importer.ts';
import type { Section } from '../../core/records/sections.ts';
import { visible } from '../../core/signing/visible.ts';
import { fulfil, order, type Written } from '../../core/wallet/care.ts';
import type { LedgerRow } from '../../core/storage/ledger.ts';
import { commitOwnImport, planOwnImport } from '../../core/wallet/import-records.ts';
import { orderOfItem, requireItem, type OrderView } from '../../core/wallet/orders.ts';
import { sharedRecords } from '../../core/wallet/records.ts';
import type { Session } from '../../core/wallet/session.ts';
import { givenFolders } from '../../core/wallet/sharing.ts';
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
  /** It carries out what was ordered: what that is called, and how it stands before. */
  readonly fulfils?: Pick<OrderView, 'kind' | 'times' | 'left' | 'until'> & { readonly title: string };
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
    // Who was chosen for one thing sees no more of the record: then it is what the patient chose to be called for that.
    const [given] = items.length > 0 ? [] : await givenFolders(session, patient);
    const name = items[0]?.title ?? given?.principalName;
    return name === undefined ? undefined : visible(name);
  } catch {
    return undefined; // a name is no reason to wait or to fail: the number of the account is shown
  }
}

/** What is carried out, as it stands now. @throws SalusError `not-found`, `order-over` */
async function carriedOut(session: Session, patient: string, id: string): Promise<WriteView['fulfils']> {
  const item = await requireItem(session, patient, id);
  const view = await orderOfItem(session, item);
  if (view?.standing !== 'open') throw orderOver();
  const { kind, times, left, until } = view;
  return { kind, times, left, until, title: visible(item.title) };
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** A provider's records for a patient who let them write. */
export function writePrompt({ storage, notify }: PromptParts, sync: () => Promise<void>): PromptKind<WriteView> {
  const paramsOf = (params: unknown) =>
    params as { patient: string; section: Section; order?: Terms; fulfils?: string };
  const orderIn = ({ orders }: Session, { order }: { order?: Terms }) => (orders === undefined ? undefined : order);
  /** Carries out what was ordered, orders, or writes and no more. */
  function write(session: Session, written: Written, params: ReturnType<typeof paramsOf>): Promise<LedgerRow> {
    const terms = orderIn(session, params);
    if (params.fulfils !== undefined) return fulfil(session, params.fulfils, written);
    if (terms !== undefined) return order(session, written, terms);
    return writeShared(session, written.patient, written.section, written.job);
  }
  return {
    async view({ approval, session }) {
      const params = paramsOf(approval.params);
      const { patient, section, fulfils: id } = params;
      const terms = orderIn(session, params);
      const [report, patientName, fulfils] = await Promise.all([
        storage.plan(approval.job ?? '', { digests: [] }, { into: section }),
        nameOfPatient(session, patient),
        id === undefined ? undefined : carriedOut(session, patient, id),
      ]);
      return {
        kind: 'write',
        patient,
        ...(patientName !== undefined && { patientName }),
        section,
        ...(terms && { order: terms }),
        ...(fulfils && { fulfils }),
        report,
      };
    },
    async carryOut({ approval, session }) {
      const params = paramsOf(approval.params);
      const { patient, section } = params;
      const row = await write(session, { patient, section, job: approval.job ?? '' }, params);
      await sync();
      const after = await storage.row(row.root);
      await notify(approval.origin, 'recordAdded', { patient, section });
      return { cid: row.root, transactionHash: after?.anchor?.transaction };
    },
  };
}
