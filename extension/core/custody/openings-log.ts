import { equal, fromHex, sha256, type Bytes } from '../bytes.ts';
import { isSalusError } from '../errors.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../merkle.ts';
import type { KeeperInfo } from '../network/descriptor.ts';
import { isSignedBy, parseCheckpoint, type SignedCheckpoint } from './checkpoint.ts';
import { decodeOpening, type LogReply, type OpeningBody } from './keeper-messages.ts';

/** Name of a manager's log. */
export const logOrigin = (chainId: number, registry: string, account: string): string =>
  `${chainId}/${registry}/${account}`.toLowerCase();

/** Head of a log as it was seen. */
export interface KnownHead {
  readonly size: number;
  readonly root: Bytes;
}

/** What a keeper's log says of a patient's record, once all of it is proven. */
export interface ProvenLines {
  readonly head: KnownHead;
  readonly lines: readonly OpeningBody[];
  /** What to ask for after it. */
  readonly next: number;
  /** Numbers of the lines, in their order. */
  readonly numbers: readonly number[];
}

/**
 * Checks an answer: the head is signed by the log's key and goes on from the one known before, every line is under it and speaks of
 * this patient.
 * @returns undefined where anything of it does not fit: the log was rewritten, rolled back, forked, or is another's
 */
export async function proveLines(
  reply: LogReply,
  { origin, keeper, patient }: { readonly origin: string; readonly keeper: KeeperInfo; readonly patient: string },
  known: KnownHead | undefined,
): Promise<ProvenLines | undefined> {
  const note = await headOf(reply.head, { origin, keeper });
  if (note === undefined) return undefined;
  const { size, root } = note.checkpoint;
  if (known !== undefined && !(await goesOn(known, { size, root }, reply.consistency))) return undefined;
  const lines: OpeningBody[] = [];
  for (const { number, blind, body, proof } of reply.lines) {
    const leaf = await leafHash(blind, await sha256(body));
    if (!(await verifyInclusion(root, leaf, number, size, proof))) return undefined;
    const line = opened(body);
    if (line?.patient !== patient.toLowerCase()) return undefined;
    lines.push(line);
  }
  return { head: { size, root }, lines, next: reply.next, numbers: reply.lines.map(({ number }) => number) };
}

/** A head that the log itself signed. */
export async function headOf(
  text: string,
  { origin, keeper }: { readonly origin: string; readonly keeper: KeeperInfo },
): Promise<SignedCheckpoint | undefined> {
  const note = parseCheckpoint(text);
  if (note?.checkpoint.origin !== origin) return undefined;
  return (await isSignedBy(note, { name: origin, publicKey: fromHex(keeper.log) })) ? note : undefined;
}

/** Whether a head goes on from another one. */
export async function goesOn(known: KnownHead, now: KnownHead, proof: readonly Bytes[]): Promise<boolean> {
  if (now.size < known.size) return false;
  if (now.size === known.size) return equal(now.root, known.root);
  return known.size === 0 || verifyConsistency(known, now, proof);
}

function opened(body: Bytes): OpeningBody | undefined {
  try {
    return decodeOpening(body);
  } catch (error) {
    if (isSalusError(error, 'sealed-data-damaged')) return undefined;
    throw error;
  }
}
