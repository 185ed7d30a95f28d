import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { patientAt } from './support/patient.ts';
import { serveSite, type Site } from './support/site.ts';

/** What a page may send, forge or spoil. What it may show and who it may pass for is in hostile.spec.ts. */

const text = (form: RegExp): unknown => expect.stringMatching(form);
const ANY_TEXT = text(/./);
const ACCOUNT = text(/^0x[0-9a-f]{40}$/);
const STRANGER = '0x00000000000000000000000000000000000000aa';
const ACCESS = {
  purpose: 'TREAT',
  sections: ['medications', 'mental-health'],
  duration: 3_600,
  reason: 'To prepare for your visit',
  recipient: { address: STRANGER },
};

/** A page that spoils every global it can reach once it has loaded, then calls the wallet. Answers go to `data-answers`. */
const SPOILED = `<!doctype html><meta charset="utf-8"><title>A spoiled page</title><script>(() => {
  const { JSON, document, Object: O } = window, provider = window.salus;
  const broken = () => { throw new Error('spoiled'); };
  const spoil = (object, names) => { for (let i = 0; i < names.length; i++) object[names[i]] = broken; };
  O.defineProperty(O.prototype, 'error', { value: { code: 1, message: 'spoiled' }, writable: true });
  O.defineProperty(O.prototype, 'event', { value: 'spoiled', writable: true });
  O.defineProperty(O.prototype, 'id', { value: 1, writable: true });
  spoil(Array.prototype, ['push', 'indexOf', 'splice', 'filter', 'map', 'forEach', Symbol.iterator]);
  spoil(Map.prototype, ['get', 'set', 'delete', 'has']);
  spoil(Function.prototype, ['call', 'apply', 'bind']);
  spoil(window, ['postMessage', 'addEventListener', 'dispatchEvent', 'Map', 'Error']);
  Promise.prototype.then = Promise.prototype.catch = Promise.prototype.finally = broken;
  window.Promise = broken;
  const ask = async (method, params) => {
    try { return { result: await provider.request({ method, params }) }; }
    catch (error) { return { code: error.code, message: error.message, name: error.name }; }
  };
  (async () => {
    const answers = {
      chain: await ask('eth_chainId'),
      accounts: await ask('eth_accounts'),
      unknown: await ask('eth_sign'),
      cyclic: await ask('eth_chainId', (() => { const c = {}; c.self = c; return c; })()),
      uncallable: await ask('eth_chainId', [() => 1]),
    };
    document.documentElement.dataset.answers = JSON.stringify(answers);
  })();
})()</script>`;

let portal: Site;
let other: Site;
let spoiled: Site;

test.beforeAll(async () => {
  [portal, other, spoiled] = await Promise.all([serveSite(), serveSite(), serveSite({ '/': SPOILED })]);
});
test.afterAll(async () => {
  await Promise.all([portal, other, spoiled].map((site) => site.close()));
});

test('before consent a page cannot tell whether there is a wallet or what it holds', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  const site = await SitePage.open(browser, portal);
  const probes: readonly [string, unknown?][] = [
    ['eth_accounts'],
    ['eth_chainId'],
    ['health_getCapabilities'],
    ['health_listRecords', {}],
    ['health_listRecords', { patient: STRANGER }],
    ['health_readRecord', { patient: STRANGER, id: 'x/0' }],
    ['health_writeRecord', { patient: STRANGER, section: 'results', resource: { resourceType: 'Observation' } }],
  ];
  const look = async () => {
    const answers = [];
    for (const [method, params] of probes) answers.push(await site.request(method, params));
    return answers;
  };
  const withNoWallet = await look();
  expect(withNoWallet[0]).toEqual({ result: [] });
  for (const refused of withNoWallet.slice(3)) expect(refused).toMatchObject({ code: 4100 });

  await app.createWallet();
  expect(await look()).toEqual(withNoWallet);
  await app.lock();
  expect(await look()).toEqual(withNoWallet);
  await expect.poll(() => site.openPrompts()).toBe(0);
});

test('wrong params are refused by the name of the field, and their value is never repeated', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  const marker = 'ZQ-marker-7731';
  const wrong: readonly [field: string, method: string, params: unknown][] = [
    ['sections', 'health_requestAccess', { ...ACCESS, sections: [marker] }],
    ['sections', 'health_requestAccess', { ...ACCESS, sections: [] }],
    ['purpose', 'health_requestAccess', { ...ACCESS, purpose: marker }],
    ['duration', 'health_requestAccess', { ...ACCESS, duration: marker }],
    ['duration', 'health_requestAccess', { ...ACCESS, duration: 1e12 }],
    ['reason', 'health_requestAccess', { ...ACCESS, reason: marker.repeat(100) }],
    ['recipient.address', 'health_requestAccess', { ...ACCESS, recipient: { address: marker } }],
    ['limit', 'health_listRecords', { limit: marker }],
    ['patient', 'health_readRecord', { patient: marker, id: 'x' }],
    ['id', 'health_readRecord', { patient: STRANGER, id: 7 }],
    ['resource', 'health_writeRecord', { resource: marker }],
    ['params', 'health_readRecord', marker],
  ];
  for (const [field, method, params] of wrong) {
    const answer = await site.request(method, params);
    expect(answer, `${method} ${field}`).toMatchObject({ code: -32602 });
    expect(answer.message).toContain(`“${field}`);
    expect(answer.message).not.toContain(marker);
  }
  await expect.poll(() => site.openPrompts()).toBe(0);
});

test('params that are too large or are not JSON are refused, and the page goes on', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  const codes = await site.page.evaluate(async () => {
    const { salus } = window as unknown as { salus: { request(args: unknown): Promise<unknown> } };
    const cyclic: Record<string, unknown> = {};
    cyclic['self'] = cyclic;
    const nested = (depth: number) => {
      let value: unknown = 1;
      for (let i = 0; i < depth; i++) value = [value];
      return value;
    };
    const odd: Record<string, unknown> = {
      huge: { text: 'x'.repeat(17_000_000) },
      cyclic,
      callable: { now: () => 1 },
      bigint: { duration: 10n },
      symbol: [Symbol('x')],
      nested: nested(100_000),
      getter: Object.defineProperty({}, 'x', {
        enumerable: true,
        get: () => {
          throw new Error('no');
        },
      }),
    };
    const code = (params: unknown) =>
      salus.request({ method: 'health_requestAccess', params }).then(
        () => 'settled',
        (error: { code: number }) => error.code,
      );
    return Object.fromEntries(
      await Promise.all(Object.entries(odd).map(async ([name, params]) => [name, await code(params)] as const)),
    );
  });
  expect(codes).toEqual({
    huge: -32602,
    cyclic: -32602,
    callable: -32602,
    bigint: -32602,
    symbol: -32602,
    nested: -32602,
    getter: -32602,
  });
  expect(await site.request('eth_accounts')).toEqual({ result: [] });
});

test('a request that is no request is refused with -32600', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  const codes = await site.page.evaluate(async () => {
    const { salus } = window as unknown as { salus: { request(args?: unknown): Promise<unknown> } };
    const odd = [undefined, null, 7, 'eth_chainId', {}, { method: 7 }, { method: null }, []];
    return Promise.all(odd.map((args) => salus.request(args).catch((error: { code: number }) => error.code)));
  });
  expect(codes).toEqual(Array(8).fill(-32600));
});

test('garbage messages in the page neither break the wallet nor answer a request that waits', async ({
  newBrowser,
}) => {
  const { site } = await patientAt(portal, newBrowser);
  const broken: string[] = [];
  site.page.on('pageerror', (error) => broken.push(error.message));
  const { prompt, answer } = await site.ask('eth_requestAccounts');

  await site.page.evaluate(async () => {
    const junk = [
      null,
      0,
      'salus',
      [],
      {},
      { id: null },
      { id: 'x' },
      { id: -1 },
      { id: 99_999 },
      { id: NaN },
      { id: {} },
    ];
    for (const target of ['salus:page', 'salus:content', 'salus', '', null]) {
      for (const part of junk) {
        const message = typeof part === 'object' && !Array.isArray(part) ? { target, ...part } : { target, data: part };
        window.postMessage(message, '*');
        window.postMessage({ ...message, method: 'eth_accounts' }, '*');
        window.postMessage({ ...message, result: ['0xforged'] }, '*');
        window.postMessage({ ...message, error: null }, '*');
        window.postMessage({ ...message, event: { toString: 1 } }, '*');
      }
    }
    // A malformed error under an id that does wait, and an answer to it from another window.
    window.postMessage({ target: 'salus:page', id: 1, error: null }, '*');
    window.postMessage({ target: 'salus:page', id: 1, error: 'forged' }, '*');
    const frame = document.body.appendChild(document.createElement('iframe'));
    frame.srcdoc = `<script>parent.postMessage({ target: 'salus:page', id: 1, result: ['0xforged'] }, '*'); parent.postMessage('done', '*')</script>`;
    await new Promise<void>((resolve) =>
      window.addEventListener('message', ({ data }) => {
        if (data === 'done') resolve();
      }),
    );
  });

  expect(await site.request('net_version')).toHaveProperty('result');
  await prompt.typeSite(portal.host);
  await prompt.approve();
  expect(await answer).toEqual({ result: [ACCOUNT] });
  expect(broken).toEqual([]);
});

test('a page that has spoiled its own globals still gets right answers and typed errors', async ({
  newBrowser,
  stack,
}) => {
  const browser = await newBrowser();
  const { page } = await SitePage.open(browser, spoiled);
  const html = page.locator('html');
  await expect(html).toHaveAttribute('data-answers', /./);
  expect(JSON.parse((await html.getAttribute('data-answers')) ?? '')).toEqual({
    chain: { result: `0x${stack.network.chainId.toString(16)}` },
    accounts: { result: [] },
    unknown: { code: 4200, name: 'ProviderRpcError', message: ANY_TEXT },
    cyclic: { code: -32602, name: 'ProviderRpcError', message: ANY_TEXT },
    uncallable: { code: -32602, name: 'ProviderRpcError', message: ANY_TEXT },
  });
});

/** Adds a frame to a page and gives what it saw: whether it has a provider, and every message of the wallet it heard. */
async function frameSees(page: Page, attributes: Readonly<Record<string, string>>): Promise<{ provider: boolean }> {
  await page.evaluate((given) => {
    const frame = document.createElement('iframe');
    for (const [name, value] of Object.entries(given)) frame.setAttribute(name, value);
    document.body.append(frame);
    return new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  }, attributes);
  const frame = page.frames().at(-1);
  if (frame === undefined) throw new Error('the frame is not there');
  return frame.evaluate(() => {
    const heard = window as unknown as { heardOfWallet: unknown[] };
    heard.heardOfWallet = [];
    window.addEventListener('message', ({ data }: MessageEvent<{ target?: unknown } | null>) => {
      if (data?.target === 'salus:page') heard.heardOfWallet.push(data);
    });
    for (const target of [window, parent]) {
      for (const method of ['eth_chainId', 'eth_accounts', 'eth_requestAccounts']) {
        target.postMessage({ target: 'salus:content', id: 7, method }, '*');
      }
    }
    return { provider: 'salus' in window };
  });
}

test('a frame inside a page gets nothing from the wallet, whatever it forges', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  await site.connect();
  const frames = {
    'of another origin': { src: other.origin },
    sandboxed: { sandbox: 'allow-scripts', srcdoc: '<h1>A frame</h1>' },
    'of the same origin': { src: `${portal.origin}/frame` },
  };
  for (const [kind, attributes] of Object.entries(frames)) {
    await test.step(kind, async () => {
      expect(await frameSees(site.page, attributes)).toEqual({ provider: false });
      // What the page asks after the frame's forgeries is answered after them.
      expect(await site.request('eth_accounts')).toHaveProperty('result.0');
      const heard = await site.page
        .frames()
        .at(-1)
        ?.evaluate(() => (window as unknown as { heardOfWallet: unknown[] }).heardOfWallet);
      expect(heard).toEqual([]);
      await expect.poll(() => site.openPrompts()).toBe(0);
    });
  }
});
