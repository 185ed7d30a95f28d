import type { RecordItem } from '../../../extension/core/catalogue/model.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import { badEntries, openRecords, type BadEntry } from '../../../extension/core/wallet/records.ts';
import type { Reader } from '../../../extension/core/wallet/reader.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';

export interface Listing {
  readonly items: readonly RecordItem[];
  readonly unreadable: readonly BadEntry[];
}

/** A patient's whole record, as the chain has it now. */
export async function listOwn(session: Session): Promise<Listing> {
  await session.catalogue.sync();
  const { items } = await filteredOwn(session, {}, { limit: Infinity });
  return { items, unreadable: await badEntries(session) };
}

/** Everything that a reader was given, as the chain has it now. */
export async function listShared(session: Reader & Session, patient?: string): Promise<Listing> {
  await session.catalogue.sync();
  const { items } = await openRecords(session, { patient, limit: Infinity });
  return { items, unreadable: await badEntries(session) };
}
