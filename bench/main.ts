import { build } from '../scripts/lib/build.ts';
import { within } from '../scripts/lib/patience.ts';
import { appleHealthLines } from './apple-health.ts';
import { bundleLines } from './bundles.ts';
import { importLines } from './importing.ts';
import { exportLines } from './exporting.ts';
import { keeperLines } from './keepers.ts';
import { memoryLines } from './memory.ts';
import { networkLines } from './network.ts';
import { isMet, save, table, type Line } from './report.ts';
import { scaleLines } from './scale/scale.ts';
import { sealingLines } from './sealing.ts';
import { openStoragePage, type StoragePage } from './storage-page.ts';
import { walletLines } from './wallet.ts';

async function onStoragePage(measure: (storage: StoragePage) => Promise<Line[]>): Promise<Line[]> {
  const storage = await openStoragePage();
  try {
    return await measure(storage);
  } finally {
    await storage.close();
  }
}

/** The number that an argument like `--entries=500` gives. */
const sizeOf = (args: readonly string[], name: string, otherwise: number): number => {
  const given = args.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1];
  return given === undefined ? otherwise : Number(given);
};

/** Longest that a group may take, in minutes. Every wait in it has an end of its own and says what it was for; this is the last. */
const MOST_MINUTES = 30;
const MOST_MINUTES_OF_SCALE = 180;

/** Groups by the name under which each is asked for. */
const GROUPS: Readonly<Record<string, (args: readonly string[]) => Promise<Line[]>>> = {
  prompt: () => walletLines('prompt'),
  unlock: () => walletLines('unlock'),
  page: () => walletLines('page'),
  seal: () => onStoragePage(({ page }) => sealingLines(page)),
  memory: () => onStoragePage(memoryLines),
  import: async (args) => [
    ...(await onStoragePage(({ page }) => importLines(page))),
    ...(await appleHealthLines(sizeOf(args, 'mebibytes', 1_024))),
  ],
  export: (args) => onStoragePage(({ page }) => exportLines(page, sizeOf(args, 'mebibytes', 256))),
  keepers: (args) => keeperLines({ minutes: sizeOf(args, 'minutes', 10) }),
  network: networkLines,
  bundle: () => Promise.resolve(bundleLines()),
  scale: (args) => scaleLines({ entries: sizeOf(args, 'entries', 10_000), patients: sizeOf(args, 'patients', 1_000) }),
};

/**
 * Measures and prints everything, or the groups that are named; see bench/README.md. `--no-build` takes what is built already.
 * @returns exit code: 1 when a target was missed, or a group failed
 */
async function main(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const unknown = names.find((name) => !(name in GROUPS));
  if (unknown !== undefined) {
    console.error(`“${unknown}” is no group. One of: ${Object.keys(GROUPS).join(', ')}.`);
    return 64; // EX_USAGE of sysexits.h
  }
  if (!args.includes('--no-build')) await build(['chrome', 'portal']);
  console.log('Measuring. Leave the machine alone meanwhile.');
  const lines: Line[] = [];
  const failed: string[] = [];
  for (const [name, measure] of Object.entries(GROUPS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    console.log(`  ${name}`);
    const most = name === 'scale' ? MOST_MINUTES_OF_SCALE : MOST_MINUTES;
    const start = Date.now();
    try {
      lines.push(...(await within(most * 60_000, `the group ${name} to end`, measure(args))));
      console.log(`  ${name} took ${Math.round((Date.now() - start) / 1_000)} s`);
    } catch (error) {
      // What the others measure is worth having all the same.
      console.error(`  ${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      failed.push(name);
    }
  }
  console.log(table(lines));
  const missed = lines.filter((line) => isMet(line) === false).length;
  console.log(`${missed === 0 ? 'Every target is met' : `${missed} not met`}. Saved in ${await save(lines)}.`);
  if (failed.length > 0) console.error(`Not measured: ${failed.join(', ')}.`);
  return missed === 0 && failed.length === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
