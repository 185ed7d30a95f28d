import type { RecordItem } from '../catalogue/model.ts';
import { parseLossless } from '../fhir/lossless.ts';
import type { Resource } from '../fhir/resource.ts';
import { placeOfItem } from './orders.ts';
import { openItem } from './records.ts';
import type { Session } from './session.ts';

/** A resource in an entry of its own that somebody else wrote into a patient's record: who is bound by it, and to which entry. */
export interface AuthoredItem {
  readonly item: RecordItem;
  /** Author of the entry, by the chain; of what the patient moved, who wrote it before. */
  readonly author: string;
  /** Of that entry, 0x hex. */
  readonly commitment: string;
  readonly resource: Resource;
}

/**
 * @param type of the FHIR resource
 * @returns undefined for one of another type, one that the patient wrote, and one that shares its entry with others
 * @throws SalusError as {@link openItem}
 */
export async function authoredItem(
  session: Session,
  patient: string,
  id: string,
  type: string,
): Promise<AuthoredItem | undefined> {
  const { row, position, item } = await openItem(session, patient, id);
  if (item.type !== type) return undefined;
  const place = await placeOfItem(session, item);
  if (place === undefined) return undefined;
  const { doctor: author, commitment } = place;
  const [written, sealed, own] = [author, item.author, item.patient].map((one) => one.toLowerCase());
  // What a patient moved is sealed by them; that somebody else says what theirs was before counts for nothing.
  if ((sealed !== written && sealed !== own) || written === own) return undefined;
  const bytes = await session.catalogue.readItem(row, position);
  return { item, author, commitment, resource: parseLossless(new TextDecoder().decode(bytes)) as Resource };
}
