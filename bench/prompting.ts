import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANSWERED, ASK, ASKING, BLANK, writeEmptyExtension, YES } from './empty-extension.ts';
import { extensionIdOf, startRawChromium, type RawChromium } from './raw-chromium.ts';
import { median, type Line } from './report.ts';
import { serveSite, type Site } from './site.ts';

const ROUNDS = 9;
/** Longest wait for a window's paint. */
const PAINT_MS = 10_000;
/** Windows without a paint, as one that another covered; more, and something is wrong. */
const MOST_UNPAINTED = 4;
/** Of a window that asks its own worker one thing. */
const MOST = { warm: { connect: 1.15, access: 1.3 }, cold: { connect: 1.5, access: 1.5 } };
type Worker = keyof typeof MOST;

export interface PromptBench {
  readonly profileDir: string;
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
const painted = (most: number) => `new Promise((resolve) => {
  const paints = [];
  new PerformanceObserver((list) => paints.push(...list.getEntries())).observe({ type: 'largest-contentful-paint', buffered: true });
  const shown = () => [...document.querySelectorAll('button')].some((b) => b.textContent.trim() === 'Approve' && b.checkVisibility());
  const look = setInterval(() => {
    const last = paints.at(-1);
    if (!shown() || last === undefined) return;
    clearInterval(look);
    resolve(performance.timeOrigin + last.startTime);
  }, 200);
  setTimeout(() => resolve(document.visibilityState + ', ' + document.body.innerText), ${most});
})`;

/** Milliseconds from the answer of a window to its click, which may close it: the answer must be out by then. */
const BEFORE_CLICK_MS = 150;

/** Approves as a person does who has read it all; a site that nobody vouches for has its name typed. @returns when it is clicked */
const approve = (host: string) => `(async () => {
  const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
  const button = () => [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Approve');
  while (button() === undefined) await pause();
  const name = document.querySelector('input[type=text]');
  if (name) {
    name.value = ${JSON.stringify(host)};
    name.dispatchEvent(new Event('input', { bubbles: true }));
  }
  scrollTo(0, document.body.scrollHeight);
  // A click in the first moment does not count.
  while (button().disabled || button().ariaDisabled === 'true') await pause();
  const due = performance.now() + ${BEFORE_CLICK_MS};
  setTimeout(() => {
    while (performance.now() < due); // a timer alone is late by what it likes
    button().click();
  }, ${BEFORE_CLICK_MS} - 20);
  return performance.timeOrigin + due;
})()`;

/** What is measured, and what opens a window for a page without doing anything else. */
export interface Subject {
  /** The page's call, as an expression; a promise of its end. */
  readonly call: string;
  /** Address of the window that comes. */
  readonly window: string;
  /** Address of the worker that opens it. */
  readonly worker: string;
}

const asNumber = (value: unknown): number => {
  if (typeof value !== 'number') throw new Error(`not a time: ${String(value)}`);
  return value;
};
const request = (call: object): string => `window.salus.request(${JSON.stringify(call)})`;

/** A page at an origin of its own, ready and at rest. */
async function openPage(browser: RawChromium, origin: string): Promise<void> {
  await browser.open(`${origin}/`);
  await browser.evaluate(origin, 'new Promise((resolve) => setTimeout(resolve, 300))');
}

/**
 * From a page's call to the paint of the window it brings up, which is then closed.
 * @returns milliseconds, or what the window said when nothing was painted
 */
export async function paintOnce(
  browser: RawChromium,
  origin: string,
  subject: Subject,
  worker: Worker,
  most = PAINT_MS,
) {
  await openPage(browser, origin);
  if (worker === 'cold') await browser.stopWorker(subject.worker);
  const call = `(() => { const now = ${NOW}; ${subject.call}.catch(() => undefined); return now; })()`;
  const start = asNumber(await browser.evaluate(origin, call));
  const shown = await browser.evaluate(subject.window, painted(most), most + PAINT_MS);
  await browser.shut(subject.window);
  await browser.shut(origin);
  return typeof shown === 'string' ? shown : asNumber(shown) - start;
}

/** From what is done in the window to the end of the page's call, in milliseconds. The page stays open. */
async function settleOnce(browser: RawChromium, origin: string, { call, window }: Subject, yes: string) {
  await browser.evaluate(origin, `void (window.over = ${call}.then(() => ${NOW}))`);
  const start = asNumber(await browser.evaluate(window, yes));
  const end = asNumber(await browser.evaluate(origin, 'window.over'));
  await browser.shut(window);
  return end - start;
}

/** Unlocks the wallet from one of its own pages, and closes that. */
export async function unlock(browser: RawChromium, page: string, password: string): Promise<void> {
  const message = JSON.stringify({ to: 'background', method: 'unlock', args: [password] });
  await browser.open(page);
  // The page has asked for what it shows by then; what is measured starts from a wallet at rest.
  await browser.evaluate(page, 'new Promise((resolve) => setTimeout(resolve, 1000))');
  const answer = await browser.evaluate(page, `chrome.runtime.sendMessage(${message}).then(JSON.stringify)`);
  if (answer !== '{}') throw new Error(`the wallet did not unlock: ${String(answer)}`);
  await browser.shut(page);
}

/**
 * The two prompts that are measured.
 * @param own address of the wallet's pages
 * @param recipient account of a member who is asked for
 */
export function walletSubjects(own: string, recipient: string): Record<'connect' | 'access', Subject> {
  const ofWallet = (call: object): Subject => ({ call: request(call), window: `${own}consent.html`, worker: own });
  const params = {
    purpose: 'TREAT',
    sections: ['profile', 'allergies', 'medications'],
    duration: 86_400,
    reason: 'To prepare your visit',
    recipient: { address: recipient },
  };
  return {
    connect: ofWallet({ method: 'eth_requestAccounts' }),
    access: ofWallet({ method: 'health_requestAccess', params }),
  };
}

type Kind = 'empty' | 'asking' | 'connect' | 'access';
type Subjects = Readonly<Record<Kind, Subject>>;
const KINDS: readonly Kind[] = ['empty', 'asking', 'connect', 'access'];

/** Call to painted, in turns. */
async function paintLines(browser: RawChromium, site: Site, subjects: Subjects, worker: Worker): Promise<Line[]> {
  const times: Record<Kind, number[]> = { empty: [], asking: [], connect: [], access: [] };
  const unpainted: string[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    for (const kind of KINDS) {
      const took = await paintOnce(browser, site.origin(`${worker}-${kind}-${round}`), subjects[kind], worker);
      if (typeof took === 'string') unpainted.push(`${kind}: ${took}`);
      else if (round > 0) times[kind].push(took); // the first of each has the browser's own first time in it
    }
    if (unpainted.length > MOST_UNPAINTED) throw new Error(`windows were not painted: ${unpainted.join('; ')}`);
  }
  const line = (name: string, kind: 'connect' | 'access'): Line => ({
    name: `call to painted prompt${worker === 'cold' ? ' after the worker’s death' : ''}, ${name}`,
    measured: median(times[kind]),
    unit: 'ms',
    limit: { what: 'a window that asks its worker one thing', value: median(times.asking) },
    target: { most: MOST[worker][kind], of: 'ratio' },
    also: `${(median(times[kind]) / median(times.empty)).toFixed(2)}x of an empty window`,
  });
  return [line('eth_requestAccounts', 'connect'), line('health_requestAccess', 'access')];
}

/** Approve to settled, in turns. */
async function settleLines(browser: RawChromium, site: Site, { empty, connect }: Subjects): Promise<Line[]> {
  const times = { bare: [] as number[], connect: [] as number[], sign: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    const origin = site.origin(`settle-${round}`);
    const yes = approve(new URL(origin).host);
    await openPage(browser, origin);
    const bare = await settleOnce(
      browser,
      origin,
      empty,
      `setTimeout(() => chrome.runtime.sendMessage('${YES}')), ${NOW}`,
    );
    const connected = await settleOnce(browser, origin, connect, yes);
    const ours = `${request({ method: 'eth_accounts' })}.then(([account]) => window.salus.request({
      method: 'personal_sign', params: ['0x48656c6c6f', account] }))`;
    const signed = await settleOnce(browser, origin, { ...connect, call: ours }, yes);
    await browser.shut(origin);
    if (round === 0) continue; // cold
    times.bare.push(bare);
    times.connect.push(connected);
    times.sign.push(signed);
  }
  const limit = { what: 'an empty extension’s message and answer', value: median(times.bare) };
  const line = (name: string, values: readonly number[]): Line => ({
    name: `Approve to settled, ${name}`,
    measured: median(values),
    unit: 'ms',
    limit,
  });
  return [line('eth_requestAccounts', times.connect), line('personal_sign', times.sign)];
}

/**
 * From a site's request to its prompt on the screen, with the worker awake and after its death; and from Approve to the answer in
 * the page. Each against an extension that opens an empty window for a page and does nothing else, in the same browser.
 */
export async function promptLines(bench: PromptBench): Promise<Line[]> {
  const own = `chrome-extension://${bench.extensionId}/`;
  const emptyDir = await mkdtemp(join(tmpdir(), 'salus-bench-empty-'));
  await writeEmptyExtension(emptyDir, 'bare');
  const empty = `chrome-extension://${extensionIdOf(emptyDir)}/`;
  const answered = `new Promise((resolve) => addEventListener('message', ({ data }) => data === '${ANSWERED}' && resolve()))`;
  const ofEmpty = (window: string): Subject => ({
    call: `(postMessage('${ASK}${window}', location.origin), ${answered})`,
    window: `${empty}${window}`,
    worker: empty,
  });
  const subjects: Subjects = {
    empty: ofEmpty(BLANK),
    asking: ofEmpty(ASKING),
    ...walletSubjects(own, bench.recipient),
  };
  const site = await serveSite('<!doctype html><title>Site</title><p>A site</p>');
  const browser = await startRawChromium(bench.profileDir, [bench.extensionDir, emptyDir]);
  try {
    await unlock(browser, `${own}app.html`, bench.password);
    return [
      ...(await paintLines(browser, site, subjects, 'warm')),
      ...(await paintLines(browser, site, subjects, 'cold')),
      ...(await settleLines(browser, site, subjects)),
    ];
  } finally {
    await browser.close();
    site.close();
    await rm(emptyDir, { recursive: true, force: true });
  }
}
