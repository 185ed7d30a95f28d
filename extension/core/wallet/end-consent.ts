import type { Bytes } from '../bytes.ts';
import type { FolderKey } from '../consent/consent-object.ts';
import { SalusError } from '../errors.ts';
import { submitAndConfirm } from './outbox.ts';
import { consentsIn, type ConsentView } from './own-consents.ts';
import { publishConsent } from './publish-consent.ts';
import type { Session } from './session.ts';
import type { Version } from './version.ts';

/**
 * Ends a consent: the grant on the chain, and the epoch of its folders, so that nothing sealed from now on opens for the former
 * reader. Whoever else has access gets the new epoch's keys in a keyring object. It ends in the registry it was given in.
 */
export async function endConsent(session: Session, consentId: string): Promise<string> {
  for (const version of session.versions) {
    const consents = await consentsIn(session, version);
    const consent = consents.find((c) => c.consentId === consentId);
    if (consent !== undefined) return endIn(session, version, consent, consents);
  }
  throw new SalusError('not-found', 'There is no such permission.');
}

async function endIn(
  session: Session,
  version: Version,
  consent: ConsentView,
  consents: readonly ConsentView[],
): Promise<string> {
  if (consent.live.length === 0) return consent.transaction;
  const { recipient } = consent.receipt;
  const others = consents.filter((c) => c.receipt.recipient !== recipient && c.receipt.rights.includes('read'));
  const calls = [await version.calls.revoke(recipient, consent.live)];
  // A keyring opens for all its readers alike, so folders share one only where the same people keep access.
  const readersOf = (folder: number) => others.filter((c) => c.live.includes(folder)).map((c) => c.receipt.recipient);
  const groups = Map.groupBy(consent.live, (folder) => [...new Set(readersOf(folder))].sort().join());
  for (const [readers, folders] of groups) {
    const digest = await publishKeyring(session, version, folders, readers === '' ? [] : readers.split(','));
    calls.push(await version.calls.rotate(folders, false, digest, calls.length - 1));
  }
  return submitAndConfirm(session, calls, version);
}

/** The keyring of the next epoch of some folders, for those who keep access to all of them. */
async function publishKeyring(
  session: Session,
  version: Version,
  folders: readonly number[],
  readers: readonly string[],
): Promise<Bytes> {
  const keys: FolderKey[] = [];
  for (const folder of folders) {
    const epoch = (await version.client.folder(session.address, folder)).epoch + 1;
    keys.push({ folder, epoch, key: await version.folderKey(folder, epoch) });
  }
  const members = await Promise.all(readers.map((reader) => version.client.member(reader)));
  const readerKeys = members.map((m) => m.encryptionKey).filter((key) => key !== undefined);
  const { registry } = version;
  const content = { context: 'salus/keyring/v1' as const, registry, patient: session.address, keys, receipt: null };
  return publishConsent(session, content, readerKeys);
}
