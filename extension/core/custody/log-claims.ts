import { equal, fromHex, type Bytes } from '../bytes.ts';
import type { KeeperInfo } from '../network/descriptor.ts';
import { cosignedAt } from './checkpoint.ts';
import type { Anchor, LogReply, OpeningBody } from './keeper-messages.ts';
import { goesOn, headOf, type KnownHead } from './openings-log.ts';

/** Heads of one log that are looked at: of the longest, since they hold the shorter ones. */
const MOST_CLAIMS = 6;
/** A line that is older than an anchor it is not under, by more blocks and by more time than an anchor can take to get there. */
const [LATE_BLOCKS, LATE_SECONDS] = [256, 3_600];

/** A head of a log that its keeper signed, or set down on the chain: what it shows to anybody must hold it. */
export interface Claim extends KnownHead {
  /** Whether another keeper cosigned it. */
  readonly isConfirmed: boolean;
}

/** Who keeps which log. */
export interface Logs {
  readonly keepers: readonly KeeperInfo[];
  readonly originOf: (account: string) => string;
}

/**
 * The heads of one keeper's log that are in the answers of all keepers. What its own key did not sign is nobody's word but of whoever
 * said it, and is no claim.
 */
export async function claimsOf(
  keeper: KeeperInfo,
  replies: readonly LogReply[],
  { keepers, originOf }: Logs,
): Promise<Claim[]> {
  const origin = originOf(keeper.account);
  const texts = replies.flatMap(({ cosigned, others = [] }) => [...(cosigned ? [cosigned.head] : []), ...others]);
  const claims: Claim[] = [];
  for (const text of new Set(texts)) {
    const note = await headOf(text, { origin, keeper });
    if (note === undefined) continue;
    let isConfirmed = false;
    for (const { account, log } of keepers) {
      if (account === keeper.account) continue;
      const at = await cosignedAt(note, { name: originOf(account), publicKey: fromHex(log) });
      isConfirmed ||= at !== undefined;
    }
    claims.push({ size: note.checkpoint.size, root: note.checkpoint.root, isConfirmed });
  }
  return claims.toSorted((a, b) => b.size - a.size).slice(0, MOST_CLAIMS);
}

/** The longest anchor of one keeper's log that any keeper tells of. It is not looked up yet. */
export function anchorIn(account: string, replies: readonly LogReply[]): Anchor | undefined {
  const all = replies.flatMap(({ anchors = [] }) => anchors).filter(({ manager }) => manager === account);
  return all.toSorted((a, b) => b.size - a.size)[0];
}

/** Whether a claim is a part of a head, as far as what came with the head proves it; undefined where that proves nothing. */
export async function isUnder(claim: Claim, head: KnownHead, reply: LogReply): Promise<boolean | undefined> {
  if (claim.size === head.size) return equal(claim.root, head.root);
  if (claim.size > head.size) return undefined;
  const proofs = [reply.cosigned?.consistency, reply.anchored].filter((proof): proof is Bytes[] => proof !== undefined);
  for (const proof of proofs) if (await goesOn(claim, head, proof)) return true;
  return undefined;
}

/** Whether a line says that it is from before an anchor that it is not under: it was written in later. */
export function isBackDated(
  { block, at }: Pick<OpeningBody, 'block' | 'at'>,
  number: number,
  anchor: { readonly size: number; readonly block: number; readonly time: number },
): boolean {
  return number >= anchor.size && block < anchor.block - LATE_BLOCKS && at < anchor.time - LATE_SECONDS;
}
