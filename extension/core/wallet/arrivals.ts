import { ARRIVALS, type RecordItem } from '../catalogue/model.ts';
import type { Session } from './session.ts';

/** Arrivals that home names, and that are counted. */
const MOST_NAMED = 20;
const MOST_COUNTED = 100;
/** Arrivals that may be decided on one by one before the rest of them. */
const MOST_KEPT = 500;

/** What others added and the person has not decided on. */
export interface Arrivals {
  readonly items: readonly RecordItem[];
  /** At most 100. */
  readonly count: number;
}

/** The newest first. */
export async function arrivals(session: Session): Promise<Arrivals> {
  const { seenBlock, kept } = await session.state.read();
  const decided = new Set(kept);
  const { items } = await ARRIVALS.page(session.catalogue.rows, MOST_COUNTED, {
    where: (item) => item.block > seenBlock && !decided.has(item.id),
  });
  return { items: items.slice(0, MOST_NAMED), count: items.length };
}

/** Takes note of what the person decided on. @param ids all that there are, where they are not named */
export async function keepArrivals(session: Session, ids?: readonly string[]): Promise<void> {
  const keepAll = async () => {
    const [newest] = (await ARRIVALS.page(session.catalogue.rows, 1)).items;
    await session.state.update((s) => ({ ...s, seenBlock: Math.max(s.seenBlock, newest?.block ?? 0), kept: [] }));
  };
  if (ids === undefined) return keepAll();
  await session.state.update((s) => ({ ...s, kept: [...new Set([...s.kept, ...ids])].slice(-MOST_KEPT) }));
  if ((await arrivals(session)).count === 0) await keepAll();
}
