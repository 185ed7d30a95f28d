import type { Session } from './session.ts';

/** How often copies are looked for without anybody asking, and how many entries at a time. */
const EVERY_MS = 6 * 3_600_000;
const AT_ONCE = 8;
/** How many when the person asks. */
const WHEN_ASKED = 64;
/** Row with what was found last. */
const CHECKED = 'copies-checked';

/** What was found when copies were last looked for. */
export interface CopiesChecked {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Copies that were asked for, and those of them that are there. */
  readonly asked: number;
  readonly there: number;
  /** Copies that managers lost, and those that did not answer. */
  readonly lost: number;
  readonly away: number;
}

/** What was found last; undefined where nothing was looked for yet. */
export const copiesChecked = ({ catalogue }: Session): Promise<CopiesChecked | undefined> =>
  catalogue.rows.get<CopiesChecked>(CHECKED);

/**
 * Asks keepers of copies now and then for a part, by chance, of what they are to have. What one lost is sent to it again by the next
 * drain of the outbox.
 * @param asked by the person: at once, and more of it
 * @returns what was found; undefined where it was not time, or there is nothing
 */
export async function checkCopies(session: Session, asked = false): Promise<CopiesChecked | undefined> {
  const { catalogue, storage, address, now } = session;
  const before = await copiesChecked(session);
  const isSoon = before !== undefined && now() - before.at < EVERY_MS && now() >= before.at;
  if (isSoon && !asked) return undefined;
  const told = await storage.challenge(address, asked ? WHEN_ASKED : AT_ONCE);
  if (told.length === 0) return undefined;
  const count = (wanted: string) => told.filter(({ outcome }) => outcome === wanted).length;
  const found = { at: now(), asked: told.length, there: count('there'), lost: count('lost'), away: count('away') };
  session.keyring.check();
  await catalogue.rows.write(new Map([[CHECKED, found]]));
  return found;
}
