import type { Session } from './session.ts';

/** Row with how long the newest acts took, in milliseconds, oldest first. */
const ACT_TIMES = 'act-times';
const MOST = 100;

/** Notes how long an act took from being handed over until the chain had it. An act that is done is done, whatever becomes of its figure. */
export async function noteTime({ catalogue: { rows } }: Session, took: number): Promise<void> {
  if (!(took >= 0)) return; // the clock was set back meanwhile
  try {
    const before = (await rows.get<readonly number[]>(ACT_TIMES)) ?? [];
    await rows.write(new Map([[ACT_TIMES, [...before, Math.round(took)].slice(-MOST)]]));
  } catch {
    return;
  }
}

/** How long the newest acts of this account took on this network, as this browser saw them: milliseconds, oldest first. */
export const actTimes = async ({ catalogue: { rows } }: Session): Promise<readonly number[]> =>
  (await rows.get<readonly number[]>(ACT_TIMES)) ?? [];
