import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { PORTAL_RULES, visitPortal } from './conformance/portal.ts';
import { report, tryRules, type Finding } from './conformance/rules.ts';
import { WALLET_RULES, WalletUnderTest } from './conformance/wallet.ts';
import { launchBrowser } from './lib/browser.ts';
import { findChromium } from './lib/chromium.ts';

const USAGE = `Checks a portal or a wallet against docs/PROVIDER-API.md. The exit code is 0 when nothing failed.

  npm run conformance -- <url> --click <name of a button> [--click ...]   a portal's page: presses the buttons in turn
  npm run conformance -- <url>                                            a portal's page: you press, in a window
  npm run conformance -- --wallet <folder>                                an unpacked extension, with its network running
`;

/** Tries a portal's page with a wallet of the kit's own in it. @param clicks none: in a window, for a person to use */
export async function checkPortal(url: string, clicks: readonly string[]): Promise<Finding[]> {
  const tell = (text: string) => {
    if (clicks.length === 0) console.log(`${text}. Use the page, then close its tab.`);
  };
  const browser = await chromium.launch({
    executablePath: findChromium(),
    headless: clicks.length > 0,
    args: ['--no-sandbox'],
  });
  try {
    return await tryRules(PORTAL_RULES, await visitPortal(await browser.newContext(), url, clicks, tell));
  } finally {
    await browser.close();
  }
}

/** Tries a wallet from a page of an origin it has never seen. */
export async function checkWallet(extensionDir: string): Promise<Finding[]> {
  if (!existsSync(join(extensionDir, 'manifest.json'))) {
    throw new Error(`There is no unpacked extension in ${extensionDir}: name the folder its manifest.json is in.`);
  }
  const server = await serveEmptyPage();
  const browser = await launchBrowser({ extensionDir });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await tryRules(WALLET_RULES, await WalletUnderTest.find(page));
  } finally {
    await browser.close();
    server.close();
  }
}

function serveEmptyPage(): Promise<Server> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><title>Conformance</title><p>A page that a wallet has never seen.');
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

/** @returns exit code */
async function main(): Promise<number> {
  const options = { wallet: { type: 'string' }, click: { type: 'string', multiple: true } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [url] = positionals;
  if ((url === undefined) === (values.wallet === undefined)) {
    console.error(USAGE);
    return 64; // EX_USAGE of sysexits.h
  }
  const findings =
    url === undefined ? await checkWallet(resolve(values.wallet ?? '')) : await checkPortal(url, values.click ?? []);
  console.log(report(findings));
  return findings.every(({ fault }) => fault === undefined) ? 0 : 1;
}

if (import.meta.main) {
  process.exit(
    await main().catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      return 1;
    }),
  );
}
