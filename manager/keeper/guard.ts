import * as v from 'valibot';
import { equal } from '../../extension/core/bytes.ts';
import { isSignedBy, parseCheckpoint, type Checkpoint } from '../../extension/core/custody/checkpoint.ts';
import { HeadsSchema } from '../../extension/core/custody/keeper-messages.ts';
import { ManagerError } from '../errors.ts';
import type { AskPeer } from './ask-peer.ts';
import type { CosigningParts } from './cosigning.ts';
import type { KeeperStore } from './store.ts';

/** What {@link createGuard} needs. */
export interface GuardParts extends Pick<CosigningParts, 'originOf' | 'account' | 'peers' | 'keys'> {
  /** The newest registry, which the log is named after and anchored in. */
  readonly registry: string;
  readonly ask: AskPeer;
  readonly store: Pick<KeeperStore, 'chain' | 'log'>;
}

/** Whether the log is known to be all there is. */
export type LogState = 'unchecked' | 'current' | 'restored';

/**
 * Keeps a manager from going on with an old copy of its log: what was in the newer one, nonces and openings, would be forgotten. Until
 * the log was found to be no shorter than its newest anchor and than what a peer saw, and to have their roots, nothing is released.
 */
export interface Guard {
  readonly state: LogState;
  /** What its operator must do; undefined where all is well. */
  readonly advice: string | undefined;
  /** Called once the chain was followed to its end. @throws ManagerError `unchecked` where no peer answers yet, `restored` */
  require(): Promise<void>;
  /** Somebody saw a log of so many lines, which is longer than this one. */
  foundBehind(size: number): void;
}

export function createGuard({ originOf, account, peers, keys, registry, ask, store }: GuardParts): Guard {
  const self = { name: originOf(account), publicKey: keys.log };
  let state: LogState = 'unchecked';
  /** Lines of the longest log that was seen. */
  let longest = 0;
  let checking: Promise<void> | undefined;

  return {
    get state() {
      return state;
    },
    get advice() {
      if (state === 'restored') return restoredAdvice(longest);
      return state === 'unchecked' ? UNCHECKED : undefined;
    },
    async require() {
      if (state === 'unchecked') {
        await (checking ??= check().finally(() => {
          checking = undefined;
        }));
      }
      if (state === 'restored')
        throw new ManagerError('restored', 'This manager has lost part of its log. Ask another one.');
    },
    foundBehind,
  };

  function foundBehind(size: number): void {
    state = 'restored';
    longest = Math.max(longest, size);
  }

  async function check(): Promise<void> {
    const anchor = await store.chain.anchorOf(registry, account.toLowerCase());
    if (anchor) await compare(anchor);
    const answers = await Promise.all(peers.map((peer) => ask(peer, '/v1/heads')));
    const heads = answers.map((answer) => v.safeParse(HeadsSchema, answer?.body)).filter((parsed) => parsed.success);
    for (const { output } of heads) for (const note of output.heads) await compareNote(note);
    if (state === 'restored') return;
    if (peers.length > 0 && heads.length === 0)
      throw new ManagerError(
        'unchecked',
        'This manager has not compared its log with the others’ yet. Ask again soon.',
        {
          retryAfter: 5,
        },
      );
    state = 'current';
  }

  /** What is not signed by this log's own key is nobody's word but the peer's. */
  async function compareNote(text: string): Promise<void> {
    const note = parseCheckpoint(text);
    if (note?.checkpoint.origin === self.name && (await isSignedBy(note, self))) await compare(note.checkpoint);
  }

  async function compare({ size, root }: Pick<Checkpoint, 'size' | 'root'>): Promise<void> {
    const isHere = size <= (await store.log.size()) && equal(await store.log.root(size), root);
    if (!isHere) foundBehind(size);
  }
}

const UNCHECKED =
  'The log is not compared with its last anchor and the other managers yet. See that the node and one of them answer.';

const restoredAdvice = (size: number): string =>
  `The log here is not the one that had ${size} lines: an older copy, or another one. Stop this manager and put back the newest keeper.sqlite. Where it is lost, begin with a new account, secret and folder; patients deal anew.`;
