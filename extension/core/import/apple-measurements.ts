import type { Resource } from '../fhir/resource.ts';
import { appleType, DIASTOLIC, isAsleep, isSum, SLEEP, SYSTOLIC, wordsOf } from './apple-types.ts';
import { bloodPressure, coded, observation, quantity, VITALS } from './vitals.ts';

/** One `Record` of an export: its attributes. */
export type AppleRecord = Readonly<
  Partial<Record<'type' | 'unit' | 'value' | 'startDate' | 'endDate' | 'sourceName', string>>
>;

/** A type with more measurements than this is told day by day. */
const MOST_SINGLE = 500;
/** Bounds what a made-up file can keep in memory. */
const MOST_TYPES = 1_000;
const MOST_DAYS = 200_000;
const MOST_PRESSURES = 100_000;

interface Day {
  unit: string;
  count: number;
  sum: number;
  least: number;
  most: number;
  /** Sums by device: a watch and a telephone count the same steps, so the larger one counts. */
  readonly bySource: Map<string, number>;
}
interface Kind {
  single: AppleRecord[] | undefined;
  readonly days: Map<string, Day>;
}

const DATE = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d) ?([+-]\d\d):?(\d\d)$/;

/** `2024-03-01 08:30:00 +0100` as FHIR writes it. */
export function appleTime(text: string | undefined): string | undefined {
  const [, day, time, hours, minutes] = DATE.exec(text ?? '') ?? [];
  return day === undefined ? undefined : `${day}T${time ?? ''}${hours ?? ''}:${minutes ?? ''}`;
}

/**
 * A copy of its own. What a parser gives is a part of the text that it read, which would all be kept for the sake of one value.
 */
export const copyOf = <T extends object>(attributes: T): T => JSON.parse(JSON.stringify(attributes)) as T;

const rounded = (value: number): number => Number(value.toPrecision(6));

/** Gathers measurements: those of frequent types by the day, others one by one. What it keeps grows with days, not with measurements. */
export class AppleMeasurements {
  readonly #kinds = new Map<string, Kind>();
  readonly #pressures = new Map<string, { systolic?: AppleRecord; diastolic?: AppleRecord }>();
  /** Names of devices and units, each once. */
  readonly #words = new Map<string, string>();
  #days = 0;
  /** Records that could not be read, or that there was no room for. */
  unread = 0;
  summarised = false;

  add(record: AppleRecord): void {
    const { type, startDate } = record;
    const day = startDate?.slice(0, 10);
    if (type === undefined || day === undefined || !DATE.test(startDate ?? '')) {
      this.unread++;
    } else if (type === SLEEP) this.#addSleep(record);
    else if (type === SYSTOLIC || type === DIASTOLIC) this.#addPressure(record, startDate ?? '');
    else if (type.startsWith('HKQuantityType') && Number.isFinite(Number(record.value ?? Number.NaN))) {
      this.#addTo(type, record, day, Number(record.value));
    } else if (type.startsWith('HKCategoryType')) this.#addTo(type, record, day, undefined);
    else this.unread++;
  }

  #kind(type: string): Kind | undefined {
    const known = this.#kinds.get(type);
    if (known !== undefined || this.#kinds.size >= MOST_TYPES) return known;
    const kind: Kind = { single: [], days: new Map() };
    this.#kinds.set(this.#word(type), kind);
    return kind;
  }

  #addTo(type: string, record: AppleRecord, day: string, value: number | undefined): void {
    const kind = this.#kind(type);
    if (kind === undefined) this.unread++;
    else if (kind.single === undefined) this.#addToDay(kind, record, day, value ?? 0);
    else if (kind.single.push(copyOf(record)) > MOST_SINGLE) {
      const all = kind.single;
      kind.single = undefined;
      this.summarised = true;
      for (const one of all) this.#addToDay(kind, one, one.startDate?.slice(0, 10) ?? day, Number(one.value ?? 0) || 0);
    }
  }

  #word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    if (this.#words.size >= MOST_TYPES) return '';
    const { copy } = copyOf({ copy: word });
    this.#words.set(copy, copy);
    return copy;
  }

  #addToDay(kind: Kind, record: AppleRecord, day: string, value: number): void {
    const unit = this.#word(record.unit ?? '');
    const source = this.#word(record.sourceName ?? '');
    // A device that was set to another unit begins another sum.
    const key = `${day} ${unit}`;
    let of = kind.days.get(key);
    if (of === undefined) {
      if (++this.#days > MOST_DAYS) {
        this.unread++;
        return;
      }
      of = { unit, count: 0, sum: 0, least: Infinity, most: -Infinity, bySource: new Map() };
      kind.days.set(key, of);
    }
    of.count++;
    of.sum += value;
    of.least = Math.min(of.least, value);
    of.most = Math.max(of.most, value);
    if (of.bySource.size < 20 || of.bySource.has(source)) {
      of.bySource.set(source, (of.bySource.get(source) ?? 0) + value);
    }
  }

  /** Hours asleep belong to the day that somebody wakes up on. */
  #addSleep(record: AppleRecord): void {
    const [from, to] = [appleTime(record.startDate), appleTime(record.endDate)];
    const hours = (Date.parse(to ?? '') - Date.parse(from ?? '')) / 3_600_000;
    if (!(hours >= 0 && hours < 48)) {
      this.unread++;
      return;
    }
    if (!isAsleep(record.value ?? '')) return; // time in bed or awake: the file that is kept has it
    const kind = this.#kind(SLEEP);
    if (kind === undefined) return;
    kind.single = undefined;
    this.#addToDay(kind, { ...record, unit: 'h' }, to?.slice(0, 10) ?? '', hours);
  }

  /** The two parts of one measurement begin at the same time; they stand by themselves and once more in their correlation. */
  #addPressure(record: AppleRecord, startDate: string): void {
    const key = `${startDate}\n${record.sourceName ?? ''}`;
    const known = this.#pressures.get(key);
    if (known === undefined && this.#pressures.size >= MOST_PRESSURES) {
      this.unread++;
      return;
    }
    const part = record.type === SYSTOLIC ? { systolic: copyOf(record) } : { diastolic: copyOf(record) };
    this.#pressures.set(key, { ...known, ...part });
  }

  *observations(): Generator<Resource> {
    for (const { systolic, diastolic } of this.#pressures.values()) {
      const valued = (one: AppleRecord | undefined) => one && quantity(Number(one.value), one.unit ?? '');
      yield bloodPressure(timesOf(systolic ?? diastolic ?? {}), valued(systolic), valued(diastolic));
    }
    for (const [type, { single, days }] of this.#kinds) {
      for (const record of single ?? []) yield singleOf(type, record);
      for (const [key, of] of days) yield dayOf(type, key.slice(0, 10), of);
    }
  }
}

function timesOf({ startDate, endDate, sourceName }: AppleRecord): Record<string, unknown> {
  const [start, end] = [appleTime(startDate), appleTime(endDate)];
  return {
    ...(end === undefined || end === start ? { effectiveDateTime: start } : { effectivePeriod: { start, end } }),
    ...(sourceName !== undefined && sourceName !== '' && { device: { display: sourceName } }),
  };
}

function named(type: string, unit: string, value: number) {
  const known = appleType(type);
  const isMolar = known?.vital === VITALS.glucose && /mol/i.test(unit);
  const vital = type === SLEEP ? VITALS.sleep : isMolar ? VITALS.glucoseMolar : known?.vital;
  return {
    code: vital ? coded(vital.loinc, vital.name) : { text: wordsOf(type) },
    category: vital?.category ?? ('activity' as const),
    factor: known?.isPart === true && value <= 1 ? 100 : 1,
    isSum: type === SLEEP || (known ? known.summary === 'sum' : isSum(type)),
  };
}

function singleOf(type: string, record: AppleRecord): Resource {
  const { value = '', unit = '' } = record;
  const { code, category, factor } = named(type, unit, Number(value));
  const result = type.startsWith('HKQuantityType')
    ? { valueQuantity: quantity(rounded(Number(value) * factor), unit) }
    : { valueString: wordsOf(value.replace(/^HKCategoryValue/, '')) || 'Recorded' };
  return observation(code, category, { ...timesOf(record), ...result });
}

function dayOf(type: string, day: string, { unit, count, sum, least, most, bySource }: Day): Resource {
  const { code, category, factor, isSum: adds } = named(type, unit, most);
  const part = (text: string, value: number, of: string) => ({
    code: { text },
    valueQuantity: quantity(rounded(value), of),
  });
  if (!type.startsWith('HKQuantityType') && type !== SLEEP) {
    return observation(code, category, { effectiveDateTime: day, valueQuantity: quantity(count, 'times') });
  }
  const main = adds ? Math.max(...bySource.values()) : sum / count;
  return observation(code, category, {
    effectiveDateTime: day,
    method: { text: adds ? 'Sum of the day' : 'Mean of the day' },
    valueQuantity: quantity(rounded(main * factor), unit),
    component: [
      ...(adds ? [] : [part('Lowest', least * factor, unit), part('Highest', most * factor, unit)]),
      part('Measurements', count, ''),
    ],
  });
}
