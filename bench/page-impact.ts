import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeEmptyExtension } from './empty-extension.ts';
import { extensionIdOf, startRawChromium, type RawChromium } from './raw-chromium.ts';
import { median, type Line } from './report.ts';
import { serveSite, type Site } from './site.ts';

const ROUNDS = 50;
const ROUND_TRIPS = 300;
const PAGES = 10;
const REQUESTS = 100;
/** What may be left over in memory, as a share of what was there before. */
const MOST_GROWTH = 1.05;
const MIB = 1_048_576;

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

/** Opens a page, evaluates in it, closes it. */
async function inPage<S extends v.GenericSchema>(browser: RawChromium, origin: string, code: string, schema: S) {
  await browser.open(`${origin}/`);
  const value = v.parse(schema, await browser.evaluate(origin, code));
  await browser.shut(origin);
  return value;
}

/** First paints of a plain page, by turns in browsers that differ in their extension alone. */
async function paintLines(site: Site, walletDir: string): Promise<Line[]> {
  const dir = await mkdtemp(join(tmpdir(), 'salus-bench-paint-'));
  for (const scripts of ['none', 'empty'] as const) await writeEmptyExtension(join(dir, scripts), scripts);
  const kinds = ['none', 'empty', 'wallet'] as const;
  const extensionOf = { none: join(dir, 'none'), empty: join(dir, 'empty'), wallet: walletDir };
  const browsers: RawChromium[] = [];
  const paints = { none: [] as number[], empty: [] as number[], wallet: [] as number[] };
  const longTasks = { none: 0, empty: 0, wallet: 0 };
  try {
    for (const kind of kinds) browsers.push(await startRawChromium(join(dir, `profile-${kind}`), [extensionOf[kind]]));
    // What the wallet shows when it was just installed.
    const welcome = `chrome-extension://${extensionIdOf(walletDir)}/app.html`;
    await browsers.at(-1)?.evaluate(welcome, 'document.title');
    await browsers.at(-1)?.shut(welcome);
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [n, browser] of browsers.entries()) {
        const kind = kinds[n] ?? 'none';
        const seen = await inPage(browser, site.origin(`paint-${round}`), PAINT, PaintSchema);
        if (round === 0) continue; // cold
        paints[kind].push(seen.paint);
        longTasks[kind] += seen.longTasks;
      }
    }
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await rm(dir, { recursive: true, force: true });
  }
  const line = (name: string, kind: 'none' | 'empty', what: string): Line => ({
    name,
    measured: median(paints.wallet),
    unit: 'ms',
    limit: { what, value: median(paints[kind]) },
    target: { most: 1.05, of: 'ratio' },
    also: `long tasks ${longTasks.wallet}, ${longTasks[kind]}`,
  });
  return [
    line('first contentful paint of a plain page', 'none', 'with an extension that puts nothing into pages'),
    line('the same, against the least an extension costs', 'empty', 'with one whose two scripts do nothing'),
  ];
}

/** Many requests of many pages at once: how long, and what they leave in memory. */
async function floodLines(wallet: RawChromium, site: Site, worker: string): Promise<Line[]> {
  const origins = Array.from({ length: PAGES }, (_, n) => site.origin(`flood-${n}`));
  for (const origin of origins) await wallet.open(`${origin}/`);
  const flood = async () => {
    const floods = await Promise.all(origins.map((origin) => wallet.evaluate(origin, FLOOD)));
    const seen = floods.map((one) => v.parse(FloodSchema, one));
    const answered = seen.reduce((sum, { answered: n }) => sum + n, 0);
    if (answered !== PAGES * REQUESTS) throw new Error(`${PAGES * REQUESTS - answered} requests were not answered`);
    return Math.max(...seen.map(({ ms }) => ms));
  };
  const [page = ''] = origins;
  const heaps = async () => ({ worker: (await wallet.heap(worker)) / MIB, page: (await wallet.heap(page)) / MIB });
  await flood(); // what is loaded and kept with the first request is no leak
  const before = await heaps();
  const took = await flood();
  const after = await heaps();
  for (const origin of origins) await wallet.shut(origin);
  const memory = (of: 'worker' | 'page'): Line => ({
    name: `memory of the ${of} after ${PAGES * REQUESTS} more requests`,
    measured: after[of],
    unit: 'MiB',
    also: `grown by ${Math.round((after[of] - before[of]) * 1_024)} KiB`,
    limit: { what: 'before', value: before[of] },
    target: { most: MOST_GROWTH, of: 'ratio' },
  });
  return [
    { name: `${PAGES * REQUESTS} requests of ${PAGES} pages at once`, measured: took, unit: 'ms', also: 'none lost' },
    memory('worker'),
    memory('page'),
  ];
}

/** What a page that has nothing to do with the wallet pays for it, and what a call costs one that has. */
export async function pageLines(profileDir: string, extensionDir: string): Promise<Line[]> {
  const site = await serveSite(PAGE);
  try {
    const paints = await paintLines(site, extensionDir);
    const wallet = await startRawChromium(profileDir, [extensionDir]);
    try {
      const trips = await inPage(wallet, site.origin('trips'), ROUND_TRIP, RoundTripSchema);
      const trip: Line = {
        name: 'eth_accounts, there and back',
        measured: median(trips.wallet),
        unit: 'ms',
        limit: { what: 'a message the page posts to itself', value: median(trips.message) },
      };
      const worker = `chrome-extension://${extensionIdOf(extensionDir)}/background.js`;
      return [...paints, trip, ...(await floodLines(wallet, site, worker))];
    } finally {
      await wallet.close();
    }
  } finally {
    site.close();
  }
}
