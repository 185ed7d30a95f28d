import type { EntryRow, RecordItem } from '../catalogue/model.ts';
import { marksOn } from './marks.ts';
import type { Reader } from './reader.ts';
import { earlierVersions, newestVersion } from './versions.ts';

/** What belongs to an item and goes where it goes: the item in every version, newest first, and what the patient said of each. */
export interface Family {
  readonly versions: readonly RecordItem[];
  readonly marks: readonly RecordItem[];
}

/** @param item of the own record; any version of it */
export async function familyOf(reader: Reader, item: RecordItem): Promise<Family> {
  const newest = await newestVersion(reader, item);
  const versions = [newest, ...(await earlierVersions(reader, newest))];
  const marks = await Promise.all(versions.map((version) => marksOn(reader, version)));
  return { versions, marks: marks.flat() };
}

/** What an item was before it was sealed anew, where that is still there: a wallet that was killed in between left it. */
export async function copiesOf(
  { catalogue, deployments }: Reader,
  { patient, was = [] }: RecordItem,
): Promise<RecordItem[]> {
  const found: RecordItem[] = [];
  for (const id of was) {
    const [entry = '', position = ''] = id.split('/');
    for (const { registry } of deployments) {
      const row: EntryRow | undefined = await catalogue.entry(registry, entry);
      const item = row?.state === 'open' ? row.items[Number(position)] : undefined;
      if (item !== undefined && item.patient.toLowerCase() === patient.toLowerCase()) found.push(item);
    }
  }
  return found;
}
