import type { Bytes } from '../bytes.ts';
import type { FolderSeed } from '../consent/consent-object.ts';
import { SalusError } from '../errors.ts';
import { act, orUnknown } from './act.ts';
import { publishConsent } from './publish-consent.ts';
import type { Deployment, Session } from './session.ts';
import { ownConsents, type ConsentView } from './sharing.ts';
import { isAsSigned, lookAfter } from './unsettled.ts';

/** Names one consent: what one member was given by one act. */
export interface ConsentKey {
  readonly consentId: string;
  /** Absent where the id alone says whose it is. */
  readonly recipient?: string | undefined;
}

/**
 * Ends a consent: the grant on the chain, and the epoch of its folders, so that nothing sealed from now on opens for the former
 * reader. Whoever else has access gets the new epoch's keys in a keyring object. It ends in the registry it was given in.
 * @returns the consent that ended
 * @throws SalusError `not-found`, `outcome-unknown`, `sponsor-refused`, `managers-unreachable`
 */
export async function endConsent(session: Session, { consentId, recipient }: ConsentKey): Promise<ConsentView> {
  const consent = await findConsent(session, { consentId, recipient });
  if (consent === undefined) throw new SalusError('not-found', 'There is no such permission.');
  await session.oneReader(consent.recipient, async () => {
    // It may have ended while another act for this reader was under way, or the same have been given anew: what was said last is No.
    const consents = await ownConsents(session);
    const folders = consents
      .filter((c) => isOfReader(c, consent))
      .flatMap((c) => (c.consentId === consent.consentId ? c.live : c.live.filter((f) => consent.live.includes(f))));
    if (folders.length === 0) return;
    await endIn(session, session.deployment(consent.registry), { ...consent, live: [...new Set(folders)] }, consents);
  });
  return consent;
}

/** Looks it up on the chain where it is not known yet. */
export async function findConsent(session: Session, key: ConsentKey): Promise<ConsentView | undefined> {
  const find = async () =>
    (await ownConsents(session)).findLast(
      (c) =>
        c.consentId === key.consentId &&
        (key.recipient === undefined || c.recipient.toLowerCase() === key.recipient.toLowerCase()),
    );
  const known = await find();
  if (known !== undefined) return known;
  await session.catalogue.sync();
  return find();
}

const isOfReader = (a: ConsentView, b: ConsentView): boolean =>
  a.recipient === b.recipient && a.registry === b.registry;

async function endIn(
  session: Session,
  deployment: Deployment,
  consent: ConsentView,
  all: readonly ConsentView[],
): Promise<void> {
  const { recipient, live } = consent;
  const { calls, client, registry } = deployment;
  const signed = [await calls.revoke(recipient, live)];
  // Keepers ask the chain before each opening: to them the end of the grant is enough.
  if (client.network.custody === undefined) signed.push(...(await newEpochs(session, deployment, consent, all)));
  await act(session, deployment, signed, () => isAsSigned(session, deployment, signed));
  // It has ended, whether or not the list can say so yet.
  await orUnknown(() => session.catalogue.sync());
  await lookAfter(session, { kind: 'ended', recipient, registry, calls: signed });
}

/** Signed calls for the next epoch of the folders of a consent that ends, with keyrings for those who keep access. */
async function newEpochs(
  session: Session,
  deployment: Deployment,
  { recipient, registry, live }: ConsentView,
  all: readonly ConsentView[],
): Promise<string[]> {
  const others = all.filter((c) => c.registry === registry && c.recipient !== recipient);
  // A keyring opens for all its readers alike, so folders share one only where the same people keep access.
  const readersOf = (folder: number) => others.filter((c) => c.readable.includes(folder)).map((c) => c.recipient);
  const groups = Map.groupBy(live, (folder) => [...new Set(readersOf(folder))].sort().join());
  const signed: string[] = [];
  for (const [readers, folders] of groups) {
    const digest = await publishKeyring(session, deployment, folders, readers === '' ? [] : readers.split(','));
    signed.push(await deployment.calls.rotate(folders, false, digest, signed.length));
  }
  return signed;
}

/** The keyring of the next epoch of some folders, for those who keep access to all of them. */
async function publishKeyring(
  session: Session,
  { client, registry }: Deployment,
  folders: readonly number[],
  readers: readonly string[],
): Promise<Bytes> {
  const { chainId } = client.network;
  const seeds: FolderSeed[] = [];
  for (const folder of folders) {
    const epoch = (await client.folder(session.address, folder)).epoch + 1;
    seeds.push({ folder, epoch, seed: await session.keyring.folderSeed({ chainId, registry }, folder, epoch) });
  }
  const members = await Promise.all(readers.map((reader) => client.member(reader)));
  const readerKeys = members.map((m) => m.encryptionKey).filter((key) => key !== undefined);
  const content = { context: 'salus/keyring/v1' as const, registry, patient: session.address, seeds, receipt: null };
  return publishConsent(session, content, readerKeys);
}
