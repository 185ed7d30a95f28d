import type { StoragePort } from '../../core/wallet/ports.ts';
import { awakeWhile, holdAwake } from '../browser/awake.ts';
import type { ChannelHost } from '../messaging/channel-host.ts';

type Services = (channel: unknown, port: MessagePort) => void;
let services: Promise<Services> | undefined;

// In a build for another browser nothing of it may be left, not even the import: it would go into the service worker.
const load = () =>
  import.meta.env.FIREFOX ? import('../hosted-services.ts') : Promise.reject(new Error('not the host in this browser'));

const start = (place: string): Promise<Services> =>
  load()
    .then(({ startServices }) => startServices(place))
    .catch((error: unknown) => {
      services = undefined;
      throw error;
    });

let place = '';
let openings = 0;

const running = (): Promise<Services> => {
  if (services === undefined) {
    openings++;
    services = start(place);
  }
  return services;
};

/** Firefox's host: the background page itself, which loads what it hosts when that is first needed. */
export const pageHost: ChannelHost = {
  keepFor(where) {
    if (where !== place) services = undefined;
    place = where;
  },
  async open() {
    await running();
    return openings;
  },
  async connect(channel, port) {
    (await running())(channel, port);
  },
  // eslint-disable-next-line @typescript-eslint/require-await -- as the other host's
  async close() {
    services = undefined;
  },
};

/** A file that was taken in hand is kept so long for the person to decide: longer than any prompt waits. */
const MOST_MS = 15 * 60_000;

/**
 * The same storage, keeping the page that hosts it alive: during each call, and from the moment a file is taken in hand until its
 * import is over or nobody came back to it. A suspended page would forget the file.
 */
export function awakeStorage(storage: StoragePort): StoragePort {
  const inHand = new Map<string, () => void>();
  const over = (job: string): void => {
    inHand.get(job)?.();
    inHand.delete(job);
  };
  const took = (job: string): void => {
    const release = holdAwake();
    const timer = setTimeout(() => over(job), MOST_MS);
    inHand.set(job, () => {
      clearTimeout(timer);
      release();
    });
  };
  const ofJobs: Pick<StoragePort, 'stage' | 'stageLink' | 'commit' | 'cancel'> = {
    async stage(...file) {
      const job = await storage.stage(...file);
      if (!inHand.has(job)) took(job);
      return job;
    },
    async stageLink(...link) {
      const job = await storage.stageLink(...link);
      took(job);
      return job;
    },
    commit: (job, ...rest) => storage.commit(job, ...rest).finally(() => over(job)),
    cancel: (job) => storage.cancel(job).finally(() => over(job)),
  };
  return new Proxy(storage, {
    get(target, method) {
      const calls = (method in ofJobs ? ofJobs : target) as unknown as Record<string, Call | undefined>;
      const call = calls[String(method)];
      return call === undefined ? undefined : (...args: never[]) => awakeWhile(call(...args));
    },
  });
}

type Call = (...args: never[]) => Promise<unknown>;
