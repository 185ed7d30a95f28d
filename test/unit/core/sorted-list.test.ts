import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SealedRows } from '../../../extension/core/catalogue/rows.ts';
import { SortedList } from '../../../extension/core/catalogue/sorted-list.ts';
import { MemoryRows } from './memory-rows.ts';
import { fill } from './support.ts';

const open = (store: MemoryRows, root = 7) =>
  new SealedRows(
    store,
    () => Promise.resolve(fill(32, root)),
    () => undefined,
  );
const key = fc.integer({ min: 0, max: 600 }).map((n) => `k${String(n).padStart(4, '0')}`);
const change = fc.tuple(key, fc.option(fc.nat(), { nil: undefined }));
const batches = fc.array(fc.array(change, { maxLength: 400 }), { maxLength: 5 });

describe('a list in leaves', () => {
  it('holds and pages what a sorted map would', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 90 }), async (all, limit) => {
        const rows = open(new MemoryRows());
        const list = new SortedList<number>('list');
        const model = new Map<string, number>();
        for (const batch of all) {
          const draft = rows.draft();
          await list.change(draft, new Map(batch));
          await draft.commit();
          for (const [k, value] of new Map(batch)) {
            if (value === undefined) model.delete(k);
            else model.set(k, value);
          }
        }
        const expected = [...model].sort(([a], [b]) => (a < b ? 1 : -1)).map(([, value]) => value);
        const found: number[] = [];
        for (let before: string | undefined, pages = 0; pages < 1_000; pages++) {
          const { items, next } = await list.page(rows, limit, { before });
          expect(items.length).toBeLessThanOrEqual(limit);
          found.push(...items);
          if (next === undefined) break;
          before = next;
        }
        expect(found).toEqual(expected);
        expect(await list.size(rows)).toBe(expected.length);
        for (const k of ['k0000', 'k0300', 'k0600']) expect(await list.find(rows, k)).toBe(model.get(k));
      }),
      { numRuns: 40 },
    );
  });

  it('gives only what begins with a prefix', async () => {
    const rows = open(new MemoryRows());
    const list = new SortedList<number>('list');
    const draft = rows.draft();
    const all = ['a|1', 'a|2', 'ab|1', 'b|1', 'b|2'].map((k, i) => [k, i] as const);
    await list.change(draft, new Map(all));
    await draft.commit();
    expect(await list.all(rows, 'a|')).toEqual([1, 0]);
    expect(await list.all(rows, 'b|')).toEqual([4, 3]);
    expect((await list.page(rows, 1, { prefix: 'b|' })).next).toBe('b|2');
  });

  it('reads few rows, however long it is', async () => {
    const store = new MemoryRows();
    const list = new SortedList<string>('list');
    const draft = open(store).draft();
    await list.change(
      draft,
      new Map(Array.from({ length: 20_000 }, (_, i) => [String(i).padStart(6, '0'), 'x'.repeat(50)])),
    );
    await draft.commit();
    let read = 0;
    const counting = Object.assign(new MemoryRows(), {
      get: (names: readonly string[]) => {
        read += names.length;
        return store.get(names);
      },
    });
    expect((await list.page(open(counting), 100)).items).toHaveLength(100);
    expect(read).toBeLessThan(5);
  });
});

describe('sealed rows', () => {
  it('are brought back by what undoes them, whatever was written', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const store = new MemoryRows();
        const rows = open(store);
        const list = new SortedList<number>('list');
        const states: Map<string, string>[] = [];
        const snapshot = () => new Map([...store.rows].map(([name, value]) => [name, value.join()]));
        for (const [i, batch] of all.entries()) {
          states.push(snapshot());
          const draft = rows.draft();
          await list.change(draft, new Map(batch));
          await draft.commit(`undo/${i}`);
        }
        for (let i = all.length - 1; i >= 0; i--) {
          await rows.undo([`undo/${i}`]);
          expect(snapshot()).toEqual(states[i]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('tell neither what they hold nor their names', async () => {
    const store = new MemoryRows();
    await open(store).write(new Map([['medications', { title: 'Lisinopril' }]]));
    const [[name, value]] = [...store.rows] as [[string, Uint8Array]];
    expect(name).toMatch(/^[0-9a-f]{32}$/);
    expect(Buffer.from(value).includes('Lisinopril')).toBe(false);
  });

  it('do not open under another name, another key, or changed', async () => {
    const store = new MemoryRows();
    const rows = open(store);
    await rows.write(new Map([['a', 1]]));
    await rows.write(new Map([['b', 2]]));
    const [a, b] = [...store.rows.keys()] as [string, string];
    const exchanged = Object.assign(new MemoryRows(), {
      get: (names: readonly string[]) => store.get(names.map((name) => (name === a ? b : a))),
    });
    await expect(open(exchanged).get('a')).rejects.toMatchObject({ code: 'catalogue-damaged' });
    expect(await open(store, 8).get('a')).toBeUndefined();
    store.rows.set(
      a,
      store.rows.get(a)!.map((byte, i) => (i === 20 ? byte ^ 1 : byte)),
    );
    await expect(open(store).get('a')).rejects.toMatchObject({ code: 'catalogue-damaged' });
  });
});
