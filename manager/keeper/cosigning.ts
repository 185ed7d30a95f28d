import * as v from 'valibot';
import { equal, fromHex } from '../../extension/core/bytes.ts';
import { cosign, isSignedBy, parseCheckpoint, type SignedCheckpoint } from '../../extension/core/custody/checkpoint.ts';
import { CosignRequestSchema, type CosignRequest } from '../../extension/core/custody/keeper-messages.ts';
import { logOrigin } from '../../extension/core/custody/openings-log.ts';
import { verifyConsistency } from '../../extension/core/merkle.ts';
import type { Peer } from '../config.ts';
import { ManagerError } from '../errors.ts';
import { Turns } from '../turns.ts';
import type { KeeperKeys } from './keys.ts';
import type { HeadRows, SeenHead } from './store.ts';

/** Heads of one log that may wait: each signed by it. */
const MOST_WAITING = 8;

/** What {@link createCosigning} needs. */
export interface CosigningParts {
  /** Name of a manager's log. */
  readonly originOf: (account: string) => string;
  /** Account of this manager. */
  readonly account: string;
  readonly peers: readonly Peer[];
  readonly heads: HeadRows;
  readonly keys: KeeperKeys;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Says of other managers' logs that they only grow. */
export interface Cosigning {
  /**
   * Cosigns the head of a peer's log, once it goes on from the one seen before. What was seen is on the disk before it is said.
   * @returns a line to put under the head (C2SP tlog-cosignature)
   * @throws ManagerError `bad-request`, `not-found` for a log nobody knows, `bad-signature`, `moved` where another head was seen since,
   *   `inconsistent` where the log was rewritten or rolled back
   */
  cosign(body: unknown): Promise<string>;
  /** The newest head of each peer, with this manager's cosignature. */
  heads(): Promise<string[]>;
}

/** The name of logs of a network. */
export const originsOf =
  (chainId: number, registry: string) =>
  (account: string): string =>
    logOrigin(chainId, registry, account);

/** Cheap checks come first, so that whoever sends what is nothing pays more for it than this manager does. */
export function createCosigning({ originOf, account, peers, heads, keys, now }: CosigningParts): Cosigning {
  const byOrigin = new Map(peers.map((peer) => [originOf(peer.account), peer]));
  const verifier = { name: originOf(account), publicKey: keys.log };
  const turns = new Turns(1, MOST_WAITING);

  return {
    async cosign(body) {
      const { request, note } = parse(body);
      const peer = byOrigin.get(note.checkpoint.origin);
      if (peer === undefined) throw new ManagerError('not-found', 'This manager cosigns the logs of its peers only.');
      const of = { name: note.checkpoint.origin, publicKey: fromHex(peer.log) };
      if (!(await isSignedBy(note, of)))
        throw new ManagerError('bad-signature', 'The head is not signed by the key of its log.');
      return turns.run(peer.account, () => see(peer, request, note));
    },
    async heads() {
      const seen = await Promise.all(peers.map((peer) => heads.seen(peer.account)));
      return seen.flatMap((head) => head?.note ?? []);
    },
  };

  async function see({ account: of }: Peer, request: CosignRequest, note: SignedCheckpoint): Promise<string> {
    const before = await heads.seen(of);
    const size = before?.size ?? 0;
    if (request.old !== size) throw moved(size);
    if (!(await goesOn(before, request, note)))
      throw new ManagerError('inconsistent', 'The head does not go on from the one seen before.');
    const line = await cosign(note.text, Math.floor(now() / 1000), verifier, (message) => keys.signHead(message));
    const { size: newSize, root } = note.checkpoint;
    // Another process of this manager may have seen a fork of it meanwhile.
    if (await heads.see(of, { size: newSize, root, note: `${request.head}${line}` }, before)) return line;
    throw moved((await heads.seen(of))?.size ?? 0);
  }
}

const moved = (size: number): ManagerError =>
  new ManagerError('moved', 'Another head was seen last. Prove that this one goes on from it.', { size });

async function goesOn(
  before: SeenHead | undefined,
  { consistency }: CosignRequest,
  { checkpoint: { size, root } }: SignedCheckpoint,
): Promise<boolean> {
  // Every log goes on from nothing.
  if (before === undefined) return consistency.length === 0;
  if (size < before.size) return false;
  if (size === before.size) return equal(root, before.root);
  return verifyConsistency(before, { size, root }, consistency);
}

function parse(body: unknown): { request: CosignRequest; note: SignedCheckpoint } {
  const parsed = v.safeParse(CosignRequestSchema, body);
  const note = parsed.success ? parseCheckpoint(parsed.output.head) : undefined;
  // Nothing but the head itself, by its log alone: what others say of it is not passed on.
  if (parsed.success && note?.signatures.length === 1) return { request: parsed.output, note };
  throw new ManagerError(
    'bad-request',
    'The body must be {head, old, consistency}: a head with the signature of its log.',
  );
}
