import * as v from 'valibot';
import { sha256, toHex, utf8 } from '../bytes.ts';
import {
  COLUMN_KINDS,
  isMeasured,
  ordersOf,
  type ColumnChoice,
  type DateOrder,
  type GuessedColumns,
} from './csv-mapping.ts';

/** What the person is asked of a table. */
export interface TableQuestion {
  /** Of the file that it is. */
  readonly name: string;
  /** By which the same headings are known again. */
  readonly header: string;
  readonly columns: readonly {
    readonly heading: string;
    /** A few of its values. */
    readonly samples: readonly string[];
    /** Orders of day, month and year in which its dates can be read; none where it has none. */
    readonly orders: readonly DateOrder[];
    readonly choice: ColumnChoice;
  }[];
  /** What the person said of it before. */
  readonly order?: DateOrder;
  /** Something of it is not known, so that values would be left out. */
  readonly isOpen: boolean;
}

const DATE_ORDERS = ['ymd', 'dmy', 'mdy'] as const satisfies readonly DateOrder[];
const MOST_UNIT = 40;
/** Wider tables are no list of measurements. */
const MOST_COLUMNS = 60;
const MOST_TEXT = 60;
const SHOWN_SAMPLES = 3;

/** What was said of a table with the same headings. */
const ChoiceSchema = v.object({
  columns: v.pipe(
    v.array(v.object({ is: v.picklist(COLUMN_KINDS), unit: v.optional(v.pipe(v.string(), v.maxLength(MOST_UNIT))) })),
    v.maxLength(MOST_COLUMNS),
  ),
  order: v.optional(v.picklist(DATE_ORDERS)),
});
export type ChosenColumns = v.InferOutput<typeof ChoiceSchema>;

export const headerDigest = async (header: readonly string[]): Promise<string> =>
  toHex(await sha256(utf8(JSON.stringify(header.map((heading) => heading.trim())))));

/** @returns undefined where nothing was said, or nothing that fits this table */
export function chosenOf(said: unknown, header: readonly string[]): ChosenColumns | undefined {
  const choice = v.safeParse(ChoiceSchema, said);
  return choice.success && choice.output.columns.length === header.length ? choice.output : undefined;
}

const clipped = (text: string): string => (text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT - 1)}…` : text).trim();

/** The order that a table's dates are in: what stands there decides, before what was said. */
export function orderOf(
  columns: readonly ColumnChoice[],
  said: DateOrder | undefined,
  samples: readonly (readonly string[])[],
): DateOrder | undefined {
  const date = columns.findIndex(({ is }) => is === 'date');
  const orders = ordersOf(samples.map((row) => row[date] ?? ''));
  return orders.length === 1 ? orders[0] : said;
}

/** What is to be asked of a table; undefined where it has no days, or is none of measurements by its form. */
export function questionOf(
  name: string,
  digest: string,
  header: readonly string[],
  samples: readonly (readonly string[])[],
  guessed: GuessedColumns,
  chosen: ChosenColumns | undefined,
): TableQuestion | undefined {
  if (header.length < 2 || header.length > MOST_COLUMNS || samples.length === 0) return undefined;
  const columns = (chosen ?? guessed).columns;
  const told = header.map((heading, at) => {
    const cells = samples.map((row) => row[at] ?? '');
    const some = [...new Set(cells.map((cell) => cell.trim()).filter((cell) => cell !== ''))].slice(0, SHOWN_SAMPLES);
    const choice = columns[at] ?? { is: 'leave' as const };
    return { heading: clipped(heading), samples: some.map(clipped), orders: ordersOf(cells), choice };
  });
  if (!told.some(({ orders }) => orders.length > 0)) return undefined;
  const hasValues = columns.some(({ is }) => isMeasured(is));
  const hasDate = columns.some(({ is }) => is === 'date');
  const isUnclear = hasValues && hasDate && orderOf(columns, chosen?.order, samples) === undefined;
  const isPartly = guessed.unknown > 0 || (hasValues && !guessed.isSure);
  const isOpen = isUnclear || (chosen === undefined && isPartly);
  return { name, header: digest, columns: told, ...(chosen?.order && { order: chosen.order }), isOpen };
}
