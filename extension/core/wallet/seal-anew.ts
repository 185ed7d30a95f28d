import { fromHex, toHex } from '../bytes.ts';
import type { EntryRow } from '../catalogue/model.ts';
import { isSalusError } from '../errors.ts';
import { wipedFolderKey } from '../keys/keyring.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { ReadItem } from '../records/entry-reader.ts';
import type { Session } from './session.ts';

/**
 * Finds what an early version sealed under a key that anybody can work out, since the wallet was locked meanwhile, and seals it anew
 * as it should have been. The old entry stays on the chain and is told of: whoever has it could read it.
 */
export async function sealAnew(session: Session): Promise<void> {
  for (const entry of await session.catalogue.exposed.next()) {
    try {
      await sealOne(session, entry);
    } catch (error) {
      if (!isSalusError(error) || error.code === 'vault-locked' || error.code === 'storage-full') throw error;
    }
  }
}

async function sealOne(session: Session, entry: EntryRow): Promise<void> {
  const { catalogue, storage, newest, address } = session;
  const section = (await session.folders()).section(entry.folder);
  if (section === undefined) return catalogue.sealedAnew(entry); // no folder of these words
  const cid = cidFromDigest(fromHex(entry.cid)).toString();
  const oldKey = await wipedFolderKey(entry.registry, entry.folder, entry.epoch);
  const commitment = fromHex(entry.commitment);
  const index = await storage.openIndex(cid, oldKey, commitment);
  const digests = index.items.map(({ digest }) => toHex(digest));
  const here = new Set(await catalogue.known(digests)); // also where the person added it again
  const items: ReadItem[] = [];
  for (const [position, digest] of digests.entries()) {
    if (!here.has(digest)) items.push(await storage.readItem(cid, oldKey, commitment, position));
  }
  const { folder } = entry;
  const epoch = await catalogue.epochOf(newest.registry, folder);
  const key = { epoch, folderKey: await session.folderKey(folder, epoch) };
  session.keyring.check();
  if (items.length > 0)
    await storage.seal({ section, folder, registry: newest.registry, key }, items, address, address);
  await catalogue.sealedAnew(entry);
}
