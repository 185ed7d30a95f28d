import { keysName, type EntryRow } from '../catalogue/model.ts';
import type { GivenKeys } from '../catalogue/openings.ts';
import { fromHex, toHex, type Bytes } from '../bytes.ts';
import { isForLater, isSalusError } from '../errors.ts';
import { wipedFolderKey } from '../keys/keyring.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { ReadItem } from '../records/entry-reader.ts';
import type { SealTarget } from './ports.ts';
import type { Deployment, Session } from './session.ts';
import { givenFolders } from './sharing.ts';
import { writingKey } from './write-shared.ts';

/**
 * Finds what an early version sealed under a key that anybody can work out, since the wallet was locked meanwhile, and seals it anew
 * as it should have been. The old entry stays on the chain and is told of: whoever has it could read it.
 */
export async function sealAnew(session: Session): Promise<void> {
  for (const entry of await session.catalogue.exposed.next()) {
    try {
      await sealExposed(session, entry);
    } catch (error) {
      if (!isForLater(error)) throw error;
    }
  }
}

async function sealExposed(session: Session, entry: EntryRow): Promise<void> {
  const { catalogue, storage, newest, address } = session;
  const section = (await session.folders()).section(entry.folder);
  if (section === undefined) return catalogue.sealedAnew(entry); // no folder of these words
  const items = await itemsOf(session, {
    root: cidFromDigest(fromHex(entry.cid)).toString(),
    key: await wipedFolderKey(entry.registry, entry.folder, entry.epoch),
    commitment: entry.commitment,
    // also where the person added it again
    without: async (digests) => new Set(await catalogue.known(digests)),
  });
  const { folder } = entry;
  const epoch = await catalogue.epochOf(newest.registry, folder);
  const key = { epoch, folderKey: await session.folderKey(folder, epoch) };
  session.keyring.check();
  if (items.length > 0)
    await storage.seal({ section, folder, registry: newest.registry, key }, items, address, address);
  await catalogue.sealedAnew(entry);
}

/**
 * Seals anew an entry of this browser that its folder's epoch overtook before it came to the chain. It goes as the new one comes.
 * @param epoch in which the folder is now
 * @returns whether it was; not while this wallet has no key for it, nor where it may not be written any more
 */
export async function sealForEpoch(
  session: Session,
  deployment: Deployment,
  row: LedgerRow,
  epoch: number,
): Promise<boolean> {
  const { folder, patient, author, root, commitment } = row;
  const found = await keysOf(session, deployment, row, epoch);
  if (found === undefined) return false;
  const { from, target } = found;
  const items = await itemsOf(session, { root, key: from, commitment });
  session.keyring.check();
  await session.storage.seal({ ...target, folder, registry: deployment.registry }, items, patient, author, root);
  return true;
}

/** The key that an entry was sealed under, and what it is sealed under now. */
async function keysOf(
  session: Session,
  { registry }: Deployment,
  { folder, patient, epoch: before }: LedgerRow,
  epoch: number,
): Promise<{ from: Bytes; target: Pick<SealTarget, 'section' | 'key'> } | undefined> {
  if (patient === session.address) {
    const section = (await session.folders()).section(folder);
    const [from, folderKey] = await Promise.all(
      [before, epoch].map((e) => session.keyring.folderKey(registry, folder, e)),
    );
    return section && from && folderKey && { from, target: { section, key: { epoch, folderKey } } };
  }
  const grant = (await givenFolders(session, patient)).find(
    (g) => g.folder === folder && g.registry === registry.toLowerCase(),
  );
  const keys = await session.catalogue.rows.get<GivenKeys>(keysName(registry.toLowerCase(), patient, folder));
  const from = keys?.[before];
  if (grant?.section === undefined || from === undefined) return undefined;
  try {
    return { from: fromHex(from), target: { section: grant.section, key: await writingKey(session, grant, epoch) } };
  } catch (error) {
    if (isSalusError(error, 'no-consent')) return undefined;
    throw error;
  }
}

interface Sealed {
  readonly root: string;
  readonly key: Bytes;
  /** Hex. */
  readonly commitment: string;
  /** Digests (hex), of those there are, of the items to leave out. */
  readonly without?: (digests: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** What is in an entry. */
async function itemsOf({ storage }: Session, { root, key, commitment, without }: Sealed): Promise<ReadItem[]> {
  const committed = fromHex(commitment);
  const digests = (await storage.openIndex(root, key, committed)).items.map(({ digest }) => toHex(digest));
  const out = await without?.(digests);
  const items: ReadItem[] = [];
  for (const [position, digest] of digests.entries()) {
    if (out?.has(digest) !== true) items.push(await storage.readItem(root, key, committed, position));
  }
  return items;
}
