import type { Bytes } from '../bytes.ts';
import { isForLater } from '../errors.ts';
import { eciesOpen } from '../keys/ecies.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { Deployment, Session } from './session.ts';
import { wrapForReaders } from './write-shared.ts';

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
  // Of another's record, a draft is all that this account has of it.
  if (row.patient !== session.address) return false;
  const contentKey = await ownContentKey(session, row);
  const under = await session.sealUnder(deployment, row.folder, epoch);
  session.keyring.check();
  await session.storage.rewrap(row.root, contentKey, under);
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
