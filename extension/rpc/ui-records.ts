import * as v from 'valibot';
import { ownSection, type RecordItem } from '../core/catalogue/model.ts';
import type { Page } from '../core/catalogue/sorted-list.ts';
import { holdsNow } from '../core/fhir/present/status.ts';
import { MARK_KINDS, MOST_MARK_TEXT, type MarkKind } from '../core/records/marks.ts';
import { arrivals, keepArrivals } from '../core/wallet/arrivals.ts';
import { recordedText, saveByHand } from '../core/wallet/by-hand.ts';
import { draftOf, keepDraft } from '../core/wallet/drafts.ts';
import { sharedRecords } from '../core/wallet/records.ts';
import { OUT_LISTS, outEntry, outPage, type OutEntry, type OutList } from '../core/wallet/take-out.ts';
import { addMark, besideOf, hiddenItems, type Beside } from '../core/wallet/marks.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { text, written } from './ui-arguments.ts';

/** Allergies and medicines that are looked through for warnings. */
const MOST_CHECKED = 200;

const valuesSchema = v.record(text, v.pipe(v.string(), v.maxLength(20_000)));

/** Arguments of the calls of {@link createRecordCalls}. */
export const RECORD_ARGUMENTS = {
  saveByHand: v.tuple([written, v.optional(text)]),
  recordedText: v.tuple([text]),
  draft: v.tuple([text]),
  keepDraft: v.tuple([text, v.optional(valuesSchema)]),
  addMark: v.tuple([text, v.picklist(MARK_KINDS), v.optional(v.pipe(v.string(), v.maxLength(MOST_MARK_TEXT)))]),
  beside: v.tuple([text, text]),
  hiddenRecords: v.tuple([v.optional(text)]),
  arrivalCount: v.tuple([]),
  keepArrivals: v.tuple([v.optional(v.array(text))]),
  checkable: v.tuple([v.optional(text)]),
  outPage: v.tuple([text, v.picklist(OUT_LISTS), v.optional(text)]),
  outEntry: v.tuple([text, text]),
} as const;

interface RecordParts {
  readonly wallet: Wallet;
  readonly changed: () => void;
}

/** The calls of the wallet's own screens by which a person adds to the own record and says something of it. */
export function createRecordCalls({ wallet, changed }: RecordParts) {
  /** What was sealed goes out by itself. */
  const sealed = (): void => {
    changed();
    void wallet.sync();
  };
  return {
    /** @param json a FHIR resource. @param replaces id of the item that it corrects. @returns false where it is there already */
    async saveByHand(json: string, replaces?: string): Promise<boolean> {
      const taken = await saveByHand(await wallet.session(), json, replaces);
      if (taken) sealed();
      return taken;
    },
    /** A resource of the own record, letter by letter. */
    async recordedText(id: string): Promise<string> {
      return recordedText(await wallet.session(), id);
    },
    /** @param form kind of the form, or id of the item that is corrected */
    async draft(form: string): Promise<Readonly<Record<string, string>> | undefined> {
      return draftOf(await wallet.session(), form);
    },
    /** @param values absent throws it away */
    async keepDraft(form: string, values?: Readonly<Record<string, string>>): Promise<void> {
      await keepDraft(await wallet.session(), form, values);
    },
    async addMark(id: string, kind: MarkKind, said = ''): Promise<void> {
      const session = await wallet.session();
      await addMark(session, id, kind, said);
      // Whoever says something of what arrived has looked at it.
      await keepArrivals(session, [id]);
      sealed();
    },
    async beside(patient: string, id: string): Promise<Beside> {
      return besideOf(await wallet.session(), patient, id);
    },
    /** @param before as the page before gave it in `next` */
    async hiddenRecords(before?: string): Promise<Page<RecordItem>> {
      return hiddenItems(await wallet.session(), before);
    },
    /** Ids of the entries of one of the lists. @param owner whose record it is */
    async outPage(owner: string, of: OutList, before?: string): Promise<Page<string>> {
      return outPage(await wallet.session(), owner, of, before);
    },
    async outEntry(owner: string, id: string): Promise<OutEntry | undefined> {
      return outEntry(await wallet.session(), owner, id);
    },
    async arrivalCount(): Promise<number> {
      return (await arrivals(await wallet.session())).count;
    },
    /** @param ids all that there are, where they are not named */
    async keepArrivals(ids?: readonly string[]): Promise<void> {
      await keepArrivals(await wallet.session(), ids);
      changed();
    },
    /** What warnings are looked for in: what holds now. @param patient somebody else: of what was opened of their record */
    async checkable(patient?: string): Promise<{ allergies: readonly RecordItem[]; medicines: readonly RecordItem[] }> {
      const session = await wallet.session();
      const [allergies = [], medicines = []] = await Promise.all(
        (['allergies', 'medications'] as const).map(async (section) => {
          const { items } =
            patient === undefined
              ? await ownSection(section).page(session.catalogue.rows, MOST_CHECKED)
              : await sharedRecords(session, { patient, limit: MOST_CHECKED, use: { within: section } });
          return items.filter(({ status }) => holdsNow(status));
        }),
      );
      return { allergies, medicines };
    },
  };
}
