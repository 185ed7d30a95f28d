import { isSalusError } from '../errors.ts';
import type { Listing, RecordBook } from '../records/book.ts';
import { mergeListings, openInFirst } from '../records/versions.ts';
import { noConsent, type GrantedKeys } from './granted-keys.ts';

/** What a reader was given in one registry, and the book that opens it. */
export interface GrantedRecords {
  readonly granted: GrantedKeys;
  readonly shared: RecordBook;
}

/** Lists what one patient (or every patient) lets the reader read. Each folder is checked against the registry now. */
export async function listGranted({ granted, shared }: GrantedRecords, patient?: string): Promise<Listing> {
  const live = (await granted.live(patient)).filter((g) => g.canRead);
  const listings: Listing[] = [];
  for (const [owner, grants] of Map.groupBy(live, (g) => g.patient)) {
    listings.push(await shared.list(owner, new Set(grants.map((g) => g.folder))));
  }
  return mergeListings(listings.toReversed());
}

/**
 * Opens one item in the first registry that has it and lets the reader. Only folders that the reader was ever given are looked
 * into, so that a record outside them is one without consent, whether or not it exists.
 *
 * @param versions one for each registry of the network, the newest first
 * @throws SalusError `no-consent`, and what `RecordBook.read` throws
 */
export async function readGranted<V extends GrantedRecords>(versions: readonly V[], patient: string, id: string) {
  try {
    return await openInFirst(versions, async (version) => {
      const folders = await version.granted.folders(patient);
      return { version, ...(await version.shared.read(patient, id, folders)) };
    });
  } catch (error) {
    throw isSalusError(error, 'not-found') ? noConsent() : error;
  }
}
