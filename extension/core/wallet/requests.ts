import { ACTIVITY, type ActivityRow } from '../catalogue/model.ts';
import type { Session } from './session.ts';
import { ownConsents } from './sharing.ts';
import { timeOf } from './records.ts';

/** Somebody who asks for access and waits for an answer. */
export interface OpenRequest {
  readonly who: string;
  /** Block of the newest of what they asked; a no is to all up to it. */
  readonly block: number;
  /** Unix seconds; absent where no node says. */
  readonly at?: number;
  /** How often they asked. */
  readonly times: number;
  /** Bits of what the newest is for, and Unix seconds at which it would end. */
  readonly purposes: number;
  readonly until: number;
}

/** What happened last, in which requests are looked for; what is older waits no more. */
const MOST_LOOKED_AT = 1_000;
/** Senders that are told of. */
const MOST_SENDERS = 50;
/** Answers that are remembered. */
const MOST_DECLINED = 200;
/** Seconds after which a request is over. */
const WAITS_SECONDS = 90 * 86_400;

type Asked = Extract<ActivityRow, { readonly kind: 'chain' }> & { readonly who: string };
const isRequest = (row: ActivityRow): row is Asked =>
  row.kind === 'chain' && row.what === 'requested' && row.who !== undefined;

/**
 * Requests that wait for the patient, one for each sender, the newest first. Answered, and so none, are those whose sender was given
 * something since, or was told no.
 */
export async function openRequests(session: Session): Promise<OpenRequest[]> {
  const [{ items }, consents, { declined }] = await Promise.all([
    ACTIVITY.page(session.catalogue.rows, MOST_LOOKED_AT),
    ownConsents(session),
    session.state.read(),
  ]);
  const answered = new Map<string, number>();
  const answer = (who: string, block: number) =>
    answered.set(who.toLowerCase(), Math.max(block, answered.get(who.toLowerCase()) ?? 0));
  for (const { recipient, block } of consents) if (block > 0) answer(recipient, block);
  for (const { who, block } of declined) answer(who, block);
  const bySender = Map.groupBy(items.filter(isRequest), ({ who }) => who.toLowerCase());
  const found: OpenRequest[] = [];
  const now = session.now() / 1000;
  for (const [key, asked] of bySender) {
    const open = asked.filter(({ block, until = Infinity }) => block > (answered.get(key) ?? 0) && until > now);
    const [newest] = open;
    if (newest === undefined || found.length === MOST_SENDERS) continue;
    const at = await timeOf(session, newest.block);
    if (at !== undefined && at + WAITS_SECONDS < now) continue;
    const { who, block, purposes = 0, until = 0 } = newest;
    found.push({ who, block, purposes, until, times: open.length, ...(at !== undefined && { at }) });
  }
  return found;
}

/** Says no to all that somebody asked up to a block. They are not told; what they ask later is shown again. */
export async function declineRequest(session: Session, who: string, block: number): Promise<void> {
  await session.state.update((state) => {
    const others = state.declined.filter((one) => one.who.toLowerCase() !== who.toLowerCase());
    return { ...state, declined: [{ who, block }, ...others].slice(0, MOST_DECLINED) };
  });
}
