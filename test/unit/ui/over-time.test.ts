import { describe, expect, it } from 'vitest';
import type { RecordItem } from '../../../extension/core/catalogue/model.ts';
import type { Measure } from '../../../extension/core/fhir/present/measures.ts';
import { isNear } from '../../../extension/core/wallet/near.ts';
import { compared, daysOf } from '../../../extension/ui/lib/compare.ts';
import { fileName } from '../../../extension/ui/lib/save-file.ts';
import { decodeText, viewOf } from '../../../extension/ui/lib/file-view.ts';
import { byYear } from '../../../extension/ui/lib/timeline.ts';
import { seriesIn } from '../../../extension/ui/lib/trend.ts';
import { convert } from '../../../extension/ui/lib/ucum.ts';

let ids = 0;
const item = (date: string | undefined, measures: Measure[] = [], more: Partial<RecordItem> = {}): RecordItem =>
  ({
    id: String(ids++),
    author: '0xA',
    type: 'Observation',
    title: 'Glucose',
    ...(date && { date }),
    measures,
    ...more,
  }) as RecordItem;
const glucose = (value: string, unit = 'mg/dL'): Measure => ({ value, unit, ucum: unit });

describe('a series', () => {
  it('is oldest first, in the unit of the newest, without what has no date or does not hold', () => {
    const items = [
      item('2024-03-01', [{ ...glucose('5.5', 'g/L'), low: '4', high: '6' }]),
      item('2023-03-01', [glucose('540')]),
      item('2022-03-01', [glucose('500')], { status: 'error' }),
      item(undefined, [glucose('1')]),
      item('2021', [glucose('x')]),
      item('2020-01-01', [glucose('7', 'mmol')]),
    ];
    const [series] = seriesIn(items, convert);
    expect(series).toMatchObject({ unit: 'g/L', low: 4, high: 6 });
    expect(series?.points.map(({ value }) => value)).toEqual([5.4, 5.5]);
    expect(seriesIn(items)[0]?.points.map(({ value }) => value)).toEqual([5.5]);
  });

  it('is one for each part', () => {
    const pressure = (date: string, high: string, low: string) =>
      item(date, [
        { name: 'Systolic', code: 'a', value: high },
        { name: 'Diastolic', code: 'b', value: low },
      ]);
    const series = seriesIn([pressure('2024-02-01', '130', '85'), pressure('2024-01-01', '120', '80')]);
    expect(series.map(({ name, points }) => [name, points.map(({ value }) => value)])).toEqual([
      ['Systolic', [120, 130]],
      ['Diastolic', [80, 85]],
    ]);
  });
});

describe('a timeline', () => {
  it('is by year, those of one visit together', () => {
    const some = [
      item('2024-02-01', [], { visit: 'v' }),
      item('2024-01-15'),
      item('2024-01-01', [], { visit: 'v' }),
      item('2024-01-01'),
      item('2023-01-01', [], { visit: 'v' }),
      // Another author calls another visit so.
      item('2023-01-01', [], { visit: 'v', author: '0xB' }),
      item('2020'),
      item(undefined),
    ];
    expect(
      byYear(some).map(({ year, groups }) => [
        year,
        groups.map(({ visit, items }) => [visit?.split('\u0000').filter(Boolean).join(' '), items.length]),
      ]),
    ).toEqual([
      [
        '2024',
        [
          ['0xa v', 2],
          [undefined, 2],
        ],
      ],
      [
        '2023',
        [
          ['0xa v', 1],
          ['0xb v', 1],
        ],
      ],
      ['2020', [[undefined, 1]]],
      ['', [[undefined, 1]]],
    ]);
  });
});

describe('two days side by side', () => {
  it('have what was measured on both first', () => {
    const a = (date: string, title: string) => item(date, [glucose('1')], { title });
    const items = [
      a('2024-02-01', 'B'),
      a('2024-02-01T08:00:00Z', 'A'),
      a('2024-01-01', 'A'),
      a('2024-01-01', 'C'),
      a('2023', 'D'),
    ];
    expect(daysOf(items)).toEqual(['2024-02-01', '2024-01-01']);
    const rows = compared(items, '2024-01-01', '2024-02-01');
    expect(rows.map(({ key, before, after }) => [key, before !== undefined, after !== undefined])).toEqual([
      ['a', true, true],
      ['b', false, true],
      ['c', true, false],
    ]);
  });
});

describe('a slip', () => {
  it.each([
    ['potassium', 'potasium', true],
    ['potassium', 'poatssium', true],
    ['potassium', 'kalium', false],
    ['glucose', 'glucoze', true],
    ['hypertension', 'hipertenzion', true],
    ['peanuts', 'penut', true],
    ['nut', 'nit', true],
    ['aspirin', 'insulin', false],
  ])('%s as %s', (word, typed, near) => expect(isNear(word, typed)).toBe(near));
});

describe('a file in a record', () => {
  const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  it('is shown by what it is, not by what it is said to be', () => {
    expect(viewOf(bytes('%PDF-1.4'), 'text/plain')).toBe('pdf');
    expect(viewOf(bytes('\u0089PNG\r\n'), 'application/octet-stream')).toBe('image');
    expect(viewOf(bytes('<html><script>x</script></html>'), 'text/plain')).toBe('markup');
    expect(viewOf(bytes('<svg xmlns="x"/>'), 'image/svg+xml')).toBe('markup');
    expect(viewOf(bytes('plain words'), 'application/octet-stream')).toBe('text');
    expect(viewOf(bytes('\u0000\u0001'), 'application/zip')).toBe('none');
  });
  it('is read as UTF-8, or else as Windows-1252', () => {
    expect(decodeText(new TextEncoder().encode('Müller'))).toBe('Müller');
    expect(decodeText(bytes('M\u00FCller'))).toBe('Müller');
  });
  it('is saved under a name without a path, and with an ending', () => {
    expect(fileName('../../etc/passwd\u202E', 'application/pdf')).toBe('.. .. etc passwd.pdf');
    expect(fileName('scan.PDF', 'application/pdf')).toBe('scan.PDF');
    expect(fileName('', 'image/png')).toBe('file.png');
  });
});
