import { ACTIVITY, type ActivityRow } from '../catalogue/model.ts';
import type { Page } from '../catalogue/sorted-list.ts';
import type { Section } from '../records/sections.ts';
import { timeOf } from './records.ts';
import { settlementOf, type Settlement } from './settlement.ts';
import type { Session } from './session.ts';
import { namesIn, ownConsents } from './sharing.ts';

/** One thing that happened to the patient's record, as the chain has it. */
export type ActivityEvent = {
  readonly block: number;
  readonly transaction: string;
  readonly settlement: Settlement;
  /** Unix seconds; absent while it waits for the chain, or no node says. */
  readonly at?: number;
} & (
  | {
      readonly kind: 'added';
      readonly author: string;
      /** As the patient's own receipts call this member. */
      readonly authorName?: string;
      readonly own: boolean;
      readonly section: Section;
      readonly count: number;
    }
  | {
      readonly kind: 'shared';
      readonly recipient: string;
      readonly recipientName?: string;
      readonly sections: readonly Section[];
      readonly until: number;
      readonly live: boolean;
    }
  | {
      readonly kind: 'ended';
      readonly recipient: string;
      readonly recipientName?: string;
      readonly sections: readonly Section[];
    }
);

/**
 * One page of what was added, shared and ended, newest first. Who opened what is known only once managers hold the keys; the screen
 * says so.
 * @param before as the page before gave it in `next`
 */
export async function activity(
  session: Session,
  { before, limit = 50 }: { before?: string | undefined; limit?: number } = {},
): Promise<Page<ActivityEvent>> {
  const { rows } = session.catalogue;
  const [{ items, next }, consents, { final }, folders] = await Promise.all([
    ACTIVITY.page(rows, limit, { before }),
    ownConsents(session),
    session.catalogue.head(),
    session.folders(),
  ]);
  const names = namesIn(consents);
  const live = new Set(consents.flatMap((c) => (c.live.length > 0 ? [`${c.transaction}/${c.recipient}`] : [])));
  const sectionsOf = (tags: readonly number[]) => tags.flatMap((tag) => folders.section(tag) ?? []);
  const toEvent = async (row: ActivityRow): Promise<ActivityEvent> => {
    const { block, transaction } = row;
    const at = block > 0 ? await timeOf(session, block) : undefined;
    const place = { block, transaction, settlement: settlementOf(block, final), ...(at !== undefined && { at }) };
    if (row.kind === 'added') {
      const { author, section, count } = row;
      const authorName = names.get(author);
      return {
        ...place,
        kind: 'added',
        author,
        ...(authorName && { authorName }),
        own: author === session.address,
        section,
        count,
      };
    }
    const { recipient } = row;
    const recipientName = names.get(recipient);
    const whom = { recipient, ...(recipientName && { recipientName }), sections: sectionsOf(row.folders) };
    if (row.kind === 'ended') return { ...place, kind: 'ended', ...whom };
    return { ...place, kind: 'shared', ...whom, until: row.until, live: live.has(`${transaction}/${recipient}`) };
  };
  return { items: await Promise.all(items.map(toEvent)), ...(next !== undefined && { next }) };
}
