import { HIDDEN, MARKS, ownSection, type RecordItem } from '../catalogue/model.ts';
import { isPrivate, markKindOf } from '../records/marks.ts';
import { SELECTION } from '../records/sections.ts';
import { pickedIn } from './selections.ts';
import type { Session } from './session.ts';
import type { ConsentView } from './sharing.ts';

/** What of a consent says what can be read. */
type Readable = Pick<ConsentView, 'registry' | 'readable'>;

/**
 * Exactly what one reader gets under a consent, whether or not it was opened yet: what is listed, what the person only hid from
 * themselves, and what they said beside it.
 * @param most items at most
 */
export async function seenBy(session: Session, consent: Readable, most = Infinity): Promise<RecordItem[]> {
  const { rows } = session.catalogue;
  const folders = await session.folders();
  const kinds = new Set(consent.readable.flatMap((folder) => folders.kind(folder) ?? []));
  const where = (item: RecordItem) => isSeen(item, consent);
  const pages = await Promise.all([
    ...[...kinds].map((kind) => (kind === SELECTION ? { items: [] } : ownSection(kind).page(rows, most, { where }))),
    HIDDEN.page(rows, most, { where }),
    MARKS.page(rows, most, { where, prefix: `${session.address.toLowerCase()}|` }),
  ]);
  const selected = await Promise.all(
    consent.readable
      .filter((folder) => folders.kind(folder) === SELECTION)
      .map((folder) => pickedIn(session, { registry: consent.registry, folder })),
  );
  return [...pages.flatMap(({ items }) => items), ...selected.flat().filter(({ block }) => block > 0)].slice(0, most);
}

function isSeen(item: RecordItem, { registry, readable }: Readable): boolean {
  const kind = markKindOf(item);
  if (kind !== undefined && isPrivate(kind)) return false;
  // What waits for the chain is there once it is recorded.
  return readable.includes(item.folder) && item.registry === registry.toLowerCase();
}
