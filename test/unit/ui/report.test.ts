import { describe, expect, it } from 'vitest';
import type { RecordItem } from '../../../extension/core/catalogue/model.ts';
import type { ItemStatus } from '../../../extension/core/fhir/present/status.ts';
import { SECTIONS, SENSITIVE } from '../../../extension/core/records/sections.ts';
import { isPrintedByDefault, reportPart } from '../../../extension/ui/lib/report.ts';

const item = (id: number, date?: string, status?: ItemStatus): RecordItem =>
  ({ id: String(id), ...(date && { date }), ...(status && { status }) }) as RecordItem;
/** A list that is given in pages of `size`. */
const paged =
  (items: readonly RecordItem[], size = 100) =>
  (before = '0') => {
    const [from, to] = [Number(before), Number(before) + size];
    return Promise.resolve({ items: items.slice(from, to), ...(to < items.length && { next: String(to) }) });
  };
const ids = (items: readonly RecordItem[]) => items.map(({ id }) => id).join(' ');

describe('a report', () => {
  it('has nothing on it that is sensitive unless the person says so', () => {
    expect(SECTIONS.filter((section) => SENSITIVE.has(section) && isPrintedByDefault(section))).toEqual([]);
    expect(isPrintedByDefault('documents')).toBe(false);
    expect(isPrintedByDefault('allergies')).toBe(true);
  });

  it('tells what holds before what is over, each the newest first', async () => {
    const items = [item(1, '2024', 'past'), item(2, '2023'), item(3, '2022', 'denied'), item(4)];
    expect(ids((await reportPart('medications', paged(items))).items)).toBe('2 4 1 3');
  });

  it('leaves out what is older than it was asked for, and keeps what has no date', async () => {
    const items = [item(1, '2024-05-01'), item(2, '2021-05-01'), item(3)];
    expect(ids((await reportPart('results', paged(items, 1), '2022-01-01')).items)).toBe('1 3');
  });

  it('is of a bounded length, and says that there is more', async () => {
    const items = Array.from({ length: 1_000 }, (_, i) => item(i, '2024'));
    const { items: printed, more } = await reportPart('results', paged(items));
    expect([printed.length, more]).toEqual([300, true]);
    expect((await reportPart('results', paged(items.slice(0, 300)))).more).toBe(false);
  });
});
