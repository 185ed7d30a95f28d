import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Page } from 'playwright';
import { ROOT } from '../scripts/lib/paths.ts';
import { median, type Line } from './report.ts';
import { rounds } from './storage-page.ts';

const DATA = join(ROOT, '../shared/data');
const ROUNDS = 5;
const MIB = 1_048_576;

async function bundles(): Promise<string[]> {
  if (!existsSync(DATA)) return [];
  const files = await readdir(DATA, { recursive: true });
  return files
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => join(DATA, file));
}

/** Reading, checking, sealing and storing real FHIR files: milliseconds for each resource in them. */
export async function importLines(page: Page): Promise<Line[]> {
  const files = await bundles();
  if (files.length === 0) console.log(`import: skipped, there are no bundles in ${DATA}`);
  const lines: Line[] = [];
  for (const file of files) {
    const text = await readFile(file, 'utf8');
    const results = await rounds(ROUNDS, `the import of ${basename(file)}`, () =>
      page.evaluate((json) => window.bench.importFhir(json), text),
    );
    const resources = results[0]?.resources ?? 0;
    const measured = median(results.map((r) => r.measured));
    const rate = Buffer.byteLength(text) / MIB / (measured / 1_000);
    lines.push({
      name: `import per resource, ${basename(file)} (${resources})`,
      measured: measured / resources,
      unit: 'ms',
      also: `${rate.toFixed(1)} MiB/s`,
      limit: {
        what: 'JSON.parse + AES-GCM + SHA-256 + IndexedDB',
        value: median(results.map((r) => r.limit)) / resources,
      },
    });
  }
  return lines;
}
