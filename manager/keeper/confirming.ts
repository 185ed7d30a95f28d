import * as v from 'valibot';
import { fromHex, own, toBase64 } from '../../extension/core/bytes.ts';
import { cosignedAt, parseCheckpoint, signCheckpoint } from '../../extension/core/custody/checkpoint.ts';
import { CosignReplySchema } from '../../extension/core/custody/keeper-messages.ts';
import type { Peer } from '../config.ts';
import type { AskPeer } from './ask-peer.ts';
import type { CosigningParts } from './cosigning.ts';
import type { KeeperStore, SeenHead } from './store.ts';

/** Several lines that come at once are confirmed by one head. */
const PAUSE_MS = 300;
/** A peer that saw another head each time is left alone for now. */
const MOST_TRIES = 3;

const MovedSchema = v.object({ error: v.object({ code: v.literal('moved'), size: v.number() }) });

/** What {@link createConfirming} needs. */
export interface ConfirmingParts extends Pick<CosigningParts, 'originOf' | 'account' | 'peers' | 'keys'> {
  readonly ask: AskPeer;
  readonly store: Pick<KeeperStore, 'heads' | 'log'>;
  /** Told where a peer saw more of this log than there is. */
  readonly onBehind: (size: number) => void;
}

/** Has the other managers cosign the head of this one's log. */
export interface Confirming {
  /** The newest head that others cosigned. */
  confirmed(): Promise<SeenHead | undefined>;
  /** Has the head as it is now cosigned; those who ask at the same time share it. Never throws: a peer that is down is asked again. */
  confirm(): Promise<void>;
  /** {@link confirm}, soon. */
  soon(): void;
  close(): void;
}

export function createConfirming({
  originOf,
  account,
  peers,
  keys,
  ask,
  store,
  onBehind,
}: ConfirmingParts): Confirming {
  const self = account.toLowerCase();
  const verifier = { name: originOf(self), publicKey: keys.log };
  /** Lines that the log had when each peer last saw it. */
  const sizes = new Map<string, number>();
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const confirm = (): Promise<void> =>
    (running ??= run()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      }));

  return {
    confirmed: () => store.heads.seen(self),
    confirm,
    soon() {
      if (peers.length === 0 || isClosed) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void confirm();
      }, PAUSE_MS).unref();
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };

  async function run(): Promise<void> {
    const size = await store.log.size();
    if (size === 0 || isClosed) return;
    const before = await store.heads.seen(self);
    if (before?.size === size && signatures(before.note) === 1 + peers.length) return;
    const root = own(await store.log.root(size));
    const note = await signCheckpoint({ origin: verifier.name, size, root }, verifier, (message) =>
      keys.signHead(message),
    );
    const lines = (await Promise.all(peers.map((peer) => cosignedBy(peer, note, size)))).filter(
      (line) => line !== undefined,
    );
    const isBetter = before === undefined || size > before.size || lines.length >= signatures(before.note);
    if (lines.length > 0 && isBetter && !isClosed)
      await store.heads.see(self, { size, root, note: note + lines.join('') }, before);
  }

  /** @returns its line, or undefined where it gives none that is good */
  async function cosignedBy(peer: Peer, head: string, size: number): Promise<string | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const old = sizes.get(peer.account) ?? 0;
      const consistency = (await store.log.consistency(Math.min(old, size), size)).map(toBase64);
      const answer = await ask(peer, '/v1/cosign', { head, old, consistency });
      const moved = v.safeParse(MovedSchema, answer?.body);
      if (moved.success) {
        const { size: seen } = moved.output.error;
        if (seen > size) return void onBehind(seen);
        sizes.set(peer.account, seen);
        continue;
      }
      const given = v.safeParse(CosignReplySchema, answer?.body);
      const note = given.success ? parseCheckpoint(head + given.output.cosignature) : undefined;
      const by = { name: originOf(peer.account), publicKey: fromHex(peer.log) };
      if (!given.success || !note || (await cosignedAt(note, by)) === undefined) return undefined;
      sizes.set(peer.account, size);
      return given.output.cosignature;
    }
    return undefined;
  }
}

const signatures = (note: string): number => parseCheckpoint(note)?.signatures.length ?? 0;
