import { readFileSync, writeFileSync } from 'node:fs';
import type { CDPSession, Page } from 'playwright';
import { within } from '../scripts/lib/patience.ts';
import type { Line } from './report.ts';
import type { StoragePage } from './storage-page.ts';

const MIB = 1_048_576;
const SHORT = 128 * MIB;
const LONG = 1_024 * MIB;
const MOST_MIB = 64;
const MOST_MS = 600_000;

/** A number of KiB from the kernel's account of a process, in MiB. */
function status(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1_024;
}

/** Resident memory of a process in MiB; 0 where the kernel gives no account of it. */
export const memoryOf = (pid: number): number => (process.platform === 'linux' ? status(pid, 'VmRSS') : 0);

/** The process of the page: of all renderers, the one that grows while the page fills some memory. */
async function rendererOf(page: Page, browser: CDPSession): Promise<number> {
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
  const before = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => ({ id, size: status(id, 'VmRSS') }));
  const held = await page.evaluateHandle((bytes) => new Uint8Array(bytes).fill(1), 256 * MIB);
  const [most] = before
    .map(({ id, size }) => ({ id, grown: status(id, 'VmRSS') - size }))
    .sort((a, b) => b.grown - a.grown);
  await held.dispose();
  if (most === undefined) throw new Error('the page has no process');
  return most.id;
}

/**
 * Most memory of the page's process above what it has when idle, in MiB. This is the resident set as the kernel counts it: its
 * high-water mark, set back before the run, so no peak between two samples is missed, and everything counts, WebAssembly, buffers
 * and what is garbage but not collected yet. A JavaScript heap figure would leave most of that out.
 */
async function peakAboveIdle(page: Page, pid: number, bytes: number): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await page.waitForTimeout(1_000);
  await session.send('HeapProfiler.collectGarbage');
  const idle = status(pid, 'VmRSS');
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  const sealed = page.evaluate((size) => window.bench.sealLong(size), bytes);
  await within(MOST_MS, `${bytes / MIB} MiB to be sealed and stored`, sealed);
  const peak = status(pid, 'VmHWM');
  await session.detach();
  return peak - idle;
}

/** Memory while a file of 1 GiB is sealed and stored, against that of one an eighth as long: flat is 1x. */
export async function memoryLines({ page, cdp }: StoragePage): Promise<Line[]> {
  if (process.platform !== 'linux') {
    console.log('memory: only measured on Linux, where the kernel keeps the peak of a process');
    return [];
  }
  const pid = await rendererOf(page, cdp);
  const short = await peakAboveIdle(page, pid, SHORT);
  const long = await peakAboveIdle(page, pid, LONG);
  return [
    {
      name: 'memory above idle, 1 GiB',
      measured: long,
      unit: 'MiB',
      limit: { what: 'the same for 128 MiB', value: short },
      target: { most: MOST_MIB, of: 'measured' },
    },
  ];
}
