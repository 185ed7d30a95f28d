import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startRawChromium, type RawChromium } from './raw-chromium.ts';
import { median, type Line } from './report.ts';

const ROUNDS = 9;
/** Windows without a paint, as one that another covered; more, and something is wrong. */
const MOST_UNPAINTED = 3;
const BLANK = 'bench-blank.html';
/** What a plain window shows; nothing is loaded and nothing runs. */
const BLANK_HTML = '<!doctype html><meta charset="utf-8"><title>Blank</title><button>Approve</button>';

export interface PromptBench {
  readonly profileDir: string;
  /** A copy of the extension that may be added to. */
  readonly extensionDir: string;
  readonly extensionId: string;
  readonly password: string;
  /** Account of a member who is asked for. */
  readonly recipient: string;
}

/** Milliseconds since the epoch, to fractions, by the clock that paint times are in. */
const NOW = 'performance.timeOrigin + performance.now()';

/**
 * When the page had painted what it has to show: the largest thing it painted came together with its buttons. Asked for afterwards,
 * from the browser's own record, so that nothing runs in the page while it starts. What the window says when it has not come to that.
 */
const PAINTED = `new Promise((resolve) => {
  const paints = [];
  new PerformanceObserver((list) => paints.push(...list.getEntries())).observe({ type: 'largest-contentful-paint', buffered: true });
  const shown = () => [...document.querySelectorAll('button')].some((b) => b.textContent.trim() === 'Approve' && b.checkVisibility());
  const look = setInterval(() => {
    const last = paints.at(-1);
    if (!shown() || last === undefined) return;
    clearInterval(look);
    resolve(performance.timeOrigin + last.startTime);
  }, 200);
  setTimeout(() => resolve(document.visibilityState + ', ' + document.body.innerText), 10000);
})`;

/** A page anybody may have; each round comes from an origin of its own, so that no round weighs on the next. */
async function serveSite(): Promise<{ origin: (round: string) => string; close(): void }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Site</title><p>A site</p>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: (round) => `http://${round}.localhost:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const asNumber = (value: unknown): number => {
  if (typeof value !== 'number') throw new Error('the page gave no time');
  return value;
};

/**
 * From `call` in the page at `from` to the paint of the window at `window`, which is then closed.
 * @returns milliseconds, or what the window said when nothing was painted
 */
async function measure(browser: RawChromium, from: string, call: string, window: string): Promise<number | string> {
  const start = asNumber(await browser.evaluate(from, `(() => { const now = ${NOW}; ${call}; return now; })()`));
  const painted = await browser.evaluate(window, PAINTED);
  await browser.shut(window);
  return typeof painted === 'string' ? painted : asNumber(painted) - start;
}

/** Unlocks the wallet from one of its own pages. */
async function unlock(browser: RawChromium, page: string, password: string): Promise<void> {
  const message = JSON.stringify({ to: 'background', method: 'unlock', args: [password] });
  // The page has asked for what it shows by then; what is measured starts from a wallet at rest.
  await browser.evaluate(page, 'new Promise((resolve) => setTimeout(resolve, 1000))');
  const answer = await browser.evaluate(page, `chrome.runtime.sendMessage(${message}).then(JSON.stringify)`);
  if (answer !== '{}') throw new Error(`the wallet did not unlock: ${String(answer)}`);
}

/** From a site's request to its prompt on the screen, against opening a window that has nothing to do. */
export async function promptLines(bench: PromptBench): Promise<Line[]> {
  const own = `chrome-extension://${bench.extensionId}`;
  await writeFile(join(bench.extensionDir, BLANK), BLANK_HTML);
  const site = await serveSite();
  const browser = await startRawChromium(bench.profileDir, bench.extensionDir);
  try {
    await browser.open(`${own}/app.html`);
    await unlock(browser, `${own}/app.html`, bench.password);
    const access = {
      purpose: 'TREAT',
      sections: ['profile', 'allergies', 'medications'],
      duration: 86_400,
      reason: 'To prepare your visit',
      recipient: { address: bench.recipient },
    };
    const calls = {
      connect: { method: 'eth_requestAccounts' },
      access: { method: 'health_requestAccess', params: access },
    };
    const ask = async (kind: keyof typeof calls, round: number) => {
      const origin = site.origin(`${kind}-${round}`);
      await browser.open(`${origin}/`);
      await browser.evaluate(origin, `new Promise((r) => setTimeout(r, 300))`);
      const call = `window.salus.request(${JSON.stringify(calls[kind])}).catch(() => undefined)`;
      const took = await measure(browser, origin, call, `${own}/consent.html`);
      await browser.shut(origin);
      return took;
    };
    const size = `type: 'popup', width: 460, height: 760, focused: true`;
    const openBlank = `void chrome.windows.create({ url: chrome.runtime.getURL('${BLANK}'), ${size} })`;
    const blank = () => measure(browser, `${own}/app.html`, openBlank, `${own}/${BLANK}`);
    const works = {
      blank,
      connect: (round: number) => ask('connect', round),
      access: (round: number) => ask('access', round),
    };
    const times = { blank: [] as number[], connect: [] as number[], access: [] as number[] };
    const unpainted: string[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      for (const kind of ['blank', 'connect', 'access'] as const) {
        const took = await works[kind](round);
        if (typeof took === 'string') unpainted.push(`${kind}: ${took}`);
        else if (round > 0) times[kind].push(took); // the first of each is cold
      }
      if (unpainted.length > MOST_UNPAINTED) throw new Error(`windows were not painted: ${unpainted.join('; ')}`);
    }
    const limit = { what: 'an empty popup window', value: median(times.blank) };
    const line = (name: string, values: readonly number[]): Line => ({
      name: `call to painted prompt, ${name}`,
      measured: median(values),
      unit: 'ms',
      limit,
      target: { most: 2, of: 'ratio' },
    });
    return [line('eth_requestAccounts', times.connect), line('health_requestAccess', times.access)];
  } finally {
    await browser.close();
    site.close();
  }
}
