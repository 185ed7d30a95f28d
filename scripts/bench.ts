import { bundleLines } from '../bench/bundles.ts';
import { importLines } from '../bench/importing.ts';
import { memoryLines } from '../bench/memory.ts';
import { isMet, save, table, type Line } from '../bench/report.ts';
import { sealingLines } from '../bench/sealing.ts';
import { openStoragePage } from '../bench/storage-page.ts';
import { walletLines } from '../bench/wallet.ts';
import { buildAll } from './build.ts';

async function storageLines(): Promise<Line[]> {
  const storage = await openStoragePage();
  try {
    return [
      ...(await sealingLines(storage.page)),
      ...(await memoryLines(storage)),
      ...(await importLines(storage.page)),
    ];
  } finally {
    await storage.close();
  }
}

/** Measures and prints everything; see bench/README.md. `--no-build` takes what is built already. */
async function main(): Promise<void> {
  if (!process.argv.includes('--no-build')) await buildAll();
  console.log('Measuring; this takes about six minutes. Leave the machine alone meanwhile.');
  const lines = [...(await walletLines()), ...(await storageLines()), ...bundleLines()];
  console.log(table(lines));
  const missed = lines.filter((line) => isMet(line) === false);
  console.log(
    `${missed.length === 0 ? 'Every target is met' : `${missed.length} not met`}. Saved in ${await save(lines)}.`,
  );
}

await main();
