import { mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { build, type Product } from './lib/build.ts';
import { OUTPUT, PRODUCTION_CONTRACTS, ROOT } from './lib/paths.ts';
import { Floor } from './test/floor.ts';
import { isPart, PARTS, type Counts, type Part, type PartName } from './test/parts.ts';

/** Lanes run side by side, what is in a lane one after the other; a row begins when the one before it has ended. */
const ROWS: readonly (readonly (readonly PartName[])[])[] = [
  [
    ['checks', 'unit'],
    ['contracts', 'replay', 'production'],
  ],
  [['e2e'], ['firefox', 'reproducible', 'chaos']],
];
/** What cannot be without another. */
const AFTER: Readonly<Partial<Record<PartName, PartName>>> = { replay: 'contracts' };

/** What is to be run: part → the files to take, none for all. */
type Wanted = Map<PartName, string[]>;

/** Tests of a folder whose file name has `text` in it. */
async function filesWith(folder: string, ending: string, text: string): Promise<string[]> {
  const names = await readdir(join(ROOT, folder), { recursive: true });
  return names
    .filter((name) => name.endsWith(ending) && basename(name, ending).includes(text))
    .map((n) => join(folder, n));
}

/** @throws Error when a name is neither a part nor in a test's name */
async function wantedBy(names: readonly string[]): Promise<Wanted> {
  const wanted: Wanted = new Map();
  const add = (part: PartName, files: readonly string[]) => wanted.set(part, [...(wanted.get(part) ?? []), ...files]);
  for (const name of names) {
    if (isPart(name)) {
      add(name, []);
      const first = AFTER[name];
      if (first !== undefined) add(first, []);
      continue;
    }
    const unit = await filesWith('test/unit', '.test.ts', name);
    const e2e = await filesWith('test/e2e', '.spec.ts', name);
    if (unit.length > 0) add('unit', unit);
    if (e2e.length > 0) add('e2e', e2e);
    if (unit.length + e2e.length === 0)
      throw new Error(
        `“${name}” is no part (${Object.keys(PARTS).join(', ')}), nor in the name of a unit or end-to-end test.`,
      );
  }
  return wanted;
}

/** What has to be built. Of the unit tests only those that lie directly in test/unit are about what is built. */
function productsFor(wanted: Wanted): Product[] {
  const needs = [...wanted].flatMap(([name, files]): readonly Product[] => {
    const onlyCode = name === 'unit' && files.length > 0 && !files.some((file) => dirname(file) === 'test/unit');
    return onlyCode ? [] : PARTS[name].needs;
  });
  return [...new Set(needs)];
}

interface Result extends Counts {
  readonly title: string;
  readonly seconds: number;
}

const secondsSince = (start: number): number => Math.round((performance.now() - start) / 1_000);

async function main(names: readonly string[]): Promise<number> {
  const whole = names.length === 0;
  const wanted: Wanted = whole ? new Map(ROWS.flat(2).map((name) => [name, []])) : await wantedBy(names);
  await mkdir(OUTPUT, { recursive: true });
  const start = performance.now();
  await build(productsFor(wanted));
  const building = secondsSince(start);

  const floor = new Floor((text) => process.stdout.write(text));
  const results: Result[] = [];
  const runPart = async (name: PartName): Promise<void> => {
    const part: Part = PARTS[name];
    const { say, leave } = floor.enter(part.title);
    const began = performance.now();
    // What was just tested as it is deployed is what the end-to-end tests deploy.
    const contracts = wanted.has('production') ? PRODUCTION_CONTRACTS : undefined;
    const counts = await part.run({ say, files: wanted.get(name) ?? [], contracts }).catch((error: unknown): Counts => {
      say(`${error instanceof Error ? error.message : String(error)}\n`);
      return { passed: 0, failed: 1, skipped: 0 };
    });
    results.push({ title: part.title, ...counts, seconds: secondsSince(began) });
    leave();
  };
  for (const row of ROWS) {
    await Promise.all(
      row.map(async (lane) => {
        for (const name of lane) if (wanted.has(name)) await runPart(name);
      }),
    );
  }

  const failures = results.flatMap(({ title, failures: some = [] }) => some.map((failure) => `${title}: ${failure}`));
  if (failures.length > 0) console.log(`\n=== what failed\n${failures.join('\n')}`);
  console.log('\n=== what took what');
  console.log(`${'build'.padEnd(12)} ${building} s`);
  for (const { title, passed, failed, skipped, seconds } of results)
    console.log(`${title.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s`);
  console.log(`${'all'.padEnd(12)} ${secondsSince(start)} s`);
  const sum = (key: 'passed' | 'failed' | 'skipped') => results.reduce((n, result) => n + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('failed') === 0 ? 0 : 1;
}

process.exit(
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }),
);
