import { keccak256, toUtf8Bytes } from 'ethers';
import { EMERGENCY } from '../consent/purposes.ts';
import type { Reported } from '../chain/events.ts';
import { ACTIVITY, ALARMS, alarmedName, alikeName, logName, lookedName, placeKey, type OpeningRow } from './model.ts';
import type { Draft } from './rows.ts';

/** Seconds within which keepers write down one opening, their clocks being as they are. */
const MOMENTS = 300;
/** Blocks within which an attempt can be reported to the registry. */
const REPORTABLE = 256;

/** An opening, and the newest block that the keeper knew then. */
export type PlacedOpening = OpeningRow & { readonly block: number };

/**
 * Takes in what a keeper's log says. What several keepers say of one opening is one line: each of them was asked for it, within
 * moments.
 * @param next number of the line to go on from
 */
export async function takeOpenings(
  draft: Draft,
  keeper: string,
  openings: readonly PlacedOpening[],
  next: number,
): Promise<void> {
  for (const { block, ...opening } of openings) {
    const { refused, who, folder, records, purpose } = opening;
    if (!refused && records.length > 0) await noteLook(draft, opening);
    const name = alikeName(keccak256(toUtf8Bytes([refused, who, folder, purpose, ...records].join())));
    const alike = (await draft.get<readonly string[]>(name)) ?? [];
    let isKnown = false;
    for (const key of alike) {
      const row = await ACTIVITY.find(draft, key);
      if (row?.kind !== 'opened') continue;
      if (Math.abs(row.at - opening.at) > MOMENTS || row.keepers.includes(keeper)) continue;
      const both = { ...row, at: Math.min(row.at, opening.at), keepers: [...row.keepers, keeper] };
      await ACTIVITY.change(draft, new Map([[key, both]]));
      isKnown = true;
      break;
    }
    if (isKnown) continue;
    const place = `${placeKey({ block, index: 999_999 })}|${opening.at}|${who}|${folder}|${alike.length}|${keeper}`;
    await ACTIVITY.change(draft, new Map([[place, { ...opening, block, transaction: '' }]]));
    draft.put(name, [...alike, place]);
    if (refused) await alarm(draft, who, block);
    else if ((purpose & EMERGENCY) !== 0) await count(draft);
  }
  draft.put(logName(keeper), next);
}

/** Takes in that the network counts a refused attempt at the own record against whoever made it. One that was taken in changes nothing. */
export async function takeReport(draft: Draft, event: Reported): Promise<void> {
  const { by, folder, purpose, block, index, transaction } = event;
  const who = by.toLowerCase();
  const key = `${placeKey({ block, index })}|${transaction}|reported|${who}`;
  if ((await ACTIVITY.find(draft, key)) !== undefined) return;
  await ACTIVITY.change(draft, new Map([[key, { kind: 'reported', who, folder, purpose, block, transaction }]]));
  await alarm(draft, who, block);
}

/**
 * Alarms that somebody was refused. Keepers and the chain both tell of one attempt, and who is refused tries again: within the blocks in
 * which an attempt can be reported it is one alarm.
 */
async function alarm(draft: Draft, who: string, block: number): Promise<void> {
  const name = alarmedName(who);
  const last = await draft.get<number>(name);
  draft.put(name, Math.max(block, last ?? 0));
  if (last === undefined || Math.abs(block - last) > REPORTABLE) await count(draft);
}

async function count(draft: Draft): Promise<void> {
  draft.put(ALARMS, ((await draft.get<number>(ALARMS)) ?? 0) + 1);
}

async function noteLook(draft: Draft, { who, folder, at }: OpeningRow): Promise<void> {
  const name = lookedName(who, folder);
  if (at > ((await draft.get<number>(name)) ?? 0)) draft.put(name, at);
}
