import { toHex, type Bytes } from '../bytes.ts';
import { PURPOSE_BITS, type Purpose } from '../consent/purposes.ts';
import { newReceipt, type Receipt, type RightName } from '../consent/receipt.ts';
import { requirePayersTerms } from '../consent/payer.ts';
import { SalusError } from '../errors.ts';
import type { Rule } from '../consent/rule.ts';
import { SELECTION, type Section } from '../records/sections.ts';
import type { Grant, Member } from '../registry/client.ts';
import { act, orUnknown } from './act.ts';
import { dealFolders } from './deal.ts';
import { findConsent } from './end-consent.ts';
import { publishConsent } from './publish-consent.ts';
import type { Session } from './session.ts';
import { RIGHT_OF, type ConsentView } from './sharing.ts';
import { isAsSigned, lookAfter } from './unsettled.ts';

/** What the person decided in the prompt. */
export interface Decision {
  readonly origin: string;
  readonly recipient: string;
  readonly recipientName?: string;
  /** What the recipient sees the person as. */
  readonly principalName?: string | undefined;
  readonly purpose: Purpose;
  readonly reason: string;
  readonly sections: readonly Section[];
  /** A folder of picked things beside them, and what is added to it by itself. */
  readonly selection?:
    | {
        readonly folder: number;
        readonly rule?: Rule | undefined;
        /** What may be done with these, where that is not what may be done with the sections. */
        readonly rights?: readonly RightName[] | undefined;
      }
    | undefined;
  readonly rights: readonly ('read' | 'write')[];
  /** The recipient may let others see this too, in the patient's place, for these purposes. */
  readonly passOn?: readonly Purpose[] | undefined;
  /** Unix seconds. */
  readonly until: number;
}

/** A consent as it stands after it was given, with its receipt. */
export interface GivenConsent extends ConsentView {
  readonly receipt: Receipt;
}

/**
 * Gives access: has keepers keep the keys of the sections, seals the receipt to the recipient, and records the grant on the chain with
 * one signature. The recipient is given no key: keepers give one for each entry, as long as the grant stands.
 * @throws SalusError `no-keepers`, `not-a-member`, `no-recipient-key`, `payer-forbidden`, `managers-unreachable`, `sponsor-refused`, `outcome-unknown`
 */
export function giveConsent(session: Session, decision: Decision): Promise<{ consent: GivenConsent; patient: string }> {
  return session.oneReader(decision.recipient, () => giveInTurn(session, decision));
}

/** The same, in a turn of {@link Session.oneReader} that the caller has: for what has to be asked before, or noted after, in one. */
export async function giveInTurn(
  session: Session,
  decision: Decision,
): Promise<{ consent: GivenConsent; patient: string }> {
  const recipient = await session.client.member(decision.recipient);
  const encryptionKey = keyOfReader(recipient);
  requirePayersTerms(recipient.role, decision);
  const folders = await session.folders();
  const { selection } = decision;
  const sections = [
    ...decision.sections.map((section) => ({ section, folder: folders.tag(section) })),
    ...(selection
      ? [
          {
            section: SELECTION,
            folder: selection.folder,
            ...(selection.rights && { rights: [...selection.rights] }),
          } as const,
        ]
      : []),
  ];
  const { network } = session.client;
  const receipt = newReceipt({
    principal: session.address,
    ...(decision.principalName && { principalName: decision.principalName }),
    recipient: recipient.address,
    ...(decision.recipientName && { recipientName: decision.recipientName }),
    ...(decision.passOn && { passOn: [...decision.passOn] }),
    origin: decision.origin,
    purpose: decision.purpose,
    reason: decision.reason,
    sections,
    ...(selection?.rule && { rule: selection.rule }),
    rights: [...decision.rights],
    issued: Math.floor(session.now() / 1000),
    until: decision.until,
    chainId: network.chainId,
    registry: network.registry,
  });
  const { signed, consent } = await session.oneDealing(() => record(session, receipt, encryptionKey));
  const { registry } = session.newest;
  await lookAfter(session, { kind: 'given', recipient: recipient.address, registry, calls: signed });
  if (consent === undefined) {
    throw new SalusError('outcome-unknown', 'It is not known yet whether this was recorded. Look under Sharing.');
  }
  return { consent: { ...consent, receipt }, patient: session.address };
}

/** @throws SalusError `not-a-member`, `no-recipient-key` */
export function keyOfReader({ active, encryptionKey }: Member): Bytes {
  if (!active) throw new SalusError('not-a-member', 'This recipient is not registered in the health network.');
  if (encryptionKey === undefined) {
    throw new SalusError(
      'no-recipient-key',
      'This recipient has not finished setting up. Ask them to open their wallet.',
    );
  }
  return encryptionKey;
}

/** Has keepers keep the keys, publishes the receipt, and records the grant. @param readerKey of the recipient, x coordinate */
async function record(
  session: Session,
  receipt: Receipt,
  readerKey: Bytes,
): Promise<{ signed: string[]; consent: ConsentView | undefined }> {
  const { recipient, sections, until } = receipt;
  const keyring = await dealFolders(
    session,
    sections.map(({ folder }) => folder),
  );
  const { newest } = session;
  const { registry } = newest.client.network;
  const content = { context: 'salus/consent/v3' as const, registry, patient: session.address, receipt };
  const digest = await publishConsent(session, content, [readerKey]);
  const { passOn = [] } = receipt;
  const purposes = [receipt.purpose, ...passOn].reduce((mask, purpose) => mask | PURPOSE_BITS[purpose], 0);
  const more = passOn.length > 0 ? RIGHT_OF.share : 0;
  const terms = sections.map(({ folder, rights = receipt.rights }) => ({
    ...{ grantee: recipient, folder, from: 0, until, purposes },
    rights: rights.reduce((mask, right) => mask | RIGHT_OF[right], more),
  }));
  const standing = () =>
    Promise.all(terms.map(({ grantee, folder }) => newest.client.grant(session.address, grantee, folder)));
  // The same may have been given before, to the second: what is new is that it changed.
  const before = await standing();
  const isNew = (grant: Grant, i: number) => grant.changed !== before[i]?.changed;
  const signed = [...(keyring === undefined ? [] : [keyring]), await newest.calls.grant(terms, digest)];
  await act(
    session,
    newest,
    signed,
    async () => (await standing()).every(isNew) && (await isAsSigned(session, newest, signed)),
  );
  const consent = await orUnknown(async () => {
    await session.catalogue.sync();
    return findConsent(session, { consentId: toHex(digest), recipient });
  });
  return { signed, consent };
}
