import type { Receipt } from '../../core/consent/receipt.ts';
import { findRemembered, isSame, mayRemember, remember, type Question } from '../../core/consent/remembered.ts';
import { SalusError } from '../../core/errors.ts';
import { SELECTION } from '../../core/records/sections.ts';
import { Role } from '../../core/registry/abi.ts';
import { ownSection, type RecordItem, type Summary } from '../../core/catalogue/model.ts';
import { isMeant, type Rule } from '../../core/consent/rule.ts';
import { fillSelections, selectionFor } from '../../core/wallet/selections.ts';
import { giveInTurn } from '../../core/wallet/give-consent.ts';
import { ownName } from '../../core/wallet/overview.ts';
import { ownConsents, type ConsentView } from '../../core/wallet/sharing.ts';
import type { Session } from '../../core/wallet/session.ts';
import { recipientTrust, siteTrust, type RecipientTrust } from '../../core/wallet/trust.ts';
import { askedUntil, sectionsOf, type AccessRequest } from '../params/health.ts';
import { countOf, type SectionCount } from '../section-counts.ts';
import { connectSite } from './connect.ts';
import type { PromptKind, PromptParts } from './kind.ts';

/** A section that is asked for, and how much of it. */
export interface AskedSection extends Omit<SectionCount, 'newest'> {
  readonly newest?: string | undefined;
  /** Where only some of its records are asked for: what the newest of them are called. */
  readonly examples?: readonly string[];
}

export interface AccessView {
  readonly kind: 'access';
  readonly request: AccessRequest;
  readonly recipient: RecipientTrust;
  readonly sections: readonly AskedSection[];
  /** What the person is called by their own record. */
  readonly ownName?: string;
  /** How many of those who keep the keys must agree to each opening; absent on a network where nobody keeps them. */
  readonly keepers?: { readonly needed: number; readonly of: number };
}

export const accessPrompt = (parts: PromptParts, sync: () => Promise<void>): PromptKind<AccessView> => ({
  async view({ approval, session }, site) {
    const request = approval.params as AccessRequest;
    const [{ summary }, recipient, name] = await Promise.all([
      session.catalogue.head(),
      recipientTrust(session, parts.storage, request.recipient.address, site),
      ownName(session),
    ]);
    const counts = await countsOf(session, request, summary);
    // A payer is given nothing that the person did not tick.
    const sections = recipient.role === Role.Payer ? counts.map((one) => ({ ...one, ticked: false })) : counts;
    const { custody } = session.network;
    const keepers = custody && { needed: custody.threshold, of: custody.keepers.length };
    return {
      kind: 'access',
      request,
      recipient,
      sections,
      ...(name && { ownName: name }),
      ...(keepers && { keepers }),
    };
  },

  async carryOut({ approval, session }, choice) {
    const request = approval.params as AccessRequest;
    const { origin } = approval;
    // The person may narrow what was asked, never widen it.
    const sections = sectionsOf(request).filter((s) => choice.sections?.includes(s));
    if (sections.length === 0) throw new SalusError('bad-request', 'Choose at least one section to share.');
    const now = Math.floor(session.now() / 1000);
    const until = Math.min(choice.until ?? Infinity, askedUntil(request, now));
    if (until <= now) throw new SalusError('bad-request', 'Choose an end that lies ahead.');
    // In one turn with the giving: who ends it afterwards ends this, too.
    const given = await session.oneReader(request.recipient.address, async () => {
      const name = choice.name?.trim();
      const given = await giveAccess(session, origin, { ...request, sections }, until, name);
      if (choice.remember && isPlain(request))
        await rememberYes(parts, session, origin, { ...request, sections }, until, name);
      return given;
    });
    if (request.records !== undefined && (await fillSelections(session))) void sync();
    return told(parts, session, origin, given);
  },
});

/** What is asked for of the record, and nothing that it leaves open. */
const isPlain = ({ records, optional }: AccessRequest): boolean => records === undefined && optional === undefined;

/** How much of each section is asked for. Where only some records are, they are counted. */
async function countsOf(session: Session, request: AccessRequest, summary: Summary): Promise<AskedSection[]> {
  const { optional = [], records } = request;
  return Promise.all(
    sectionsOf(request).map(async (section) => {
      const all = countOf(summary, section);
      const of =
        records === undefined ? all : { ...all, ...(await meantIn(session, { ...records, sections: [section] })) };
      return { ...of, ticked: of.ticked && !optional.includes(section) };
    }),
  );
}

/** Items that are counted one by one. */
const MOST_COUNTED = 1_000;
const MOST_EXAMPLES = 3;

async function meantIn(session: Session, rule: Rule): Promise<Pick<AskedSection, 'count' | 'newest' | 'examples'>> {
  const [section] = rule.sections;
  if (section === undefined) return { count: 0, newest: undefined, examples: [] };
  const where = (item: RecordItem) => isMeant(item, rule);
  const { items } = await ownSection(section).page(session.catalogue.rows, MOST_COUNTED, { where });
  const titles = new Set(items.map(({ title }) => title));
  return { count: items.length, newest: items[0]?.date, examples: [...titles].slice(0, MOST_EXAMPLES) };
}

type Given = Awaited<ReturnType<typeof giveInTurn>>;

/** Carries out a yes, in the reader's turn. */
async function giveAccess(
  session: Session,
  origin: string,
  request: AccessRequest,
  until: number,
  principalName?: string,
): Promise<Given> {
  const { sections, records } = request;
  const selection = records && (await selectionFor(session, { ids: [], rule: { ...records, sections } }));
  return giveInTurn(session, {
    principalName,
    origin,
    recipient: request.recipient.address,
    ...(request.recipient.name && { recipientName: request.recipient.name }),
    purpose: request.purpose,
    reason: request.reason,
    sections: selection ? [] : sections,
    selection,
    rights: request.rights,
    until,
  });
}

/** Says what was given to the site. @returns what the page gets */
async function told({ notify }: PromptParts, session: Session, origin: string, { consent, patient }: Given) {
  await connectSite({ notify }, session, origin);
  await notify(origin, 'consentChanged', { consentId: consent.consentId, live: true });
  return answerOf(consent, patient);
}

/** A consent as the page that asked for it gets it. */
const answerOf = (
  { consentId, receipt, transaction }: Pick<ConsentView, 'consentId' | 'transaction'> & { readonly receipt: Receipt },
  patient: string,
) => ({
  consentId,
  patient: patient.toLowerCase(),
  folders: receipt.sections,
  purpose: receipt.purpose,
  until: receipt.until,
  receipt: consentId,
  transactionHash: transaction,
});

const toQuestion = ({ origin, recipient, purpose, rights, sections }: Receipt): Question => ({
  origin,
  recipient,
  purpose,
  rights,
  sections: [...new Set(sections.flatMap(({ section }) => (section === SELECTION ? [] : [section])))],
});

const questionOf = (origin: string, { recipient, purpose, rights, sections }: AccessRequest): Question => ({
  origin,
  recipient: recipient.address,
  purpose,
  rights,
  sections,
});

/** The hospital that vouches for both the site and the recipient, as of now. */
async function commonHospital(
  { storage }: PromptParts,
  session: Session,
  origin: string,
  recipient: string,
): Promise<string | undefined> {
  const site = siteTrust(session, storage, origin);
  const { active, vouchedBy } = await recipientTrust(session, storage, recipient, site);
  return active && vouchedBy?.sameAsSite ? vouchedBy.address : undefined;
}

async function rememberYes(
  parts: PromptParts,
  session: Session,
  origin: string,
  request: AccessRequest,
  until: number,
  principalName?: string,
): Promise<void> {
  const now = session.now() / 1000;
  const hospital = await commonHospital(parts, session, origin, request.recipient.address);
  if (hospital === undefined || !mayRemember(request.sections, until, now)) return;
  const { name } = request.recipient;
  const names = { ...(name && { recipientName: name }), ...(principalName && { principalName }) };
  const one = { ...questionOf(origin, request), hospital, until, ...names };
  await session.state.update((s) => ({ ...s, remembered: remember(s.remembered, one, now) }));
}

/**
 * Answers a request from a yes that the person said to hold for it, while the same hospital still vouches for all of it.
 * @returns undefined when the person is to be asked
 */
export async function answerFromRemembered(
  parts: PromptParts,
  session: Session,
  origin: string,
  request: AccessRequest,
): Promise<unknown> {
  const now = Math.floor(session.now() / 1000);
  if (!isPlain(request)) return undefined;
  const { remembered } = await session.state.read();
  const yes = findRemembered(remembered, questionOf(origin, request), now);
  if (yes === undefined) return undefined;
  if ((await commonHospital(parts, session, origin, yes.recipient)) !== yes.hospital) return undefined;
  const until = Math.min(askedUntil(request, now), yes.until);
  const given = await session.oneReader(yes.recipient, async () => {
    // It may have been taken back while this waited for its turn.
    const { remembered } = await session.state.read();
    if (findRemembered(remembered, yes, now) === undefined) return undefined;
    // What was given stands as a rule, and is given only once however often a site asks.
    const standing = (await ownConsents(session)).find(
      ({ receipt, live }) => receipt && live.length > 0 && receipt.until >= until && isSame(toQuestion(receipt), yes),
    );
    if (standing?.receipt !== undefined) return { standing: { ...standing, receipt: standing.receipt } };
    return giveAccess(session, origin, request, until, yes.principalName);
  });
  if (given === undefined) return undefined;
  return 'standing' in given ? answerOf(given.standing, session.address) : told(parts, session, origin, given);
}
