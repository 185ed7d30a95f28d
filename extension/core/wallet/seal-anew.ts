import { seedsName } from '../catalogue/model.ts';
import type { GivenSeeds } from '../catalogue/openings.ts';
import { fromHex, type Bytes } from '../bytes.ts';
import { isForLater, isSalusError } from '../errors.ts';
import { eciesOpen } from '../keys/ecies.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { SealUnder } from './ports.ts';
import type { Deployment, Session } from './session.ts';
import { givenFolders } from './sharing.ts';
import { givenUnder, wrapForReaders } from './write-shared.ts';

/**
 * Seals anew an entry of this browser that its folder's epoch overtook before it came to the chain: what is in it stays as it is, and
 * its content key is wrapped for the readers of the epoch there is. The entry goes as the new one comes.
 * @param epoch in which the folder is now
 * @returns whether it was; not while this wallet has no key for it, nor where it may not be written any more
 */
export async function sealForEpoch(
  session: Session,
  deployment: Deployment,
  row: LedgerRow,
  epoch: number,
): Promise<boolean> {
  if (row.draft !== undefined) return wrapAnew(session, row, epoch);
  const found =
    row.patient === session.address
      ? { contentKey: await ownContentKey(session, row), under: await session.sealUnder(deployment, row.folder, epoch) }
      : await givenKeys(session, deployment, row, epoch);
  if (found === undefined) return false;
  session.keyring.check();
  await session.storage.rewrap(row.root, found.contentKey, found.under);
  return true;
}

/** What this account wrote for another's record, under the key that keepers give for the epoch there is. */
async function wrapAnew(session: Session, row: LedgerRow, epoch: number): Promise<boolean> {
  try {
    return (await wrapForReaders(session, row, epoch)) !== undefined;
  } catch (error) {
    if (isForLater(error)) return false;
    throw error;
  }
}

async function ownContentKey({ storage, keyring }: Session, { root }: LedgerRow): Promise<Bytes> {
  const { capsule } = await storage.keyOf(root);
  return eciesOpen(keyring.encryption.secret, capsule);
}

/** The content key as a reader of the epoch before comes by it, and what the entry is sealed under now. */
async function givenKeys(
  session: Session,
  { registry }: Deployment,
  { folder, patient, author, root, commitment, epoch: before }: LedgerRow,
  epoch: number,
): Promise<{ contentKey: Bytes; under: SealUnder } | undefined> {
  const grant = (await givenFolders(session, patient)).find(
    (g) => g.folder === folder && g.registry === registry.toLowerCase(),
  );
  const seeds = await session.catalogue.rows.get<GivenSeeds>(seedsName(registry, patient, folder));
  const seed = seeds?.[before];
  if (grant === undefined || seed === undefined) return undefined;
  try {
    const under = await givenUnder(session, grant, epoch);
    if (under === undefined) return undefined;
    const place = { ...under.place, epoch: before, author, commitment: fromHex(commitment) };
    return { contentKey: await session.storage.unwrap(root, { seed: fromHex(seed), place }), under };
  } catch (error) {
    if (isSalusError(error, 'no-consent')) return undefined;
    throw error;
  }
}
