import { PURPOSE_BITS, type Purpose } from '../consent/purposes.ts';
import { requirePayersTerms } from '../consent/payer.ts';
import { BY_PATIENT, newReceipt } from '../consent/receipt.ts';
import { SalusError } from '../errors.ts';
import type { FolderKind } from '../records/sections.ts';
import { Right } from '../registry/abi.ts';
import type { Grant } from '../registry/client.ts';
import { NonceKey } from '../registry/signed-calls.ts';
import { act, orUnknown } from './act.ts';
import { findConsent, type ConsentKey } from './end-consent.ts';
import { keyOfReader } from './give-consent.ts';
import { publishConsent } from './publish-consent.ts';
import type { Deployment, Session } from './session.ts';
import { givenFolders, ownConsents, type ConsentView, type GivenFolder } from './sharing.ts';
import { isAsSigned, lookAfter } from './unsettled.ts';

/** Calls that a manager brings in one transaction. */
const MOST_CALLS = 16;

/** What a delegate gives somebody in a patient's place: reading, and nothing else. */
export interface InPlace {
  /** Accounts, with their checksums. */
  readonly patient: string;
  readonly recipient: string;
  readonly recipientName?: string | undefined;
  /** At least one. */
  readonly sections: readonly FolderKind[];
  readonly purpose: Purpose;
  readonly reason: string;
  /** Unix seconds. */
  readonly until: number;
}

/**
 * Gives access in a patient's place, by one signature that a manager brings. The receipt is sealed to the patient, the recipient and
 * this account.
 * @throws SalusError `beyond-delegation` for a section, a purpose or an end that this account was not given to pass on; `already-given`
 * where the recipient has some of it; `bad-request`, `not-a-member`, `no-recipient-key`, `payer-forbidden`, `managers-unreachable`,
 * `sponsor-refused`: then nothing was given; `outcome-unknown`
 */
export function giveInPlace(session: Session, wish: InPlace): Promise<void> {
  return session.oneReader(wish.recipient, () => giveInTurn(session, wish));
}

async function giveInTurn(session: Session, wish: InPlace): Promise<void> {
  await session.catalogue.sync();
  const grants = await passedOn(session, wish);
  const { newest } = session;
  const { client, registry } = newest;
  const { patient, recipient, recipientName, purpose, reason, until } = wish;
  const members = await Promise.all([recipient, patient].map((one) => client.member(one)));
  if (members[0]) requirePayersTerms(members[0].role, { ...wish, rights: ['read'] });
  const standing = () => Promise.all(grants.map(({ folder }) => client.grant(patient, recipient, folder)));
  const before = await standing();
  const now = await session.catalogue.time();
  // The chain refuses it, and the patient's word stands before a delegate's.
  if (before.some((grant) => grant.rights !== 0 && grant.until > now)) {
    throw new SalusError('already-given', 'Only the person themselves can change what was given. Leave it out.');
  }
  const { principalName } = grants.toSorted((a, b) => b.block - a.block)[0] ?? {};
  const receipt = newReceipt({
    principal: patient,
    ...(principalName && { principalName }),
    recipient,
    ...(recipientName && { recipientName }),
    delegate: session.address,
    origin: BY_PATIENT,
    ...{ purpose, reason, until },
    sections: grants.map(({ section, folder }) => ({ section, folder })),
    rights: ['read'],
    issued: Math.floor(session.now() / 1000),
    chainId: session.network.chainId,
    registry,
  });
  const content = { context: 'salus/consent/v3' as const, registry, patient, receipt };
  const digest = await publishConsent(session, content, members.map(keyOfReader));
  const [purposes, rights] = [PURPOSE_BITS[purpose], Right.Read];
  const terms = grants.map(({ folder }) => {
    return { grantee: recipient, folder, from: 0, until, purposes, rights };
  });
  const signed = [await newest.calls.grantAs(patient, terms, digest)];
  const isNew = (grant: Grant, i: number) => grant.changed !== before[i]?.changed;
  await act(
    session,
    newest,
    signed,
    async () => (await standing()).every(isNew) && (await isAsSigned(session, newest, signed)),
  );
  await orUnknown(() => session.catalogue.sync());
  await lookAfter(session, { kind: 'given', recipient, patient, registry, calls: signed });
}

/** What this account was given of each section to pass on, where the wish is within it. @throws SalusError `beyond-delegation` */
async function passedOn(
  session: Session,
  { patient, recipient, sections, purpose, until }: InPlace,
): Promise<GivenFolder[]> {
  if (recipient === patient || until <= (await session.catalogue.time())) {
    throw new SalusError('bad-request', 'Choose somebody else than the patient, and an end that lies ahead.');
  }
  const registry = session.newest.registry.toLowerCase();
  const given = (await givenFolders(session, patient)).filter(
    (grant) =>
      grant.registry === registry &&
      (grant.rights & Right.Share) !== 0 &&
      (grant.purposes & PURPOSE_BITS[purpose]) !== 0 &&
      grant.until >= until,
  );
  return sections.map((section) => {
    const grant = given.find((one) => one.section === section);
    if (grant === undefined) {
      throw new SalusError('beyond-delegation', 'Choose fewer sections, an earlier end, or another purpose.');
    }
    return grant;
  });
}

/** What is ended of one reader. */
type End = Pick<ConsentView, 'recipient' | 'live'>;

/**
 * Ends what a delegate was given, and all that the delegate gave of it that still stands, by one transaction. What the delegate gives
 * while this is under way is ended after it.
 * @returns the consent that ended
 * @throws SalusError `not-found`, `outcome-unknown`, `sponsor-refused`
 */
export async function endDelegate(session: Session, key: ConsentKey): Promise<ConsentView> {
  const consent = await findConsent(session, key);
  if (consent === undefined) throw new SalusError('not-found', 'There is no such permission.');
  const deployment = session.deployment(consent.registry);
  const folders = consent.live;
  await endOnce(session, deployment, consent, folders);
  // The delegate gives nothing more from here on: what was given meanwhile is all there is.
  await endOnce(session, deployment, consent, folders);
  return consent;
}

/** What stands of some folders: of the delegate, and of each to whom the delegate gave them. */
async function endsOf(
  session: Session,
  { registry, recipient }: ConsentView,
  folders: readonly number[],
): Promise<End[]> {
  const isDelegate = (address: string | undefined) => address?.toLowerCase() === recipient.toLowerCase();
  const consents = (await ownConsents(session)).filter(
    (one) => one.registry === registry && (isDelegate(one.recipient) || isDelegate(one.by)),
  );
  const ends = [...Map.groupBy(consents, (one) => one.recipient)].map(([reader, some]): End => {
    const live = some.flatMap((one) => one.live.filter((folder) => folders.includes(folder)));
    return { recipient: reader, live: [...new Set(live)] };
  });
  // The delegate first: should there be more than one transaction, nothing is given between them.
  const first = (end: End) => (isDelegate(end.recipient) ? 0 : 1);
  return ends.filter(({ live }) => live.length > 0).sort((a, b) => first(a) - first(b));
}

/** In one transaction, or as many as are needed. */
async function endOnce(
  session: Session,
  deployment: Deployment,
  consent: ConsentView,
  folders: readonly number[],
): Promise<void> {
  const readers = (await endsOf(session, consent, folders)).map(({ recipient }) => recipient);
  await inTurns(session, readers.sort(), async () => {
    // Another act for one of them may have changed it meanwhile; who came to be one is found by the next round.
    const ends = (await endsOf(session, consent, folders)).filter(({ recipient }) => readers.includes(recipient));
    const { calls, registry } = deployment;
    for (let i = 0; i < ends.length; i += MOST_CALLS) {
      const some = ends.slice(i, i + MOST_CALLS);
      // Each in a sequence of its own, so that each can be brought again by itself.
      const signed = await Promise.all(
        some.map(({ recipient, live }) =>
          calls.revoke(recipient, live, (BigInt(recipient) << 8n) | NonceKey.Revocation),
        ),
      );
      await act(session, deployment, signed, () => isAsSigned(session, deployment, signed));
      // They have ended, whether or not the list can say so yet.
      await orUnknown(() => session.catalogue.sync());
      for (const [j, { recipient }] of some.entries()) {
        await lookAfter(session, { kind: 'ended', recipient, registry, calls: signed.slice(j, j + 1) });
      }
    }
  });
}

/** In a turn of each reader, always in the same order, so that no two wait for one another. */
function inTurns<T>(session: Session, [first, ...others]: readonly string[], work: () => Promise<T>): Promise<T> {
  return first === undefined ? work() : session.oneReader(first, () => inTurns(session, others, work));
}
