import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { freePort } from '../scripts/lib/chain.ts';
import { findChromium } from '../scripts/lib/chromium.ts';
import { until as untilWithin, within } from '../scripts/lib/patience.ts';

const WAIT_MS = 20_000;
/** Longest wait for an answer of a page. */
const ANSWER_MS = 60_000;
const until = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
  untilWithin(what, look, { ms: WAIT_MS, pause: 50 });
/** The page that is there from the start and stays. */
const START = 'about:blank';

interface Target {
  readonly id: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

/** A Chromium that nobody watches: a debugger that attaches to every new window would be part of what is measured. */
export interface RawChromium {
  /** Leader of the group of all its processes. */
  readonly pid: number;
  /**
   * Runs an expression in the page whose address starts with `url`, once it is there.
   * @param most milliseconds until it must have an answer
   * @returns its JSON value, promises awaited
   */
  evaluate(url: string, expression: string, most?: number): Promise<unknown>;
  open(url: string): Promise<void>;
  /** Bytes of JavaScript objects in the page or worker with such an address, after a collection. */
  heap(url: string): Promise<number>;
  /** Ends the service worker with such an address. Settles when it is gone. */
  stopWorker(url: string): Promise<void>;
  /** Closes the page with such an address, as a person closes a window. */
  shut(url: string): Promise<void>;
  close(): Promise<void>;
}

/** A connection to a page; undefined when the page was replaced meanwhile, as one is that has just been opened. */
function connect(target: Target): Promise<WebSocket | undefined> {
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  const opened = new Promise<WebSocket | undefined>((resolve) => {
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => resolve(undefined));
  });
  return within(WAIT_MS, `a connection to ${target.url}`, opened);
}

/** What a page or worker says over its connection: an answer with the id of a call, or an event. */
interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** One call of the DevTools protocol. One at a time on each connection. */
function call(socket: WebSocket, method: string, params: object = {}, most = ANSWER_MS): Promise<unknown> {
  const what = `the answer to ${method} ${JSON.stringify(params).slice(0, 200)}`;
  const answer = new Promise((resolve, reject) => {
    const done = new AbortController();
    const { signal } = done;
    const end = (settle: () => void) => {
      done.abort();
      settle();
    };
    socket.addEventListener('close', () => end(() => reject(new Error(`the page went away before ${what}`))), {
      signal,
    });
    socket.addEventListener(
      'message',
      ({ data }) => {
        const { id, result, error } = JSON.parse(String(data)) as Message;
        if (id !== 1) return;
        end(() => (error ? reject(new Error(error.message)) : resolve(result)));
      },
      { signal },
    );
    socket.send(JSON.stringify({ id: 1, method, params }));
  });
  return within(most, what, answer);
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
}

/** One `Runtime.evaluate`. */
async function evaluateIn(socket: WebSocket, expression: string, most?: number): Promise<unknown> {
  try {
    const params = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const { result, exceptionDetails } = (await call(socket, 'Runtime.evaluate', params, most)) as Evaluated;
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'the expression failed');
    return result.value;
  } finally {
    socket.close();
  }
}

/** Bytes of JavaScript objects that are left after a collection. */
async function heapIn(socket: WebSocket): Promise<number> {
  try {
    // What the first one sets free may hold on to more.
    for (let n = 0; n < 3; n++) await call(socket, 'HeapProfiler.collectGarbage');
    const { usedSize } = (await call(socket, 'Runtime.getHeapUsage')) as { usedSize: number };
    return usedSize;
  } finally {
    socket.close();
  }
}

interface Version {
  readonly versionId: string;
  readonly scriptURL: string;
  readonly runningStatus: string;
}

/** Ends the service worker at an address, over the connection of any page, as the browser does when it needs the memory. */
async function stopWorkerOver(socket: WebSocket, url: string): Promise<void> {
  try {
    const stopped = new Promise<void>((resolve) => {
      let asked = false;
      socket.addEventListener('message', ({ data }) => {
        const { method, params } = JSON.parse(String(data)) as Message;
        if (method !== 'ServiceWorker.workerVersionUpdated') return;
        const { versions } = params as { versions: readonly Version[] };
        const { versionId, runningStatus } = versions.find((v) => v.scriptURL.startsWith(url)) ?? {};
        if (runningStatus === 'stopped') resolve();
        if (runningStatus !== 'running' || asked) return;
        asked = true;
        socket.send(JSON.stringify({ id: 2, method: 'ServiceWorker.stopWorker', params: { versionId } }));
      });
    });
    await call(socket, 'ServiceWorker.enable');
    await within(WAIT_MS, `the worker at ${url} to end`, stopped);
  } finally {
    socket.close();
  }
}

/** The id that Chromium gives an unpacked extension: the first half of the SHA-256 of its path, in the letters a to p. */
export const extensionIdOf = (dir: string): string =>
  [...createHash('sha256').update(dir).digest('hex').slice(0, 32)]
    .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
    .join('');

/** A browser with these unpacked extensions and no other. */
export async function startRawChromium(profileDir: string, extensionDirs: readonly string[]): Promise<RawChromium> {
  const port = await freePort();
  const args = [
    '--headless=new',
    '--no-sandbox',
    `--user-data-dir=${profileDir}`,
    `--disable-extensions-except=${extensionDirs.join(',')}`,
    `--load-extension=${extensionDirs.join(',')}`,
    '--disable-background-networking',
    '--no-first-run',
    `--remote-debugging-port=${port}`,
    START,
  ];
  const child = spawn(findChromium(), args, { stdio: 'ignore', detached: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (signal: NodeJS.Signals) => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal);
  };
  // Whatever ends the bench, its browsers end with it.
  const atExit = () => kill('SIGKILL');
  process.once('exit', atExit);
  const connectTo = async (url: string): Promise<WebSocket> => {
    const target = await find(url);
    const socket = target && (await connect(target));
    if (socket === undefined) throw new Error(`${url} went away`);
    return socket;
  };
  const devtools = `http://127.0.0.1:${port}/json`;
  const ask = (path: string, method = 'GET'): Promise<Response> =>
    within(WAIT_MS, `the browser’s answer to ${path}`, fetch(`${devtools}/${path}`, { method }));
  const targets = async (): Promise<Target[]> => (await (await ask('list')).json()) as Target[];
  const find = async (url: string) => (await targets()).find((target) => target.url.startsWith(url));
  /** Whether a page is there and complete; asked again while it is being put together. */
  const loaded = async (url: string): Promise<true | undefined> => {
    const target = await find(url);
    const socket = target && (await connect(target));
    const expression = `document.readyState === 'complete' && location.href.startsWith(${JSON.stringify(url)})`;
    const complete = socket && (await evaluateIn(socket, expression).catch(() => undefined));
    return complete === true ? true : undefined;
  };
  const close = async () => {
    kill('SIGTERM');
    const slow = setTimeout(() => kill('SIGKILL'), WAIT_MS / 2);
    await within(WAIT_MS, 'Chromium to end', ended);
    clearTimeout(slow);
    process.off('exit', atExit);
  };
  try {
    await until('Chromium', () => targets().catch(() => undefined));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    async evaluate(url, expression, most) {
      await until(url, () => loaded(url));
      return evaluateIn(await connectTo(url), expression, most);
    },
    heap: async (url) => heapIn(await connectTo(url)),
    stopWorker: async (url) => stopWorkerOver(await connectTo(START), url),
    async open(url) {
      const { id } = (await (await ask(`new?${encodeURIComponent(url)}`, 'PUT')).json()) as Target;
      await ask(`activate/${id}`); // a page behind another is not painted
    },
    async shut(url) {
      await until(`the end of ${url}`, async () => {
        const target = await find(url);
        if (target !== undefined) await ask(`close/${target.id}`);
        return target === undefined ? true : undefined;
      });
    },
    close,
  };
}
