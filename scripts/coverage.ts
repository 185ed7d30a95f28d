import { readFile } from 'node:fs/promises';
import { bin } from './lib/paths.ts';
import { runCommand } from './lib/processes.ts';

/**
 * Runs the contract tests with coverage and fails unless they reach every line of every contract. Branches are proven by
 * `npm run mutate`, which takes each condition away: Hardhat counts lines and statements only.
 */
async function main(): Promise<number> {
  if ((await runCommand(bin('hardhat'), ['test', '--coverage'])) !== 0) return 1;
  const lines = (await readFile('coverage/lcov.info', 'utf8')).split('\n');
  let file = '';
  const missed: string[] = [];
  for (const line of lines) {
    if (line.startsWith('SF:')) file = line.slice(3);
    if (/^DA:\d+,0$/.test(line)) missed.push(`${file}:${line.slice(3, -2)}`);
  }
  for (const place of missed) console.error(`never reached: ${place}`);
  console.log(
    missed.length === 0 ? 'Every line of the contracts is reached.' : `${missed.length} lines are never reached.`,
  );
  return missed.length === 0 ? 0 : 1;
}

process.exit(await main());
