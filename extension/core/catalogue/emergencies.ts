import type { EmergencyOpened } from '../chain/events.ts';
import { toHex } from '../bytes.ts';
import { PURPOSE_BITS } from '../consent/purposes.ts';
import { Right } from '../registry/abi.ts';
import { ACTIVITY, ALARMS, folderName, placeKey, sharingKey, type FolderRow, type GrantRow } from './model.ts';
import type { Draft } from './rows.ts';
import { SortedList } from './sorted-list.ts';

/** What doctors opened in an emergency, of this account's record; the receipt is the note that says why. */
export const EMERGENCIES = new SortedList<GrantRow>('emergencies');
/** What this account opened in an emergency. */
export const HELD_IN_EMERGENCY = new SortedList<GrantRow>('held-in-emergency');
/** Own folders that may be opened in an emergency, by registry. */
export const ALLOWED_IN_EMERGENCY = new SortedList<Pick<GrantRow, 'registry' | 'folder'>>('allowed-in-emergency');

/** An opening as the grant that it comes to. */
export async function emergencyGrant(draft: Draft, event: EmergencyOpened): Promise<GrantRow> {
  const { registry, patient, doctor: grantee, folder, until, block, transaction } = event;
  const { epoch = 0 } = (await draft.get<FolderRow>(folderName(registry, patient, folder))) ?? {};
  const terms = { grantee, folder, from: 0, until, purposes: PURPOSE_BITS.BTG, rights: Right.Read };
  return { ...terms, registry, patient, epoch, receipt: toHex(event.note), block, transaction };
}

/** Takes in that a doctor opened a folder of the own record: one line, and one alarm, for all folders of one act. */
export async function noteEmergency(draft: Draft, row: GrantRow): Promise<void> {
  const { registry, grantee: who, folder, until, receipt: note, block, transaction } = row;
  await EMERGENCIES.change(draft, new Map([[sharingKey(row), row]]));
  const key = `${placeKey({ block, index: 0 })}|${transaction}|emergency|${who}`;
  const before = await ACTIVITY.find(draft, key);
  const folders = before?.kind === 'emergency' ? before.folders : [];
  if (before === undefined) draft.put(ALARMS, ((await draft.get<number>(ALARMS)) ?? 0) + 1);
  const said = { registry, who, folders: [...new Set([...folders, folder])], until, note };
  await ACTIVITY.change(draft, new Map([[key, { kind: 'emergency', ...said, block, transaction }]]));
}
