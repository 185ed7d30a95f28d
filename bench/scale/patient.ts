import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { paintOnce, walletSubjects } from '../prompting.ts';
import type { RawChromium } from '../raw-chromium.ts';
import { median } from '../report.ts';
import type { Site } from '../site.ts';

const ROUNDS = 5;
/** What takes longer than this many milliseconds counts as this long: what grows without an end must not be waited for without one. */
const MOST_MS = 120_000;
/** A page that is not painted although everything is there counts as painted so much later. */
const UNPAINTED_MS = 2_000;
/** A record is taken in, and kept in the browser, within this, or the bench ends. */
const REBUILD_MS = 30 * 60_000;
const KEEP_MS = 45 * 60_000;
/** Blocks that are fetched at the same time where a download is the limit; the wallet opens as many entries. */
const AT_ONCE = 24;

/** The list whose first page is full with ten entries already. */
const RECORDS = '#/records';
/** What is waited for in the app, as a CSS selector. */
const HOME = 'a[href^="#/records/"]';
const LIST = '[data-testid=records] li a';
const RESOURCE = '[data-testid=resource]';
/** What is searched for: a full page of the shortest record has it. */
const WANTED = 'glucose';

/** Does something in the page, and resolves with the milliseconds until the screen shows what was to come, painted. */
const until = (act: string, selector: string) => `new Promise((resolve) => {
  const start = performance.now();
  const say = () => resolve(performance.now() - start);
  const look = () => {
    if (document.querySelector(${JSON.stringify(selector)}) === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(say));
    setTimeout(say, ${UNPAINTED_MS});
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, attributes: true });
  ${act};
  look();
  setTimeout(say, ${MOST_MS});
})`;
const go = (to: string) => `location.hash = ${JSON.stringify(to)}`;
const ask = (method: string, ...args: readonly unknown[]) =>
  `chrome.runtime.sendMessage(${JSON.stringify({ to: 'background', method, args })})`;

export interface PatientBench {
  readonly browser: RawChromium;
  readonly site: Site;
  /** Address of the wallet's own pages. */
  readonly own: string;
  readonly password: string;
  readonly recipient: string;
  readonly managers: readonly string[];
  /** How much there is in the record, and the blocks that its entries open with. */
  readonly entries: number;
  readonly items: number;
  readonly blocks: readonly string[];
}

/** What is measured, in milliseconds; `memory` in MiB. */
export type PatientTimes = Record<keyof typeof WHAT, number> & {
  /** Of everything that is taken in at first, without the wallet. */
  readonly download: number;
};

export const WHAT = {
  rebuild: 'first rebuild',
  unlock: 'unlock to home',
  connect: 'call to painted prompt, eth_requestAccounts',
  access: 'call to painted prompt, health_requestAccess',
  list: 'one page of the list',
  reading: 'one reading',
  search: 'a keystroke of a search',
  importing: 'an import of one',
  poll: 'a poll with nothing new',
  coldConnect: 'prompt right after the worker’s death, eth_requestAccounts',
  coldAccess: 'prompt right after the worker’s death, health_requestAccess',
  coldHome: 'home right after the worker’s death',
  coldUnlock: 'unlock right after the worker’s death',
  memory: 'memory of the extension’s processes',
} as const;

/** Resident memory of the browser's processes in which extensions run, in MiB. */
function memoryOf({ pid }: RawChromium): number {
  const rows = execFileSync('ps', ['-axww', '-o', 'pid=,pgid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = rows
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .filter((found) => Number(found?.[2]) === pid && found?.[3]?.includes('--extension-process'));
  const kib = ours.map((found) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${found?.[1]}/status`, 'utf8'))?.[1] ?? 0),
  );
  return kib.reduce((a, b) => a + b, 0) / 1_024;
}

/** Downloads blocks, and hashes and seals each: the least that opening them can be. */
const download = (managers: readonly string[], blocks: readonly string[]) => `(async () => {
  const [managers, blocks] = ${JSON.stringify([managers, blocks])};
  const key = await crypto.subtle.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt']);
  const start = performance.now();
  let next = 0;
  const work = async () => {
    for (let n = next++; n < blocks.length; n = next++) {
      const response = await fetch(managers[n % managers.length] + '/ipfs/' + blocks[n] + '?format=raw', {
        headers: { accept: 'application/vnd.ipld.raw' },
      });
      if (!response.ok) throw new Error('a manager does not have ' + blocks[n]);
      const bytes = await response.arrayBuffer();
      await crypto.subtle.digest('SHA-256', bytes);
      await crypto.subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, bytes);
    }
  };
  await Promise.all(Array.from({ length: ${AT_ONCE} }, work));
  return performance.now() - start;
})()`;

/** Everything a patient waits for, with whatever record the wallet has. */
export async function measurePatient(bench: PatientBench, name: string): Promise<PatientTimes> {
  const { browser, site, own, password, entries, items } = bench;
  const app = `${own}app.html`;
  const run = async (expression: string, most = MOST_MS + 20_000): Promise<number> =>
    Number(await browser.evaluate(app, expression, most));
  /** What home says, as an expression. */
  const home = `${ask('home')}.then(({ result, error }) => result ?? Promise.reject(new Error(error.message)))`;
  /** Brings the app to where something can be measured. */
  const reach = async (act: string, selector: string): Promise<void> => {
    if ((await run(until(act, selector))) < MOST_MS) return;
    const shown = String(
      await browser.evaluate(app, 'location.href + " (" + document.visibilityState + "): " + document.body.innerText'),
    );
    throw new Error(`waited ${MOST_MS / 1_000} s in vain for ${selector}; the app shows ${shown.slice(0, 500)}`);
  };
  /** The median of some rounds, the first of which is left out. */
  const rounds = async (what: keyof typeof WHAT, work: (round: number) => Promise<number>): Promise<number> => {
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const took = await work(round);
      if (took >= MOST_MS) times.splice(0, Infinity, took);
      else if (round > 0) times.push(took);
      if (took >= MOST_MS) break; // once is enough
    }
    console.log(`    ${WHAT[what]}: ${Math.round(median(times))} ms`);
    return median(times);
  };
  const die = () => browser.stopWorker(own);
  const fill = `(() => {
    const field = document.querySelector('input[type=password]');
    field.value = ${JSON.stringify(password)};
    field.dispatchEvent(new Event('input', { bubbles: true }));
  })()`;
  /** Unlocks for the first time since the record was filled, until all of it is known. */
  const rebuildOnce = async (): Promise<number> => {
    await run(`${fill}, 0`);
    const took = await run(
      `(async () => {
        const start = performance.now();
        document.querySelector('form').requestSubmit();
        for (let known = 0; performance.now() - start < ${REBUILD_MS}; await new Promise((resolve) => setTimeout(resolve, 50))) {
          known = await ${home}.then(({ total }) => total, () => known); // locked, until it is not
          if (known === ${items}) return performance.now() - start;
        }
        return ${REBUILD_MS};
      })()`,
      REBUILD_MS + 20_000,
    );
    if (took < REBUILD_MS) return took;
    throw new Error(`waited ${REBUILD_MS / 60_000} minutes in vain for ${entries} entries to be known`);
  };
  /** Until every entry is in this browser, which takes some with each poll. */
  const keepAll = async (): Promise<void> => {
    const start = Date.now();
    for (let here = 0; here < entries;) {
      if (Date.now() - start > KEEP_MS)
        throw new Error(
          `waited ${KEEP_MS / 60_000} minutes in vain for ${entries} entries to be kept here: ${here} are`,
        );
      const before = here;
      // Somebody who is there: a wallet that nobody uses locks itself.
      here = await run(
        `${ask('touch')}.then(() => ${ask('syncNow')}).then(() => ${home}).then(({ copies }) => copies.here)`,
      );
      if (Math.floor(here / 1_000) > Math.floor(before / 1_000)) console.log(`    ${here} of ${entries} kept here`);
    }
  };
  const unlockOnce = async (cold: boolean): Promise<number> => {
    await run(`${ask('lock')}.then(() => 0)`);
    await reach(go('#/'), 'input[type=password]');
    await run(`${fill}, 0`);
    if (cold) await die();
    return run(until(`document.querySelector('form').requestSubmit()`, HOME));
  };
  const prompt = async (kind: 'connect' | 'access', worker: 'warm' | 'cold') => {
    const subject = walletSubjects(own, bench.recipient)[kind];
    const what = {
      warm: { connect: 'connect', access: 'access' },
      cold: { connect: 'coldConnect', access: 'coldAccess' },
    } as const;
    return rounds(what[worker][kind], async (round) => {
      const origin = site.origin(`${name}-${worker}-${kind}-${round}`);
      const took = await paintOnce(browser, origin, subject, worker, MOST_MS);
      return typeof took === 'number' ? took : MOST_MS;
    });
  };
  const importOnce = async (round: number): Promise<number> => {
    const resource = { resourceType: 'Observation', status: 'final', code: { text: `New in ${name}, ${round}` } };
    const choose = `(() => {
      const input = document.querySelector('input[type=file]');
      const data = new DataTransfer();
      data.items.add(new File([${JSON.stringify(JSON.stringify(resource))}], 'one.json', { type: 'application/json' }));
      input.files = data.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    })()`;
    await leave();
    await reach(go('#/import'), 'input[type=file]');
    const planned = await run(until(choose, '[data-testid=report]'));
    const kept = await run(until(`document.querySelector('main button.primary').click()`, 'main a.button[href="#/"]'));
    return planned + kept;
  };

  /** To a screen that shows nothing of what is waited for. */
  const leave = () => reach(go('#/settings'), '.mono');

  await browser.open(app);
  await reach('', 'input[type=password]');
  const rebuild = await rebuildOnce();
  const least = await run(download(bench.managers, bench.blocks), REBUILD_MS);
  console.log(`    ${WHAT.rebuild}: ${Math.round(rebuild)} ms, the download alone ${Math.round(least)} ms`);
  await keepAll();
  const unlock = await rounds('unlock', () => unlockOnce(false));
  const list = await rounds('list', async () => {
    await leave();
    return run(until(go(RECORDS), LIST));
  });
  const reading = await rounds('reading', async () => {
    await leave();
    await reach(go(RECORDS), LIST);
    return run(until(`document.querySelector(${JSON.stringify(LIST)}).click()`, RESOURCE));
  });
  const type = (text: string) => `(() => {
    const field = document.querySelector('input[type=search]');
    field.value = ${JSON.stringify(text)};
    field.dispatchEvent(new Event('input', { bubbles: true }));
  })()`;
  const search = await rounds('search', async () => {
    await leave();
    await reach(go(RECORDS), 'input[type=search]');
    await reach(type('nothing has this name'), `main:not(:has(${LIST})) [role=status]`);
    return run(until(type(WANTED), LIST));
  });
  await run(`${ask('syncNow')}.then(() => 0)`); // a poll that is under way would be waited for too
  const poll = await rounds('poll', () =>
    run(
      `(async () => { const start = performance.now(); await ${ask('syncNow')}; return performance.now() - start; })()`,
    ),
  );
  const coldHome = await rounds('coldHome', async () => {
    await leave();
    await die();
    return run(until(go('#/'), HOME));
  });
  const coldUnlock = await rounds('coldUnlock', () => unlockOnce(true));
  const memory = memoryOf(browser);
  const importing = await rounds('importing', importOnce);
  await browser.shut(app); // prompts are measured with none of the wallet's pages open
  return {
    rebuild,
    download: least,
    unlock,
    connect: await prompt('connect', 'warm'),
    access: await prompt('access', 'warm'),
    list,
    reading,
    search,
    importing,
    poll,
    coldConnect: await prompt('connect', 'cold'),
    coldAccess: await prompt('access', 'cold'),
    coldHome,
    coldUnlock,
    memory,
  };
}
