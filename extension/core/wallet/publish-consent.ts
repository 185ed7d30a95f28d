import type { Bytes } from '../bytes.ts';
import { sealConsent } from '../consent/consent-object.ts';
import { SalusError } from '../errors.ts';
import { digestOf } from '../storage/cid.ts';
import { makeDurable } from './outbox.ts';
import type { Session } from './session.ts';

/** Seals a consent object to this account and its readers, and waits until enough managers hold it. @returns its digest */
export async function publishConsent(
  session: Session,
  content: Parameters<typeof sealConsent>[0],
  readers: readonly Bytes[],
): Promise<Bytes> {
  const { cid, bytes } = await sealConsent(content, [session.keyring.encryption.publicX, ...readers]);
  const root = await session.storage.putObject(bytes, session.address, session.address);
  if (!(await makeDurable(session, root))) {
    throw new SalusError(
      'managers-unreachable',
      'Too few of the places that keep your record answer. Nothing was shared.',
    );
  }
  return digestOf(cid);
}
