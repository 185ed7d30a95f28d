import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../scripts/lib/chain.ts';
import { findChromium } from '../scripts/lib/chromium.ts';

const WAIT_MS = 20_000;

interface Target {
  readonly id: string;
  readonly url: string;
  readonly webSocketDebuggerUrl: string;
}

/** A Chromium that nobody watches: a debugger that attaches to every new window would be part of what is measured. */
export interface RawChromium {
  /** Runs an expression in the page whose address starts with `url`, once it is there. @returns its JSON value, promises awaited */
  evaluate(url: string, expression: string): Promise<unknown>;
  open(url: string): Promise<void>;
  /** Closes the page with such an address, as a person closes a window. */
  shut(url: string): Promise<void>;
  close(): Promise<void>;
}

/** Calls `look` until it gives something. */
async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await sleep(50)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what} did not come within ${WAIT_MS / 1_000} s`);
}

/** A connection to a page; undefined when the page was replaced meanwhile, as one is that has just been opened. */
function connect(target: Target): Promise<WebSocket | undefined> {
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => resolve(undefined));
  });
}

interface Answer {
  readonly id?: number;
  readonly result?: {
    readonly result: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
  };
}

/** One `Runtime.evaluate`. */
async function evaluateIn(socket: WebSocket, expression: string): Promise<unknown> {
  try {
    return await new Promise((resolve, reject) => {
      socket.addEventListener('close', () => reject(new Error('the page went away')));
      socket.addEventListener('message', ({ data }) => {
        const { id, result } = JSON.parse(String(data)) as Answer;
        if (id !== 1) return;
        const failure = result?.exceptionDetails;
        if (failure) reject(new Error(failure.exception?.description ?? 'the expression failed'));
        else resolve(result?.result.value);
      });
      const params = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
      socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
    });
  } finally {
    socket.close();
  }
}

/** @param extensionDir left out: a browser without any extension */
export async function startRawChromium(profileDir: string, extensionDir?: string): Promise<RawChromium> {
  const port = await freePort();
  const args = [
    '--headless=new',
    '--no-sandbox',
    `--user-data-dir=${profileDir}`,
    ...(extensionDir === undefined
      ? ['--disable-extensions']
      : [`--disable-extensions-except=${extensionDir}`, `--load-extension=${extensionDir}`]),
    '--disable-background-networking',
    '--no-first-run',
    `--remote-debugging-port=${port}`,
    'about:blank',
  ];
  const child = spawn(findChromium(), args, { stdio: 'ignore', detached: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const devtools = `http://127.0.0.1:${port}/json`;
  const targets = async (): Promise<Target[]> => (await (await fetch(`${devtools}/list`)).json()) as Target[];
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
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  try {
    await until('Chromium', () => targets().catch(() => undefined));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async evaluate(url, expression) {
      await until(url, () => loaded(url));
      const target = await find(url);
      const socket = target && (await connect(target));
      if (socket === undefined) throw new Error(`${url} went away`);
      return evaluateIn(socket, expression);
    },
    async open(url) {
      await fetch(`${devtools}/new?${encodeURIComponent(url)}`, { method: 'PUT' });
    },
    async shut(url) {
      await until(`the end of ${url}`, async () => {
        const target = await find(url);
        if (target !== undefined) await fetch(`${devtools}/close/${target.id}`);
        return target === undefined ? true : undefined;
      });
    },
    close,
  };
}
