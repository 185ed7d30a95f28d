import type { Page } from 'playwright';
import { within } from '../scripts/lib/patience.ts';
import { median, type Line } from './report.ts';

const ROUNDS = 3;
const MIB = 1_048_576;
/** Longest that a record of this size may take to be made, and then once to be taken out. */
const MS_PER_MIB = 2_000;

/**
 * Taking out a record of one large document, of documents of 1 MiB and of small resources, against reading and packing the same bytes
 * with nothing between them.
 * @param mebibytes of documents
 */
export async function exportLines(page: Page, mebibytes: number): Promise<Line[]> {
  const patience = 60_000 + mebibytes * MS_PER_MIB;
  await within(
    patience,
    'the record to be made',
    page.evaluate((bytes) => window.bench.makeRecord(bytes), mebibytes * MIB),
  );
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    rounds.push(
      await within(
        patience,
        `taking out, round ${i + 1}`,
        page.evaluate(() => window.bench.takeOut()),
      ),
    );
  }
  await page.evaluate(() => window.bench.dropRecord());
  const measured = median(rounds.map((round) => round.measured));
  return [
    {
      name: `taking out, ${mebibytes} MiB of documents and 2,000 resources`,
      measured,
      unit: 'ms',
      also: `${Math.round((mebibytes / measured) * 1_000)} MiB/s`,
      limit: { what: 'reading + ZIP', value: median(rounds.map((round) => round.limit)) },
      target: { most: 1.5, of: 'ratio' },
    },
  ];
}
