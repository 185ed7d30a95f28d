import type { Page } from 'playwright';
import { median, type Line } from './report.ts';
import { rounds } from './storage-page.ts';

const MIB = 1_048_576;
const SIZES = [
  { name: '1 KiB', bytes: 1_024, rounds: 15 },
  { name: '1 MiB', bytes: MIB, rounds: 15 },
  { name: '100 MiB', bytes: 100 * MIB, rounds: 7, target: { most: 1.6, of: 'ratio' } as const },
];

/** Sealing and storing one file of random bytes, against what the platform needs for the same bytes. */
export async function sealingLines(page: Page): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { name, bytes, rounds: count, target } of SIZES) {
    const results = await rounds(count, `seal and store, ${name}`, () =>
      page.evaluate((size) => window.bench.seal(size), bytes),
    );
    const measured = median(results.map((r) => r.measured));
    lines.push({
      name: `seal and store, ${name}`,
      measured,
      unit: 'ms',
      limit: { what: 'AES-GCM + SHA-256 + IndexedDB', value: median(results.map((r) => r.limit)) },
      ...(bytes >= MIB && { also: `${Math.round((bytes / MIB / measured) * 1_000)} MiB/s` }),
      ...(target && { target }),
    });
  }
  return lines;
}
