import { equal, fromHex, toHex } from '../bytes.ts';
import { addressTopic, topicOf } from '../chain/events.ts';
import type { LogReply } from '../custody/keeper-messages.ts';
import { anchorIn, claimsOf, isBackDated, isUnder, type Claim, type Logs } from '../custody/log-claims.ts';
import { goesOn, headOf, type KnownHead, type ProvenLines } from '../custody/openings-log.ts';
import type { KeeperInfo } from '../network/descriptor.ts';
import { orUnknown } from './act.ts';
import type { LogHead } from './sealed-state.ts';
import type { Session } from './session.ts';

/** A keeper's answer, proven by itself. */
export interface ProvenReply {
  readonly keeper: KeeperInfo;
  readonly reply: LogReply;
  readonly proven: ProvenLines;
}

/** What others and the chain say of a log. */
export interface LogCheck {
  /** Whether it showed somebody else something else: two trees, one that was rolled back, or a line that was dated back. */
  readonly isBroken: boolean;
  /** Lines that are confirmed to be the same for everybody. */
  readonly confirmed?: number;
  readonly anchor?: LogHead['anchor'];
}

/** Others who see a log each day have seen it by then. */
const CONFIRMED_WITHIN_MS = 7 * 86_400_000;

/**
 * What waits to be confirmed. It is held against a log only where the others answer, and after days: one that is down confirms later.
 * @param areAnswering whether other keepers were asked, and answered
 */
export function waitingOf(
  known: LogHead | undefined,
  { size }: KnownHead,
  {
    confirmed = 0,
    areAnswering,
    now,
  }: { readonly confirmed?: number; readonly areAnswering: boolean; readonly now: number },
): Pick<LogHead, 'waiting' | 'unconfirmed'> {
  if (confirmed >= size) return {};
  const before = known?.waiting;
  const waiting = before !== undefined && confirmed < before.size ? before : { size, since: now };
  const isLate = now - waiting.since > CONFIRMED_WITHIN_MS && (areAnswering || known?.unconfirmed === true);
  return { waiting, ...(isLate && { unconfirmed: true }) };
}

/** Asks a keeper for its head, and for the proof that it goes on from one of so many lines. */
export type AskHead = (head: number) => Promise<LogReply | undefined>;

/**
 * Compares what one keeper says of its log with what it told the other keepers and set down on the chain. What cannot be compared now,
 * since somebody does not answer, is no accusation: it is not confirmed yet.
 * @param replies of all keepers
 */
export async function checkLog(
  session: Session,
  { keeper, reply, proven }: ProvenReply,
  replies: readonly LogReply[],
  { logs, known, askHead }: { readonly logs: Logs; readonly known: LogHead | undefined; readonly askHead: AskHead },
): Promise<LogCheck> {
  const anchor = await foundAnchor(session, keeper, replies, known);
  const claims: Claim[] = await claimsOf(keeper, replies, logs);
  if (anchor) claims.push({ size: anchor.size, root: fromHex(anchor.root), isConfirmed: false });
  let confirmed: number | undefined;
  for (const claim of claims) {
    const holds =
      (await isUnder(claim, proven.head, reply)) ?? (await settle(claim, proven.head, { keeper, logs, askHead }));
    if (holds === false) return { isBroken: true };
    if (holds && claim.isConfirmed) confirmed = Math.max(confirmed ?? 0, claim.size);
  }
  const isBroken = anchor !== undefined && (await hasBackDated(session, proven, anchor));
  return { isBroken, ...(confirmed !== undefined && { confirmed }), ...(anchor && { anchor }) };
}

/**
 * Has the keeper prove that a head which it signed before is a part of its log.
 * @returns undefined where it does not answer, or went on meanwhile: it is asked again the next time
 */
async function settle(
  claim: Claim,
  head: KnownHead,
  { keeper, logs, askHead }: { readonly keeper: KeeperInfo; readonly logs: Logs; readonly askHead: AskHead },
): Promise<boolean | undefined> {
  const isLonger = claim.size > head.size;
  const from = isLonger ? head : claim;
  const reply = await askHead(from.size);
  if (reply === undefined) return undefined;
  const origin = logs.originOf(keeper.account);
  const note = await headOf(reply.head, { origin, keeper });
  // What it says now is not shorter than what it said before, and holds it.
  if (!note || !(await goesOn(from, note.checkpoint, reply.consistency))) return false;
  const now = note.checkpoint;
  if (isLonger) {
    if (now.size < claim.size) return false;
    return now.size === claim.size ? equal(now.root, claim.root) : undefined;
  }
  if (now.size < head.size) return false;
  return now.size === head.size ? equal(now.root, head.root) : undefined;
}

/** The anchor that keepers tell of, where it stands on the chain. */
async function foundAnchor(
  session: Session,
  { account }: KeeperInfo,
  replies: readonly LogReply[],
  known: LogHead | undefined,
): Promise<LogHead['anchor']> {
  const told = anchorIn(account, replies);
  if (told === undefined || told.size <= (known?.anchor?.size ?? 0)) return known?.anchor;
  const topics = [topicOf('LogAnchored'), addressTopic(account)];
  const events = (await orUnknown(() => session.follower.at([topics], told.block))) ?? [];
  const isThere = events.some(
    (event) =>
      event.kind === 'log' &&
      event.registry === session.network.registry.toLowerCase() &&
      event.size === told.size &&
      equal(event.root, told.root),
  );
  return isThere ? { size: told.size, root: toHex(told.root), block: told.block } : known?.anchor;
}

async function hasBackDated(
  session: Session,
  { lines, numbers }: ProvenLines,
  { size, block }: { readonly size: number; readonly block: number },
): Promise<boolean> {
  // Only a line that may be one is worth a question.
  const always = { size, block, time: Infinity };
  const suspects = lines
    .map((line, i) => [line, numbers[i] ?? 0] as const)
    .filter(([line, n]) => isBackDated(line, n, always));
  if (suspects.length === 0) return false;
  const time = await orUnknown(() => session.follower.timeOf(block));
  return time !== undefined && suspects.some(([line, n]) => isBackDated(line, n, { size, block, time }));
}
