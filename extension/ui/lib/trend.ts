import type { RecordItem } from '../../core/catalogue/model.ts';
import type { Measure } from '../../core/fhir/present/measures.ts';
import { isDenial } from '../../core/fhir/present/status.ts';

/** One value of a series. */
export interface Point {
  /** Unix seconds. */
  readonly at: number;
  /** FHIR date or dateTime. */
  readonly date: string;
  readonly value: number;
  readonly item: RecordItem;
}

/** What was measured over time, in one unit. */
export interface Series {
  /** Of a part, such as the systolic one of a blood pressure; empty for the whole. */
  readonly name: string;
  readonly unit: string;
  /** Oldest first. */
  readonly points: readonly Point[];
  /** The range that the newest was compared with. */
  readonly low?: number;
  readonly high?: number;
}

/** Turns a number of one UCUM unit into one of another; undefined where that cannot be. */
export type Convert = (value: number, from: string, to: string) => number | undefined;

/** Units that differ, so that a converter is needed. */
export const unitsOf = (items: readonly RecordItem[]): ReadonlySet<string> =>
  new Set(items.flatMap((item) => (item.measures ?? []).map(unitOf)));

const unitOf = ({ ucum, unit }: Measure): string => ucum ?? unit ?? '';
const nameOf = ({ name, code }: Measure): string => code ?? name ?? '';

/**
 * Series of items that measure the same. What has no date, does not hold, or cannot be turned into the newest one's unit is left out.
 * @param items newest first
 */
export function seriesIn(items: readonly RecordItem[], convert: Convert = () => undefined): Series[] {
  const holding = items.filter(({ status, date }) => !isDenial(status) && date !== undefined);
  const names = new Map<string, Measure>();
  for (const { measures = [] } of holding) for (const m of measures) if (!names.has(nameOf(m))) names.set(nameOf(m), m);
  return [...names].map(([key, newest]) => {
    const points = holding
      .flatMap((item) => {
        const measure = item.measures?.find((one) => nameOf(one) === key);
        const value = measure && inUnit(measure, newest, convert);
        const at = Date.parse(item.date ?? '') / 1000;
        return value === undefined || Number.isNaN(at) ? [] : [{ at, date: item.date ?? '', value, item }];
      })
      .sort((a, b) => a.at - b.at);
    const [low, high] = [newest.low, newest.high].map((end) => (end === undefined ? undefined : Number(end)));
    return {
      name: newest.name ?? '',
      unit: newest.unit ?? '',
      points,
      ...(low !== undefined && { low }),
      ...(high !== undefined && { high }),
    };
  });
}

function inUnit(measure: Measure, newest: Measure, convert: Convert): number | undefined {
  const value = Number(measure.value);
  if (!Number.isFinite(value)) return undefined;
  const [from, to] = [unitOf(measure), unitOf(newest)];
  return from === to ? value : convert(value, from, to);
}
