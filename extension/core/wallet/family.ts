import type { RecordItem } from '../catalogue/model.ts';
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
