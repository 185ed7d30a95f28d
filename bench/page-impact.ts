import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { startRawChromium, type RawChromium } from './raw-chromium.ts';
import { median, type Line } from './report.ts';

const ROUNDS = 21;
const ROUND_TRIPS = 300;
const PAGES = 10;
const REQUESTS = 100;

/** A page as pages are: some text, some script, nothing of the wallet. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>A page</title><h1>A page</h1>${'<p>Some text.</p>'.repeat(200)}
<script>
  window.longTasks = [];
  new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((t) => t.duration)))
    .observe({ type: 'longtask', buffered: true });
</script>`;

/** Milliseconds from the start of the navigation to the first contentful paint, and the long tasks until a moment after. */
const PAINT = `new Promise((resolve) => setTimeout(() => resolve({
  paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
  longTasks: window.longTasks.length,
}), 400))`;
const PaintSchema = v.object({ paint: v.number(), longTasks: v.number() });

/** Median milliseconds of a call of the wallet that asks nobody, and of a message that a page posts to itself; in turns. */
const ROUND_TRIP = `(async () => {
  const waiting = new Map();
  addEventListener('message', ({ data }) => data?.echo !== undefined && waiting.get(data.echo)?.());
  const bare = (n) => new Promise((resolve) => { waiting.set(n, resolve); postMessage({ echo: n }, location.origin); });
  const time = async (work) => { const start = performance.now(); await work(); return performance.now() - start; };
  const [wallet, message] = [[], []];
  for (let n = 0; n < ${ROUND_TRIPS}; n++) {
    wallet.push(await time(() => window.salus.request({ method: 'eth_accounts' })));
    message.push(await time(() => bare(n)));
  }
  return { wallet, message };
})()`;
const RoundTripSchema = v.object({ wallet: v.array(v.number()), message: v.array(v.number()) });

/** Many requests at once: how many were answered, and in how many milliseconds. */
const FLOOD = `(async () => {
  const start = performance.now();
  const ask = () => window.salus.request({ method: 'eth_chainId' }).then(() => 1, () => 0);
  const answers = await Promise.all(Array.from({ length: ${REQUESTS} }, ask));
  return { answered: answers.reduce((a, b) => a + b, 0), ms: performance.now() - start };
})()`;
const FloodSchema = v.object({ answered: v.number(), ms: v.number() });

async function servePages(): Promise<{ origin: (name: string) => string; close(): void }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: (name) => `http://${name}.localhost:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Opens a page, evaluates in it, closes it. */
async function inPage<S extends v.GenericSchema>(browser: RawChromium, origin: string, code: string, schema: S) {
  await browser.open(`${origin}/`);
  const value = v.parse(schema, await browser.evaluate(origin, code));
  await browser.shut(origin);
  return value;
}

/** What a page that has nothing to do with the wallet pays for it, and what a call costs one that has. */
export async function pageLines(profileDir: string, extensionDir: string): Promise<Line[]> {
  const site = await servePages();
  const plainProfile = await mkdtemp(join(tmpdir(), 'salus-bench-plain-'));
  const plain = await startRawChromium(plainProfile);
  const wallet = await startRawChromium(profileDir, extensionDir);
  try {
    const paints = { plain: [] as number[], wallet: [] as number[] };
    const longTasks = { plain: 0, wallet: 0 };
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [kind, browser] of [
        ['plain', plain],
        ['wallet', wallet],
      ] as const) {
        const seen = await inPage(browser, site.origin(`paint-${round}`), PAINT, PaintSchema);
        if (round === 0) continue; // cold
        paints[kind].push(seen.paint);
        longTasks[kind] += seen.longTasks;
      }
    }
    const trips = await inPage(wallet, site.origin('trips'), ROUND_TRIP, RoundTripSchema);
    const origins = Array.from({ length: PAGES }, (_, n) => site.origin(`flood-${n}`));
    const floods = await Promise.all(origins.map((origin) => inPage(wallet, origin, FLOOD, FloodSchema)));
    const answered = floods.reduce((sum, { answered: n }) => sum + n, 0);
    if (answered !== PAGES * REQUESTS) throw new Error(`${PAGES * REQUESTS - answered} requests were not answered`);
    return [
      {
        name: 'first contentful paint of a plain page',
        measured: median(paints.wallet),
        unit: 'ms',
        limit: { what: 'the same without the wallet', value: median(paints.plain) },
        target: { most: 1.05, of: 'ratio' },
        also: `long tasks ${longTasks.wallet}, without ${longTasks.plain}`,
      },
      {
        name: 'eth_accounts, there and back',
        measured: median(trips.wallet),
        unit: 'ms',
        limit: { what: 'a message the page posts to itself', value: median(trips.message) },
      },
      {
        name: `${PAGES * REQUESTS} requests of ${PAGES} pages at once`,
        measured: Math.max(...floods.map(({ ms }) => ms)),
        unit: 'ms',
        also: 'none lost',
      },
    ];
  } finally {
    await Promise.all([plain.close(), wallet.close()]);
    site.close();
    await rm(plainProfile, { recursive: true, force: true });
  }
}
