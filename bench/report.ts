import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { OUTPUT } from '../scripts/lib/paths.ts';

/** One row of the table. */
export interface Line {
  readonly name: string;
  readonly measured: number;
  readonly unit: 'ms' | 'MiB' | 'KB' | 'bytes' | 'calls' | 'gas';
  /** What cannot be beaten, or what it is compared with, measured in the same run. */
  readonly limit?: { readonly what: string; readonly value: number };
  /** Most that is allowed: of the ratio, or of the measured value itself. */
  readonly target?: { readonly most: number; readonly of: 'ratio' | 'measured' };
  /** Said beside the measured value. */
  readonly also?: string;
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  if (low === undefined || high === undefined) throw new Error('a median needs a value');
  return (low + high) / 2;
}

/** The value that this share of all is not above. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

export const ratioOf = ({ measured, limit }: Line): number | undefined =>
  limit && (limit.value === 0 ? undefined : measured / limit.value);

/** Whether a line keeps its target; undefined for one that has none. */
export function isMet(line: Line): boolean | undefined {
  const { target } = line;
  if (target === undefined) return undefined;
  return (target.of === 'ratio' ? (ratioOf(line) ?? Infinity) : line.measured) <= target.most;
}

const number = (n: number): string => n.toFixed(n < 10 ? 2 : n < 100 ? 1 : 0);
const HEAD = ['what', 'measured', 'limit', 'ratio', 'target', 'met'];

function cells(line: Line): string[] {
  const { name, measured, unit, limit, target, also } = line;
  const ratio = ratioOf(line);
  const met = isMet(line);
  const most = target && (target.of === 'ratio' ? `${target.most}x` : `${target.most} ${unit}`);
  return [
    name,
    `${number(measured)} ${unit}${also === undefined ? '' : ` (${also})`}`,
    limit ? `${number(limit.value)} ${unit} (${limit.what})` : '',
    ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
    most === undefined ? '' : `<= ${most}`,
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ];
}

/** All lines as one table of plain text. */
export function table(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return [text(HEAD), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.slice(1).map(text)].join('\n');
}

/** Writes the lines where other programs can read them. @returns the file */
export async function save(lines: readonly Line[]): Promise<string> {
  const file = join(OUTPUT, 'bench.json');
  const results = lines.map((line) => ({ ...line, ratio: ratioOf(line), met: isMet(line) }));
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, platform: process.platform };
  await mkdir(OUTPUT, { recursive: true });
  await writeFile(file, JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2));
  return file;
}
