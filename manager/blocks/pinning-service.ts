import { setTimeout as wait } from 'node:timers/promises';
import type { CID } from 'multiformats/cid';
import * as v from 'valibot';
import type { Blocks } from './blocks.ts';
import type { Config } from '../config.ts';
import { ManagerError } from '../errors.ts';
import { askService, parseAnswer, storageUnavailable, textOf, urlOf } from './storage-service.ts';

/** Waits, in milliseconds. */
export interface PinningWaits {
  /** Longest for one answer. */
  readonly answerMs: number;
  /** Before the status is asked for again; twice as long each time, up to {@link mostPollMs}. */
  readonly pollMs: number;
  readonly mostPollMs: number;
  /** Longest until a root is pinned. */
  readonly pinMs: number;
}
const WAITS: PinningWaits = { answerMs: 30_000, pollMs: 250, mostPollMs: 5_000, pinMs: 300_000 };

const PinSchema = v.object({
  requestid: v.pipe(v.string(), v.nonEmpty()),
  status: v.picklist(['queued', 'pinning', 'pinned', 'failed']),
  pin: v.object({ cid: v.string() }),
});
type Pin = v.InferOutput<typeof PinSchema>;
const PinsSchema = v.object({ results: v.array(PinSchema) });

/** Has things pinned elsewhere. */
export interface PinningService {
  /** Returns once it is pinned there. @throws ManagerError `storage-unavailable` */
  pin(root: CID): Promise<void>;
  /** Ends what was asked for it. @throws ManagerError `storage-unavailable` */
  unpin(root: CID): Promise<void>;
}

/** A service with the IPFS Pinning Service API (https://ipfs.github.io/pinning-services-api-spec/). It is told CIDs and no names. */
export function connectPinningService(
  { pinningService, pinningToken, pinningOrigins }: Pick<Config, 'pinningOrigins'> & Service,
  { answerMs, pollMs, mostPollMs, pinMs }: PinningWaits = WAITS,
): PinningService {
  const headers = { authorization: `Bearer ${pinningToken}` };

  async function ask<T>(schema: v.GenericSchema<unknown, T>, url: URL, init: RequestInit = {}): Promise<T> {
    const answer = await askService(url, { ...init, headers: { ...headers, ...init.headers } }, answerMs);
    if (answer.status !== 200 && answer.status !== 202) throw storageUnavailable();
    return parseAnswer(schema, textOf(answer));
  }

  /** What was asked for before, and did not fail: an upload may be sent again and again. */
  async function asked(cid: string): Promise<Pin | undefined> {
    const url = urlOf(pinningService, 'pins', { cid, status: 'queued,pinning,pinned' });
    return (await ask(PinsSchema, url)).results.find(({ pin }) => pin.cid === cid);
  }

  function askFor(cid: string): Promise<Pin> {
    const body = JSON.stringify({ cid, ...(pinningOrigins.length > 0 && { origins: pinningOrigins }) });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
    return ask(PinSchema, urlOf(pinningService, 'pins'), init);
  }

  return {
    async pin(root) {
      const cid = root.toString();
      const end = performance.now() + pinMs;
      let pin = (await asked(cid)) ?? (await askFor(cid));
      for (let pause = pollMs; pin.status !== 'pinned'; pause = Math.min(2 * pause, mostPollMs)) {
        if (pin.status === 'failed' || performance.now() + pause > end) throw notPinned();
        await wait(pause);
        pin = await ask(PinSchema, urlOf(pinningService, `pins/${encodeURIComponent(pin.requestid)}`));
      }
      if (pin.pin.cid !== cid) throw storageUnavailable();
    },
    async unpin(root) {
      const pin = await asked(root.toString());
      if (pin === undefined) return;
      const url = urlOf(pinningService, `pins/${encodeURIComponent(pin.requestid)}`);
      const { status } = await askService(url, { method: 'DELETE', headers }, answerMs);
      if (status !== 202 && status !== 200 && status !== 404) throw storageUnavailable();
    },
  };
}

/** Where a pinning service is, and what proves who asks it. */
interface Service {
  readonly pinningService: string;
  readonly pinningToken: string;
}

/** Blocks that a pinning service keeps too: what is kept is pinned there before it is answered for. */
export function pinnedBlocks(blocks: Blocks, service: PinningService): Blocks {
  return {
    put: (cid, bytes) => blocks.put(cid, bytes),
    get: (cid) => blocks.get(cid),
    async keep(roots, cids) {
      await blocks.keep(roots, cids);
      for (const root of roots) await service.pin(root);
    },
    async release(root) {
      await service.unpin(root);
      await blocks.release(root);
    },
    freeBytes: () => blocks.freeBytes(),
  };
}

const notPinned = (): ManagerError =>
  new ManagerError('storage-unavailable', 'The pinning service has not pinned this yet. Send the same again later.');
