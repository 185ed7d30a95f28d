import { currentId, laterVersion } from '../catalogue/claims.ts';
import type { EntryRow, RecordItem } from '../catalogue/model.ts';
import type { Reader } from './reader.ts';

/** Versions of one item that are followed. */
const MOST_VERSIONS = 50;

/** An item that is known and open, also where it was sealed anew since. */
export async function itemOf(reader: Reader, patient: string, id: string): Promise<RecordItem | undefined> {
  const [entry = '', position = ''] = (await currentId(reader.catalogue.rows, patient, id)).split('/');
  for (const { registry } of reader.deployments) {
    const row: EntryRow | undefined = await reader.catalogue.entry(registry, entry);
    if (row?.state === 'open' && row.patient.toLowerCase() === patient.toLowerCase()) {
      return row.items[Number(position)];
    }
  }
  return undefined;
}

/** The newest version of an item, which may be itself. */
export async function newestVersion(reader: Reader, item: RecordItem): Promise<RecordItem> {
  let newest = item;
  for (let i = 0; i < MOST_VERSIONS; i++) {
    const id = await laterVersion(reader.catalogue.rows, newest);
    const next = id === undefined ? undefined : await itemOf(reader, item.patient, id);
    if (next === undefined) return newest;
    newest = next;
  }
  return newest;
}

/** What an item corrected, the newest of them first. Only the patient's own items are corrected, and only by the patient. */
export async function earlierVersions(reader: Reader, item: RecordItem): Promise<RecordItem[]> {
  const found: RecordItem[] = [];
  for (let now = item; now.replaces !== undefined && found.length < MOST_VERSIONS;) {
    const before = await itemOf(reader, item.patient, now.replaces);
    if (before === undefined || !areByPatient(before, now)) break;
    if ((await laterVersion(reader.catalogue.rows, before)) === undefined) break; // they are two things
    found.push((now = before));
  }
  return found;
}

const areByPatient = (...items: readonly RecordItem[]): boolean =>
  items.every(({ author, patient }) => author.toLowerCase() === patient.toLowerCase());
