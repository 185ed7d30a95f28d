import { isSalusError, SalusError } from '../errors.ts';
import type { Listing } from './book.ts';

/**
 * Listings of several registries as one, oldest registry first. An id names no registry: the same id is the same record, and
 * readable if it can be opened in one of them.
 *
 * @param listings of the newest registry first
 */
export function mergeListings(listings: readonly Listing[]): Listing {
  const oldestFirst = listings.toReversed();
  const items = unique(
    oldestFirst.flatMap((l) => l.items),
    (i) => i.id,
  );
  const opened = new Set(items.map((i) => i.id.split('/')[0]));
  const unreadable = unique(
    oldestFirst.flatMap((l) => l.unreadable),
    (u) => u.entry,
  );
  return { items, unreadable: unreadable.filter((u) => !opened.has(u.entry)) };
}

/**
 * Opens a record in the first of several registries that has it and lets this reader.
 *
 * @throws what the first registry that has it says, or SalusError `not-found`
 */
export async function openInFirst<V, T>(versions: readonly V[], open: (version: V) => Promise<T>): Promise<T> {
  let refused: SalusError | undefined;
  for (const version of versions) {
    try {
      return await open(version);
    } catch (error) {
      if (!isSalusError(error)) throw error;
      if (refused === undefined || refused.code === 'not-found') refused = error;
    }
  }
  throw refused ?? new SalusError('not-found', 'There is no such record.');
}

const unique = <T>(list: readonly T[], name: (value: T) => string): T[] =>
  [
    // The first of a name counts.
    ...new Map(list.toReversed().map((value) => [name(value), value])).values(),
  ].reverse();
