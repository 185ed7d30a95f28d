import type { Section } from '../records/sections.ts';
import { namesIn, ownConsents } from './own-consents.ts';
import { listOwn } from './list-records.ts';
import type { Session } from './session.ts';

/** One thing that happened to the patient's record, as the chain has it. Newest first. */
export type ActivityEvent = {
  readonly block: number;
  readonly transaction: string;
  /** Unix seconds; absent while it waits for the chain. */
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
      readonly origin: string;
      readonly sections: readonly Section[];
      readonly until: number;
      readonly live: boolean;
      readonly issued: number;
    }
);

/** What was added and what was shared. Who opened what is known only once managers hold the keys; the screen says so. */
export async function activity(session: Session): Promise<ActivityEvent[]> {
  const [{ items }, consents] = await Promise.all([listOwn(session), ownConsents(session)]);
  const names = namesIn(consents);
  const added = [...Map.groupBy(items, (i) => i.id.split('/')[0])].flatMap(([, list]): ActivityEvent[] => {
    const [first] = list;
    if (first === undefined) return [];
    const { author, section, block, transaction } = first;
    const authorName = names.get(author);
    const own = author === session.address;
    return [
      {
        kind: 'added',
        author,
        ...(authorName && { authorName }),
        own,
        section,
        count: list.length,
        block,
        transaction,
      },
    ];
  });
  const shared = consents.map(({ receipt, transaction, block, live }): ActivityEvent => {
    const { recipient, recipientName, origin, until, issued } = receipt;
    const name = recipientName === undefined ? {} : { recipientName };
    const sections = receipt.sections.map((s) => s.section);
    return {
      kind: 'shared',
      recipient,
      ...name,
      origin,
      sections,
      until,
      live: live.length > 0,
      issued,
      block,
      transaction,
    };
  });
  const order = (e: ActivityEvent) => (e.block === 0 ? Number.MAX_SAFE_INTEGER : e.block);
  const events = [...added, ...shared].sort((a, b) => order(b) - order(a));
  return Promise.all(
    events.map(async (event) => {
      const at = event.block > 0 ? await session.client.timeOf(event.block) : undefined;
      return { ...event, ...(at !== undefined && { at }) };
    }),
  );
}
