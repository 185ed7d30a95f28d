import { JsonRpcProvider } from 'ethers';
import type { Page } from 'playwright';
import { limitsFor } from '../extension/core/network/speed.ts';
import { launchBrowser } from '../scripts/lib/browser.ts';
import { within } from '../scripts/lib/patience.ts';
import { startStack } from '../scripts/lib/stack.ts';
import { WalletApp } from '../test/e2e/pages/wallet-app.ts';
import { bundleFile } from '../test/fixtures/bundle.ts';
import type { Line } from './report.ts';

const CLOSE_MS = 30_000;
/** Seconds from block to block, and how often something is recorded there. */
const CHAINS = [
  { pace: 1, writes: 20 },
  { pace: 12, writes: 10 },
] as const;
/** A figure is to be no more than this part of what a network of its pace is to keep. */
const PART = 5;
const MEASURE_MS = 180_000;

/** Has the chain make a block each `pace` seconds from now on, and at no other time. */
async function keepPace(rpcUrl: string, chainId: number, pace: number): Promise<void> {
  const provider = new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true });
  try {
    await provider.send('evm_setAutomine', [false]);
    await provider.send('evm_setIntervalMining', [pace * 1_000]);
  } finally {
    provider.destroy();
  }
}

/** What the wallet's own page found, in milliseconds. */
interface Found {
  readonly count: number;
  readonly median: number;
  readonly p95: number;
}

/** Has the wallet measure the network, on the page that a person opens for it. */
async function measured({ page }: WalletApp): Promise<{ times: Map<string, Found>; gas: number; perHour: number }> {
  await page.goto(`${page.url().split('#')[0]}#/speed`);
  await page.getByRole('button', { name: 'Measure now' }).click();
  const lines = page.getByTestId('speed').getByRole('listitem');
  await lines.nth(3).waitFor({ timeout: MEASURE_MS });
  const numbers = (of: ReturnType<Page['getByTestId']>, names: readonly string[]) =>
    of.evaluate((element, all) => all.map((name) => Number(element.getAttribute(`data-${name}`))), names);
  const times = new Map<string, Found>();
  for (const line of await lines.all()) {
    const [count = 0, median = 0, p95 = 0] = await numbers(line, ['count', 'median', 'p95']);
    times.set((await line.getAttribute('data-part')) ?? '', { count, median, p95 });
  }
  const [gas = 0, perHour = 0] = await numbers(page.getByTestId('throughput'), ['gas', 'per-hour']);
  return { times, gas, perHour };
}

async function chainLines({ pace, writes }: (typeof CHAINS)[number]): Promise<Line[]> {
  const stack = await startStack();
  const browser = await launchBrowser({ extensionDir: stack.extensionDir });
  try {
    const app = await WalletApp.open(browser);
    await app.createWallet();
    await keepPace(stack.network.rpcUrl, stack.network.chainId, pace);
    for (let write = 0; write < writes; write++) {
      await app.importFile(bundleFile(oneResult(write), `result-${write}.json`));
      await app.waitUntilRecorded();
    }
    const { times, gas, perHour } = await measured(app);
    const limits = limitsFor(pace);
    const line = (part: string, what: string, most: number, limit?: Line['limit']): Line => {
      const { count, median, p95 } = times.get(part) ?? { count: 0, median: NaN, p95: NaN };
      return {
        name: `${what}, a block each ${pace} s: 95 of 100 within`,
        measured: p95,
        unit: 'ms',
        also: `median ${median.toFixed(0)} ms of ${count}`,
        target: { most: most / PART, of: 'measured' },
        ...(limit && { limit }),
      };
    };
    return [
      line('reading', 'opening something', limits.read),
      line('checking', 'checking it on the chain', limits.read),
      line('writing', 'recording something', limits.write, { what: 'one block', value: pace * 1_000 }),
      {
        name: `a record in gas, a block each ${pace} s`,
        measured: gas,
        unit: 'gas',
        also: `room for ${perHour} an hour`,
      },
    ];
  } finally {
    await within(CLOSE_MS, 'the browser to close', browser.close());
    await stack.stop();
  }
}

const oneResult = (round: number) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    {
      resource: {
        resourceType: 'Observation',
        status: 'final',
        code: { text: `Potassium in blood, ${round}` },
        effectiveDateTime: '2026-01-01',
        valueQuantity: { value: 4 + round / 100, unit: 'mmol/L' },
      },
    },
  ],
});

/** What a person waits for on a private chain and on a public one, by the wallet's own figures. */
export async function networkLines(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const chain of CHAINS) lines.push(...(await chainLines(chain)));
  return lines;
}
