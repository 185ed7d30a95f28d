import { ALLOWED_IN_EMERGENCY, EMERGENCIES } from '../catalogue/emergencies.ts';
import { ALARMS, SHARING } from '../catalogue/model.ts';
import { followOpenings } from './follow-openings.ts';
import type { Session } from './session.ts';

/** How often the keepers' logs are asked for without anybody looking. */
const EVERY_MS = 10 * 60_000;
/** Row with when they were last asked. */
const ASKED = 'openings-asked';

/** How many openings there are that were refused, or made as an emergency, since the person last looked. */
export async function alarmsOf({ catalogue, state }: Session): Promise<number> {
  const all = (await catalogue.rows.get<number>(ALARMS)) ?? 0;
  return Math.max(0, all - (await state.read()).seenAlarms);
}

/** The person looks at what happened. */
export async function lookedAtAlarms({ catalogue, state }: Session): Promise<void> {
  const seenAlarms = (await catalogue.rows.get<number>(ALARMS)) ?? 0;
  if (seenAlarms !== (await state.read()).seenAlarms) await state.update((s) => ({ ...s, seenAlarms }));
}

/**
 * Asks the keepers now and then what they wrote down, for an account that ever shared something, or lets it be opened in an
 * emergency.
 * @param atOnce however lately they were asked
 * @returns how many alarms the person has not seen; undefined where nothing was asked
 */
export async function watchOpenings(session: Session, atOnce = false): Promise<number | undefined> {
  const { rows } = session.catalogue;
  const asked = (await rows.get<number>(ASKED)) ?? 0;
  const isSoon = session.now() - asked < EVERY_MS && session.now() >= asked;
  if (isSoon && !atOnce) return undefined;
  const ever = await Promise.all(
    [SHARING, ALLOWED_IN_EMERGENCY, EMERGENCIES].map(async (list) => (await list.page(rows, 1)).items.length),
  );
  if (Math.max(...ever) === 0) return undefined;
  await rows.write(new Map([[ASKED, session.now()]]));
  await followOpenings(session);
  return alarmsOf(session);
}
