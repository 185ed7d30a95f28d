import { randomId, toHex, type Bytes } from '../bytes.ts';
import { openConsent, sealConsent, type FolderKey } from '../consent/consent-object.ts';
import { PURPOSE_BITS, type Purpose } from '../consent/purposes.ts';
import type { Receipt } from '../consent/receipt.ts';
import { isSalusError, SalusError } from '../errors.ts';
import type { Section } from '../records/sections.ts';
import { Right } from '../registry/abi.ts';
import type { Granted } from '../registry/client.ts';
import { cidFromDigest, digestOf } from '../storage/cid.ts';
import { makeDurable, submitAndConfirm } from './outbox.ts';
import { ownFolders } from './records.ts';
import type { Session } from './session.ts';

/** What the person decided in the prompt. */
export interface Decision {
  readonly origin: string;
  readonly recipient: string;
  readonly recipientName?: string;
  readonly purpose: Purpose;
  readonly reason: string;
  readonly sections: readonly Section[];
  readonly rights: readonly ('read' | 'write')[];
  /** Unix seconds. */
  readonly until: number;
}

/** One consent as it stands: the receipt, and which of its folders are still open. */
export interface ConsentView {
  /** Hex digest of the consent object; what the chain holds. */
  readonly consentId: string;
  readonly receipt: Receipt;
  readonly transaction: string;
  readonly block: number;
  /** Folders that can still be used under it. */
  readonly live: readonly number[];
}

/** Every consent this account gave, oldest first, from the chain and the objects it names. */
export async function ownConsents(session: Session): Promise<ConsentView[]> {
  const events = await session.client.granted({ patient: session.address });
  const newest = new Map(events.map((e) => [`${e.grantee}/${e.folder}`, e]));
  const consents: ConsentView[] = [];
  for (const [consentId, group] of Map.groupBy(events, (e) => toHex(e.receipt))) {
    const [first] = group;
    const receipt = first && (await receiptOf(session, first));
    if (first === undefined || receipt === undefined) continue;
    const live: number[] = [];
    for (const e of group) {
      // A later grant to the same member replaced this one.
      if (newest.get(`${e.grantee}/${e.folder}`) !== e) continue;
      const { until, rights } = await session.client.grant(session.address, e.grantee, e.folder);
      if (rights !== 0 && until * 1000 > session.now()) live.push(e.folder);
    }
    consents.push({ consentId, receipt, transaction: first.transaction, block: first.block, live });
  }
  return consents;
}

async function receiptOf(session: Session, event: Granted): Promise<Receipt | undefined> {
  try {
    const bytes = await session.storage.block(cidFromDigest(event.receipt).toString());
    const expected = { registry: session.client.network.registry, patient: session.address };
    return (await openConsent(bytes, session.keyring.encryption.secret, expected)).receipt ?? undefined;
  } catch (error) {
    if (isSalusError(error)) return undefined; // cannot be fetched now; it is still on the chain
    throw error;
  }
}

/** The keys of a folder in every epoch up to now. */
async function keysOf(session: Session, folder: number, through: number): Promise<FolderKey[]> {
  const epochs = Array.from({ length: through + 1 }, (_, epoch) => epoch);
  return Promise.all(epochs.map(async (epoch) => ({ folder, epoch, key: await session.folderKey(folder, epoch) })));
}

/** Seals a consent or keyring object to the patient and the readers, and waits until enough managers hold it. */
async function publish(session: Session, content: Parameters<typeof sealConsent>[0], readers: readonly Bytes[]): Promise<Bytes> {
  const { cid, bytes } = await sealConsent(content, [session.keyring.encryption.publicX, ...readers]);
  const root = await session.storage.putObject(bytes, session.address, session.address);
  if (!(await makeDurable(session, root))) {
    throw new SalusError('managers-unreachable', 'Too few of the places that keep your record answer. Nothing was shared.');
  }
  return digestOf(cid);
}

/**
 * Gives access: seals the receipt and the folder keys to the recipient, and records the grant on the chain with one signature.
 * @throws SalusError `not-a-member`, `no-recipient-key`, `managers-unreachable`, `sponsor-refused`
 */
export async function giveConsent(session: Session, decision: Decision): Promise<{ consent: ConsentView; patient: string }> {
  const recipient = await session.client.member(decision.recipient);
  if (!recipient.active) throw new SalusError('not-a-member', 'This recipient is not registered in the health network.');
  if (recipient.encryptionKey === undefined) {
    throw new SalusError('no-recipient-key', 'This recipient has not finished setting up. Ask them to open their wallet.');
  }
  const folders = await ownFolders(session);
  const sections = decision.sections.flatMap((section) => {
    const tags = folders.of(section);
    return (tags.length > 0 ? tags : [folders.ensure(section)]).map((folder) => ({ section, folder }));
  });
  const { network } = session.client;
  const receipt: Receipt = {
    schema: 'salus/receipt/v1',
    recordId: randomId(),
    principal: session.address,
    recipient: recipient.address,
    ...(decision.recipientName && { recipientName: decision.recipientName }),
    origin: decision.origin,
    purpose: decision.purpose,
    reason: decision.reason,
    sections,
    rights: [...decision.rights],
    issued: Math.floor(session.now() / 1000),
    until: decision.until,
    chainId: network.chainId,
    registry: network.registry,
    jurisdictionNote: 'Access can be stopped at any time. What was already read cannot be taken back.',
  };
  const keys: FolderKey[] = [];
  if (decision.rights.includes('read')) {
    for (const { folder } of sections) {
      keys.push(...(await keysOf(session, folder, (await session.client.folder(session.address, folder)).epoch)));
    }
  }
  const content = { context: 'salus/consent/v1' as const, registry: network.registry, patient: session.address, keys, receipt };
  const digest = await publish(session, content, [recipient.encryptionKey]);
  const rights = decision.rights.reduce((mask, r) => mask | (r === 'read' ? Right.Read : Right.Write), 0);
  const terms = sections.map(({ folder }) => ({
    grantee: recipient.address,
    folder,
    until: decision.until,
    purposes: PURPOSE_BITS[decision.purpose],
    rights,
  }));
  const transaction = await submitAndConfirm(session, [await session.calls.grant(terms, digest)]);
  const live = sections.map((s) => s.folder);
  return { consent: { consentId: toHex(digest), receipt, transaction, block: 0, live }, patient: session.address };
}

/**
 * Ends a consent: the grant on the chain, and the epoch of its folders, so that nothing sealed from now on opens for the former
 * reader. Whoever else has access gets the new epoch's keys in a keyring object.
 */
export async function endConsent(session: Session, consentId: string): Promise<string> {
  const consents = await ownConsents(session);
  const consent = consents.find((c) => c.consentId === consentId);
  if (consent === undefined) throw new SalusError('not-found', 'There is no such permission.');
  if (consent.live.length === 0) return consent.transaction;
  const { recipient } = consent.receipt;
  const others = consents.filter((c) => c.receipt.recipient !== recipient && c.receipt.rights.includes('read'));
  const calls = [await session.calls.revoke(recipient, consent.live)];
  // A keyring opens for all its readers alike, so folders share one only where the same people keep access.
  const readersOf = (folder: number) => others.filter((c) => c.live.includes(folder)).map((c) => c.receipt.recipient);
  const groups = Map.groupBy(consent.live, (folder) => [...new Set(readersOf(folder))].sort().join());
  for (const [readers, folders] of groups) {
    const digest = await publishKeyring(session, folders, readers === '' ? [] : readers.split(','));
    calls.push(await session.calls.rotate(folders, false, digest, calls.length - 1));
  }
  return submitAndConfirm(session, calls);
}

/** The keyring of the next epoch of some folders, for those who keep access to all of them. */
async function publishKeyring(session: Session, folders: readonly number[], readers: readonly string[]): Promise<Bytes> {
  const keys: FolderKey[] = [];
  for (const folder of folders) {
    const epoch = (await session.client.folder(session.address, folder)).epoch + 1;
    keys.push({ folder, epoch, key: await session.folderKey(folder, epoch) });
  }
  const members = await Promise.all(readers.map((reader) => session.client.member(reader)));
  const readerKeys = members.map((m) => m.encryptionKey).filter((key) => key !== undefined);
  const { registry } = session.client.network;
  const content = { context: 'salus/keyring/v1' as const, registry, patient: session.address, keys, receipt: null };
  return publish(session, content, readerKeys);
}
