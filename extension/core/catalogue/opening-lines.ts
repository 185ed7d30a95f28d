import { keccak256, toUtf8Bytes } from 'ethers';
import { EMERGENCY } from '../consent/purposes.ts';
import { ACTIVITY, ALARMS, alikeName, logName, lookedName, placeKey, type OpeningRow } from './model.ts';
import type { Draft } from './rows.ts';

/** Seconds within which keepers write down one opening, their clocks being as they are. */
const MOMENTS = 300;

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
    if (refused || (purpose & EMERGENCY) !== 0) draft.put(ALARMS, ((await draft.get<number>(ALARMS)) ?? 0) + 1);
  }
  draft.put(logName(keeper), next);
}

async function noteLook(draft: Draft, { who, folder, at }: OpeningRow): Promise<void> {
  const name = lookedName(who, folder);
  if (at > ((await draft.get<number>(name)) ?? 0)) draft.put(name, at);
}
