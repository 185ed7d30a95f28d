import { randomId } from '../bytes.ts';
import { PURPOSE_BITS, type Purpose } from '../consent/purposes.ts';
import { BY_PATIENT, type Receipt } from '../consent/receipt.ts';
import { noConsent, SalusError } from '../errors.ts';
import type { FolderKind } from '../records/sections.ts';
import { Right } from '../registry/abi.ts';
import type { Grant } from '../registry/client.ts';
import { NonceKey } from '../registry/signed-calls.ts';
import { act, orUnknown } from './act.ts';
import { findConsent, type ConsentKey } from './end-consent.ts';
import { publishConsent } from './publish-consent.ts';
import type { Deployment, Session } from './session.ts';
import { givenFolders, ownConsents, type ConsentView, type GivenFolder } from './sharing.ts';
import { isAsSigned, lookAfter } from './unsettled.ts';

/** Calls that a manager brings in one transaction. */
const MOST_CALLS = 16;

/** What a delegate gives somebody in a patient's place: reading, and nothing else. */
export interface InPlace {
  readonly patient: string;
  readonly recipient: string;
  readonly recipientName?: string | undefined;
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
 * where the recipient has some of it; `bad-request`, `not-a-member`, `no-recipient-key`, `no-consent`, `managers-unreachable`,
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
  const [recipient, patient] = await Promise.all([client.member(wish.recipient), client.member(wish.patient)]);
  if (!recipient.active)
    throw new SalusError('not-a-member', 'This recipient is not registered in the health network.');
  const keys = [recipient, patient].flatMap(({ encryptionKey }) => encryptionKey ?? []);
  if (keys.length < 2) {
    throw new SalusError(
      'no-recipient-key',
      'One of the two has not finished setting up. Ask them to open their wallet.',
    );
  }
  const standing = () =>
    Promise.all(grants.map(({ folder }) => client.grant(patient.address, recipient.address, folder)));
  const before = await standing();
  await requireNothingThere(session, wish, grants, before);
  const receipt = receiptOf(session, wish, grants);
  const content = { context: 'salus/consent/v3' as const, registry, patient: patient.address, receipt };
  const digest = await publishConsent(session, content, keys);
  const terms = grants.map(({ folder }) => ({
    ...{ grantee: recipient.address, folder, from: 0, until: wish.until },
    ...{ purposes: PURPOSE_BITS[wish.purpose], rights: Right.Read },
  }));
  const signed = [await newest.calls.grantAs(patient.address, terms, digest)];
  const isNew = (grant: Grant, i: number) => grant.changed !== before[i]?.changed;
  await act(
    session,
    newest,
    signed,
    async () => (await standing()).every(isNew) && (await isAsSigned(session, newest, signed)),
  );
  const of = { kind: 'given', recipient: recipient.address, patient: patient.address } as const;
  await lookAfter(session, { ...of, registry, calls: signed });
}

/** What this account was given of each section to pass on, where the wish is within it. @throws SalusError `beyond-delegation` */
async function passedOn(session: Session, wish: InPlace): Promise<GivenFolder[]> {
  const { patient, recipient, sections, purpose, until } = wish;
  if (sections.length === 0) throw new SalusError('bad-request', 'Choose what is to be shown.');
  if ([session.address, patient].some((one) => one.toLowerCase() === recipient.toLowerCase())) {
    throw new SalusError('bad-request', 'Choose somebody else: neither yourself nor the person whose record it is.');
  }
  if (until <= (await session.catalogue.time())) throw new SalusError('bad-request', 'Choose an end that lies ahead.');
  const registry = session.newest.registry.toLowerCase();
  const given = (await givenFolders(session, patient)).filter((grant) => grant.registry === registry);
  return sections.map((section) => {
    const isWithin = (grant: GivenFolder) =>
      grant.section === section &&
      (grant.rights & Right.Share) !== 0 &&
      (grant.purposes & PURPOSE_BITS[purpose]) !== 0 &&
      grant.until >= until;
    const grant = given.find(isWithin);
    if (grant === undefined) {
      throw new SalusError(
        'beyond-delegation',
        'This is more than you were given to pass on. Choose fewer sections, an earlier end, or another purpose.',
      );
    }
    return grant;
  });
}

/** Asks the chain, where all that happened since is. @param before what the recipient has of the folders */
async function requireNothingThere(
  session: Session,
  { patient, recipient }: InPlace,
  grants: readonly GivenFolder[],
  before: readonly Grant[],
): Promise<void> {
  const { client } = session.newest;
  const now = await session.catalogue.time();
  for (const [i, { folder }] of grants.entries()) {
    if (!(await client.may(session.address, patient, folder, Right.Share, 0))) throw noConsent();
    const there = before[i];
    if (there === undefined || there.rights === 0 || there.until <= now) continue;
    // One that a new epoch of the folder ended does not stand; one that is yet to begin does.
    if (there.from <= now && !(await client.may(recipient, patient, folder, 0, 0))) continue;
    throw new SalusError(
      'already-given',
      'They were given some of this already, and only the person themselves can change that. Leave that section out.',
    );
  }
}

function receiptOf(session: Session, wish: InPlace, grants: readonly GivenFolder[]): Receipt {
  const { chainId, registry } = session.newest.client.network;
  const name = grants.toSorted((a, b) => b.block - a.block).find((grant) => grant.principalName)?.principalName;
  return {
    schema: 'salus/receipt/v1',
    recordId: randomId(),
    principal: wish.patient,
    ...(name !== undefined && { principalName: name }),
    recipient: wish.recipient,
    ...(wish.recipientName && { recipientName: wish.recipientName }),
    delegate: session.address,
    origin: BY_PATIENT,
    purpose: wish.purpose,
    reason: wish.reason,
    sections: grants.map(({ section, folder }) => ({ section, folder })),
    rights: ['read'],
    issued: Math.floor(session.now() / 1000),
    until: wish.until,
    chainId,
    registry,
    jurisdictionNote: 'Access can be stopped at any time. What was already read cannot be taken back.',
  };
}

/** What is ended of one reader. */
type End = Pick<ConsentView, 'recipient' | 'live'>;

/**
 * Ends what a delegate was given, and all that the delegate gave of it that still stands, by one transaction. What the delegate gives
 * while this is under way is ended after it.
 * @throws SalusError `not-found`, `outcome-unknown`, `sponsor-refused`
 */
export async function endDelegate(session: Session, key: ConsentKey): Promise<void> {
  const consent = await findConsent(session, key);
  if (consent === undefined) throw new SalusError('not-found', 'There is no such permission.');
  const deployment = session.deployment(consent.registry);
  const folders = consent.live;
  await endOnce(session, deployment, consent, folders);
  // From here on the delegate gives nothing more.
  await orUnknown(() => session.catalogue.sync());
  await endOnce(session, deployment, consent, folders);
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
    for (let i = 0; i < ends.length; i += MOST_CALLS)
      await endTogether(session, deployment, ends.slice(i, i + MOST_CALLS));
  });
}

/** Each has a signature of its own sequence, so that each can be brought again by itself. */
async function endTogether(session: Session, deployment: Deployment, ends: readonly End[]): Promise<void> {
  const { calls, registry } = deployment;
  const sequence = (reader: string) => (BigInt(reader) << 8n) | NonceKey.Revocation;
  const signed = await Promise.all(
    ends.map(({ recipient, live }) => calls.revoke(recipient, live, sequence(recipient))),
  );
  await act(session, deployment, signed, () => isAsSigned(session, deployment, signed));
  await orUnknown(() => session.catalogue.sync());
  for (const [i, { recipient }] of ends.entries()) {
    await lookAfter(session, { kind: 'ended', recipient, registry, calls: signed.slice(i, i + 1) });
  }
}

/** In a turn of each reader, always in the same order, so that no two wait for one another. */
function inTurns<T>(session: Session, [first, ...others]: readonly string[], work: () => Promise<T>): Promise<T> {
  return first === undefined ? work() : session.oneReader(first, () => inTurns(session, others, work));
}
