import { Folders } from './folders.ts';
import { listOwn } from './list-records.ts';
import { ownConsents } from './own-consents.ts';
import type { Session } from './session.ts';

/** The patient's own folders, named by what only the patient can open. */
export async function ownFolders(session: Session): Promise<Folders> {
  const [{ items }, consents] = await Promise.all([listOwn(session), ownConsents(session)]);
  return new Folders(
    items,
    consents.map((c) => c.receipt),
  );
}
