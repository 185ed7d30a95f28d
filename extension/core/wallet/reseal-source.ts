import { fromHex } from '../bytes.ts';
import type { EntryRow } from '../catalogue/model.ts';
import type { ResealSource } from '../records/reseal.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { Session } from './session.ts';

/** Items of an entry of the own record, as the storage host is handed them. @throws SalusError `block-missing`, `wrong-key` */
export async function sourceOf(
  { catalogue }: Session,
  entry: EntryRow,
  items: ResealSource['items'],
): Promise<ResealSource> {
  return {
    cid: cidFromDigest(fromHex(entry.cid)).toString(),
    key: await catalogue.openings.keyOf(catalogue.rows, entry),
    commitment: fromHex(entry.commitment),
    items,
  };
}
