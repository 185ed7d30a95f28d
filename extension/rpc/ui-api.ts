import * as v from 'valibot';
import { fromHex, toBase64 } from '../core/bytes.ts';
import { AccountNameSchema } from '../core/wallet/accounts.ts';
import { AccountKindSchema, type AccountKind, type Remembered } from '../core/wallet/sealed-state.ts';
import { SalusError } from '../core/errors.ts';
import { parseShown } from '../core/fhir/lossless.ts';
import { fromWords, newEntropy, toWords } from '../core/keys/mnemonic.ts';
import type { ImportReport } from '../core/records/importer.ts';
import type { Origin, RecordItem, Summary } from '../core/catalogue/model.ts';
import type { Page } from '../core/catalogue/sorted-list.ts';
import { cidFromDigest } from '../core/storage/cid.ts';
import type { LedgerRow } from '../core/storage/ledger.ts';
import { arrivals } from '../core/wallet/arrivals.ts';
import { checkCopies, copiesChecked, type CopiesChecked } from '../core/wallet/check-copies.ts';
import { commitOwnImport, planOwnImport } from '../core/wallet/import-records.ts';
import { namesIn, ownConsents } from '../core/wallet/sharing.ts';
import { networkKey, type Network } from '../core/network/descriptor.ts';
import type { NetworksPort, Progress, StoragePort } from '../core/wallet/ports.ts';
import { lookedAtAlarms } from '../core/wallet/alarms.ts';
import { keyKeepers, type KeyKeepers } from '../core/wallet/key-keepers.ts';
import { linkedItems, seriesOf } from '../core/wallet/links.ts';
import { lockAnew } from '../core/wallet/lock-anew.ts';
import { followOpenings } from '../core/wallet/follow-openings.ts';
import { badEntries, readRecord, type BadEntry, type Provenance } from '../core/wallet/records.ts';
import { activity, type ActivityEvent } from '../core/wallet/activity.ts';
import { overviewOf, type Overview } from '../core/wallet/overview.ts';
import { filteredOwn, measuredOwn, searchOwn, type Filter } from '../core/wallet/search.ts';
import { meaningOf, type CallMeaning } from '../core/registry/known-calls.ts';
import { replace, sentTransactions, type SentTransaction } from '../core/wallet/transactions.ts';
import type { Wallet, WalletStatus } from '../core/wallet/wallet.ts';
import type { Approval, Approvals } from './approvals.ts';
import type { Prompts, PromptView } from './prompts.ts';
import type { PromptChoice } from './prompts/kind.ts';
import { countSections, type SectionCount } from './section-counts.ts';
import { section, text } from './ui-arguments.ts';
import { createSharingCalls, SHARING_ARGUMENTS } from './ui-sharing.ts';
import { createLinkCalls, LINK_ARGUMENTS } from './ui-links.ts';
import { createResearchCalls, RESEARCH_ARGUMENTS } from './ui-research.ts';
import { createEmergencyCalls, EMERGENCY_ARGUMENTS } from './ui-emergency.ts';
import { createFamilyCalls, FAMILY_ARGUMENTS } from './ui-family.ts';
import { createDirectoryCalls, DIRECTORY_ARGUMENTS } from './ui-directory.ts';
import { APPOINTMENT_ARGUMENTS, createAppointmentCalls } from './ui-appointments.ts';
import { BILL_ARGUMENTS, createBillCalls } from './ui-bills.ts';
import { CARE_ARGUMENTS, createCareCalls } from './ui-care.ts';
import { createPatientCalls, PATIENT_ARGUMENTS } from './ui-patients.ts';
import { createProofCalls, PROOF_ARGUMENTS } from './ui-proof.ts';
import { createReadingCalls, READING_ARGUMENTS } from './ui-reading.ts';
import { createRearrangeCalls, REARRANGE_ARGUMENTS } from './ui-rearrange.ts';
import { createRecordCalls, RECORD_ARGUMENTS } from './ui-records.ts';
import { createSafetyCalls, SAFETY_ARGUMENTS, type SafetyParts } from './ui-safety.ts';
import { tellingChain } from './site-network.ts';
import { disconnect, forgetYes } from './site-permissions.ts';

export interface HomeView {
  readonly sections: readonly SectionCount[];
  readonly total: number;
  readonly overview: Overview;
  /** Entries that do not open, and those of which a part is still to be fetched. */
  readonly bad: number;
  readonly waiting: number;
  /** Added by others, and not decided on yet: the newest of them, and how many there are. */
  readonly arrived: readonly (RecordItem & { readonly authorName?: string })[];
  readonly arrivedCount: number;
  readonly copies: {
    readonly entries: number;
    /** Those of them that are in this browser. */
    readonly here: number;
    readonly durable: number;
    readonly anchored: number;
    readonly managers: number;
    readonly needed: number;
    /** What was found when they were last looked for. */
    readonly checked?: CopiesChecked;
  };
}

export interface OpenedRecord {
  readonly item: RecordItem;
  /** The resource, for FHIR; else the bytes in base64. */
  readonly content: { readonly resource: unknown } | { readonly base64: string };
  readonly provenance: Provenance;
  /** Where copies of its entry are. */
  readonly copies?: Pick<LedgerRow, 'replicas' | 'anchor' | 'bytes' | 'checked'>;
}

export interface UiParts extends Pick<SafetyParts, 'vault' | 'remove'> {
  readonly wallet: Wallet;
  readonly approvals: Approvals;
  readonly prompts: Prompts;
  readonly storage: StoragePort;
  readonly networks: NetworksPort;
  /** Tells pages of a site what changed. */
  readonly notify: (origin: string, event: string, data: unknown) => Promise<void>;
  /** Tells the wallet's own screens to look again. */
  readonly changed: () => void;
  /** Tells the person how many alarms there are that they have not seen. */
  readonly alarms: (count: number) => void;
}

const index = v.pipe(v.number(), v.safeInteger());
const filterSchema = v.object({
  section: v.optional(section),
  status: v.optional(v.picklist(['now', 'past'])),
  date: v.optional(text),
  by: v.optional(v.picklist(['me', 'others'])),
});
const choiceSchema = v.object({
  sections: v.optional(v.array(section)),
  until: v.optional(v.pipe(v.number(), v.safeInteger())),
  remember: v.optional(v.boolean()),
  name: v.optional(v.pipe(v.string(), v.maxLength(200))),
  fee: v.optional(v.pipe(v.string(), v.digits())),
});

/** Arguments of each call; the wallet's own pages are trusted, their messages are checked all the same. */
const ARGUMENTS = {
  status: v.tuple([]),
  newWords: v.tuple([]),
  create: v.tuple([text, text, v.optional(AccountKindSchema), v.boolean()]),
  setKind: v.tuple([AccountKindSchema]),
  useAccount: v.tuple([index]),
  addAccount: v.tuple([AccountNameSchema, AccountKindSchema]),
  renameAccount: v.tuple([index, AccountNameSchema]),
  removeAccount: v.tuple([index]),
  checkWords: v.tuple([text]),
  unlock: v.tuple([text]),
  lock: v.tuple([]),
  touch: v.tuple([]),
  checkCopies: v.tuple([]),
  home: v.tuple([]),
  records: v.tuple([filterSchema, v.optional(text)]),
  search: v.tuple([text, filterSchema]),
  measured: v.tuple([]),
  ...PATIENT_ARGUMENTS,
  ...CARE_ARGUMENTS,
  ...BILL_ARGUMENTS,
  ...APPOINTMENT_ARGUMENTS,
  ...EMERGENCY_ARGUMENTS,
  ...FAMILY_ARGUMENTS,
  badEntries: v.tuple([]),
  retryEntry: v.tuple([text, text]),
  openRecord: v.tuple([text, text]),
  linked: v.tuple([v.object({ author: text, source: v.optional(text) }), v.array(text)]),
  series: v.tuple([v.optional(text), text]),
  planImport: v.tuple([text]),
  commitImport: v.tuple([text]),
  importProgress: v.tuple([text]),
  cancelImport: v.tuple([text]),
  ...RECORD_ARGUMENTS,
  ...REARRANGE_ARGUMENTS,
  ...SHARING_ARGUMENTS,
  ...LINK_ARGUMENTS,
  ...RESEARCH_ARGUMENTS,
  ...DIRECTORY_ARGUMENTS,
  ...READING_ARGUMENTS,
  ...PROOF_ARGUMENTS,
  ...SAFETY_ARGUMENTS,
  sites: v.tuple([]),
  disconnectSite: v.tuple([text]),
  undoneSeen: v.tuple([]),
  remembered: v.tuple([]),
  forget: v.tuple([text, text]),
  activity: v.tuple([v.optional(text)]),
  askForOpenings: v.tuple([]),
  lookedAtAlarms: v.tuple([]),
  keyKeepers: v.tuple([]),
  lockAnew: v.tuple([]),
  brokenLogs: v.tuple([]),
  transactions: v.tuple([]),
  replaceTransaction: v.tuple([text, v.picklist(['speedUp', 'cancel'])]),
  networks: v.tuple([]),
  useNetwork: v.tuple([text]),
  removeNetwork: v.tuple([text]),
  pendingPrompts: v.tuple([]),
  prompt: v.tuple([text]),
  approve: v.tuple([text, choiceSchema]),
  reject: v.tuple([text]),
  rejectAll: v.tuple([]),
  syncNow: v.tuple([]),
} as const;
type Arguments = typeof ARGUMENTS;

/** The calls of the wallet's own screens. */
export function createUiApi(parts: UiParts) {
  const { wallet, approvals, prompts, storage, networks, notify, changed, alarms } = parts;
  // Plans whose import is not committed yet: job → report. Lost with the worker; the storage host, which keeps the file, is then
  // asked again.
  const plans = new Map<string, ImportReport>();

  const over = () => new SalusError('not-waiting', 'This request is no longer waiting.');
  const waiting = async (id: string): Promise<Approval> => {
    const approval = (await approvals.holds(id)) ? await approvals.get(id) : undefined;
    if (approval === undefined) throw over();
    return approval;
  };

  const copiesIn = ({ replicas, bytes, anchor, checked }: LedgerRow): OpenedRecord['copies'] => ({
    replicas,
    bytes,
    ...(anchor && { anchor }),
    ...(checked !== undefined && { checked }),
  });

  /** Of the record, not of what this browser happened to make itself. */
  const copiesOf = async ({ entries, anchored }: Summary): Promise<HomeView['copies']> => {
    const session = await wallet.session();
    const { client, address } = session;
    const { network } = client;
    const checked = await copiesChecked(session);
    const here = await storage.counts(address);
    return {
      entries,
      here: Math.min(here.entries, entries),
      durable: Math.min(here.durable, entries),
      anchored,
      managers: network.managers.length,
      needed: network.durableAt,
      ...(checked && { checked }),
    };
  };

  /**
   * From one account to another: what waits was asked of the one that is left, whose sites lose it; those of the other have it again
   * (EIP-1193 `accountsChanged`). No other page learns of it.
   */
  const goOver = async (change: () => Promise<void>): Promise<void> => {
    const sitesOf = async () => (await (await wallet.session()).state.read()).sites.map(({ origin }) => origin);
    const left = await sitesOf();
    await approvals.rejectAll();
    await approvals.forgetAnswers();
    plans.clear();
    await change();
    await approvals.expire();
    const entered = await sitesOf();
    const { address } = await wallet.session();
    const tell = tellingChain(networks, notify);
    for (const origin of new Set([...left, ...entered])) {
      await tell(origin, 'accountsChanged', entered.includes(origin) ? [address.toLowerCase()] : []);
    }
    changed();
  };

  const api = {
    ...createRecordCalls({ wallet, changed }),
    ...createRearrangeCalls({ wallet, changed }),
    ...createSharingCalls({ wallet, changed, notify }),
    ...createLinkCalls({ wallet, changed }),
    ...createResearchCalls({ wallet, changed }),
    ...createDirectoryCalls(wallet),
    ...createPatientCalls({ wallet, changed }),
    ...createCareCalls({ wallet, changed }),
    ...createBillCalls({ wallet, changed }),
    ...createAppointmentCalls({ wallet, changed }),
    ...createEmergencyCalls({ wallet, changed }),
    ...createFamilyCalls({ wallet, changed }),
    ...createReadingCalls(wallet, storage),
    ...createProofCalls(wallet),
    ...createSafetyCalls(parts),
    status: (): Promise<WalletStatus> => wallet.status(),
    /** Fresh recovery words; nothing is stored until they come back through `create`. */
    newWords: () => Promise.resolve(toWords(newEntropy())),
    /** In place of a damaged wallet it may be another person's: what was asked of that one is over. */
    async create(words: string, password: string, kind: AccountKind | undefined, confirmed: boolean): Promise<void> {
      await wallet.create(fromWords(words), password, kind, confirmed);
      await approvals.expire();
    },
    /** Of an account that the health network does not know. */
    setKind: (kind: AccountKind): Promise<void> => wallet.setKind(kind),
    useAccount: (to: number): Promise<void> => goOver(() => wallet.useAccount(to)),
    /** It is in use from then on. */
    addAccount: (name: string, kind: AccountKind): Promise<void> => goOver(() => wallet.addAccount(name, kind)),
    renameAccount: (of: number, name: string): Promise<void> => wallet.renameAccount(of, name),
    removeAccount: (of: number): Promise<void> => wallet.removeAccount(of),
    /** Throws `bad-words` saying what is wrong. */
    checkWords: (words: string): Promise<number> => Promise.resolve(fromWords(words).length),
    unlock: (password: string): Promise<void> => wallet.unlock(password),
    /** No consent survives: what waits is rejected before the keys are dropped. */
    async lock(): Promise<void> {
      await approvals.rejectAll();
      await approvals.forgetAnswers();
      await wallet.lock();
    },
    touch: (): Promise<void> => wallet.touch(),
    syncNow: (): Promise<void> => wallet.sync(),

    /** Looks for copies now, and sends again what was lost. */
    async checkCopies(): Promise<CopiesChecked | undefined> {
      const session = await wallet.session();
      const found = await checkCopies(session, true);
      if ((found?.lost ?? 0) > 0) await wallet.sync();
      changed();
      return found;
    },

    async home(): Promise<HomeView> {
      const session = await wallet.session();
      const today = new Date(session.now()).toISOString().slice(0, 10);
      const [{ summary }, { items: arrived, count }, overview] = await Promise.all([
        session.catalogue.head(),
        arrivals(session),
        overviewOf(session, today),
      ]);
      const names = arrived.length > 0 ? namesIn(await ownConsents(session)) : new Map<string, string>();
      return {
        sections: countSections(summary),
        total: summary.total,
        overview,
        bad: summary.bad,
        waiting: summary.waiting,
        arrived: arrived.map((i) => ({ ...i, ...(names.has(i.author) && { authorName: names.get(i.author) }) })),
        arrivedCount: count,
        copies: await copiesOf(summary),
      };
    },
    /** @param before as the page before gave it in `next` */
    async records(filter: Filter, before?: string): Promise<Page<RecordItem>> {
      return filteredOwn(await wallet.session(), filter, { before });
    },
    async search(typed: string, filter: Filter): Promise<readonly RecordItem[]> {
      return searchOwn(await wallet.session(), typed, filter);
    },
    /** What was measured, to be compared. */
    async measured(): Promise<readonly RecordItem[]> {
      return measuredOwn(await wallet.session());
    },
    /** What does not open, and why. */
    async badEntries(): Promise<BadEntry[]> {
      return badEntries(await wallet.session());
    },
    async retryEntry(registry: string, id: string): Promise<void> {
      const session = await wallet.session();
      const entry = await session.catalogue.entry(registry, id);
      if (entry !== undefined) await session.catalogue.retry(entry);
      changed();
    },
    async openRecord(patient: string, id: string): Promise<OpenedRecord> {
      const session = await wallet.session();
      const { item, bytes, provenance } = await readRecord(session, patient, id);
      const fhir = item.mediaType === 'application/fhir+json';
      const content = fhir ? { resource: parseShown(new TextDecoder().decode(bytes)) } : { base64: toBase64(bytes) };
      const entry = await session.catalogue.entry(item.registry, id.split('/')[0] ?? '');
      const row = entry && (await storage.row(cidFromDigest(fromHex(entry.cid)).toString()));
      return {
        item,
        content,
        provenance,
        ...(row && { copies: copiesIn(row) }),
      };
    },

    /** Items of the own record that references of one of its records point to. */
    async linked(origin: Origin, references: readonly string[]): Promise<Record<string, RecordItem>> {
      return linkedItems(await wallet.session(), origin, references);
    },
    /** What was measured under a code, or under a title where there is none. */
    async series(code: string | undefined, title: string): Promise<readonly RecordItem[]> {
      return seriesOf(await wallet.session(), { title, ...(code !== undefined && { code }) });
    },

    async planImport(job: string): Promise<ImportReport> {
      const report = await planOwnImport(await wallet.session(), job);
      plans.set(job, report);
      return report;
    },
    async commitImport(job: string): Promise<number> {
      const session = await wallet.session();
      const rows = await commitOwnImport(session, job, plans.get(job) ?? (await planOwnImport(session, job)));
      plans.delete(job);
      changed();
      void wallet.sync();
      return rows.length;
    },
    importProgress: (job: string): Promise<Progress | undefined> => storage.progress(job),
    async cancelImport(job: string): Promise<void> {
      plans.delete(job);
      await storage.cancel(job);
    },

    async sites() {
      return (await (await wallet.session()).state.read()).sites;
    },
    async disconnectSite(origin: string): Promise<void> {
      const session = await wallet.session();
      await disconnect(session, origin);
      await approvals.rejectAll(origin);
      changed();
      await tellingChain(networks, notify)(origin, 'accountsChanged', []);
    },
    async undoneSeen(): Promise<void> {
      const session = await wallet.session();
      await session.state.update((s) => ({ ...s, undone: [] }));
      changed();
    },
    /** What the person need not be asked again, those that are over left out. */
    async remembered(): Promise<Remembered[]> {
      const session = await wallet.session();
      return (await session.state.read()).remembered.filter((r) => r.until > session.now() / 1000);
    },
    async forget(origin: string, recipient: string): Promise<void> {
      await forgetYes(await wallet.session(), { origin, recipient });
      changed();
    },
    /** @param before as the page before gave it in `next` */
    async activity(before?: string): Promise<Page<ActivityEvent>> {
      return activity(await wallet.session(), { before });
    },
    /** Asks those who keep the keys what they wrote down since; screens are told of what is new. */
    async askForOpenings(): Promise<void> {
      if (await followOpenings(await wallet.session())) changed();
    },
    /** The person looks at what happened. */
    async lookedAtAlarms(): Promise<void> {
      await lookedAtAlarms(await wallet.session());
      alarms(0);
    },
    async keyKeepers(): Promise<KeyKeepers | undefined> {
      return keyKeepers(await wallet.session());
    },
    /** @returns how many sections were locked */
    async lockAnew(): Promise<number> {
      const locked = await lockAnew(await wallet.session());
      void wallet.sync();
      changed();
      return locked;
    },
    /** Those who keep the keys and whose log of openings does not fit what it said before or elsewhere, or that no other confirms. */
    async brokenLogs(): Promise<readonly string[]> {
      const session = await wallet.session();
      const { logHeads } = await session.state.read();
      const broken = logHeads.filter((head) => head.broken === true || head.unconfirmed).map(({ keeper }) => keeper);
      const keepers = session.network.custody?.keepers ?? [];
      return keepers.filter(({ account }) => broken.includes(account)).map(({ operator }) => operator);
    },

    /** What this wallet sent, and what each is for. */
    async transactions(): Promise<(SentTransaction & { readonly meaning: CallMeaning })[]> {
      const session = await wallet.session();
      const sent = await sentTransactions(session);
      return sent.map((one) => ({ ...one, meaning: meaningOf(session.network, one.to, one.data) }));
    },
    /** Sends another in its place: the same for a higher fee, or nothing. @returns its hash */
    async replaceTransaction(hash: string, how: 'speedUp' | 'cancel'): Promise<string> {
      return replace(await wallet.session(), hash, how);
    },

    async networks(): Promise<{ key: string; network: Network; inUse: boolean; own: boolean }[]> {
      const inUse = networkKey(networks.current);
      const all = await networks.list();
      return all.map((network, i) => {
        const key = networkKey(network);
        return { key, network, inUse: key === inUse, own: i === 0 };
      });
    },
    useNetwork: (key: string): Promise<void> => networks.choose(key),
    async removeNetwork(key: string): Promise<void> {
      if (key === networkKey(networks.current)) throw new SalusError('bad-request', 'This network is in use.');
      await networks.remove(key);
      changed();
    },

    async pendingPrompts(): Promise<{ id: string; kind: string; origin: string }[]> {
      return (await approvals.pending()).map(({ id, kind, origin }) => ({ id, kind, origin }));
    },
    async prompt(id: string): Promise<PromptView> {
      return prompts.view(await waiting(id));
    },
    /** Carries out an approval. An error leaves the request open, so that the person may try again or reject. */
    async approve(id: string, choice: PromptChoice): Promise<void> {
      const approval = await waiting(id);
      if (!(await approvals.isAwaited(id))) {
        await approvals.reject(id);
        throw over();
      }
      await approvals.once(id, () => prompts.carryOut(approval, choice)).finally(changed);
    },
    reject: (id: string): Promise<void> => approvals.refuse(id),
    /** Clears the table; no site is held to account for it. */
    rejectAll: (): Promise<void> => approvals.rejectAll(),
  };
  return api satisfies Record<keyof Arguments, unknown>;
}

export type UiApi = ReturnType<typeof createUiApi>;

/** Checks a message of the wallet's own pages and makes the call. @throws SalusError `bad-request` */
export async function callUiApi(api: UiApi, method: string, args: unknown): Promise<unknown> {
  if (!Object.hasOwn(ARGUMENTS, method)) throw new SalusError('bad-request', 'There is no such call.');
  const name = method as keyof Arguments;
  // A JSON message turns a missing optional argument into null.
  const given = Array.isArray(args) ? (args as unknown[]).map((a) => a ?? undefined) : [];
  const parsed = v.safeParse(ARGUMENTS[name], given);
  if (!parsed.success) throw new SalusError('bad-request', 'This call was not understood.');
  const calls = api as unknown as Record<string, (...values: readonly unknown[]) => Promise<unknown>>;
  return calls[name]?.(...parsed.output);
}
