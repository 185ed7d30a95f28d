import { join } from 'node:path';
import { ROOT } from './lib/paths.ts';
import { runCommand } from './lib/processes.ts';

/** What is run before a release, each by the command that runs it alone. */
const COMMANDS = ['test', 'mutate', 'coverage', 'bench'] as const;

const HOURS = 3_600_000;

interface Outcome {
  readonly command: string;
  readonly code: number;
  /** The last line it printed: each of them ends with its result. */
  readonly result: string;
  readonly seconds: number;
}

/** One after the other: the bench wants the machine to itself, and the mutants every core. */
async function run(command: string): Promise<Outcome> {
  console.log(`\n##### npm run ${command}`);
  const start = performance.now();
  let output = '';
  const code = await runCommand(process.execPath, [join(ROOT, 'scripts/bootstrap.mjs'), command], {
    most: 4 * HOURS,
    onOutput: (text) => {
      output += text;
      process.stdout.write(text);
    },
  });
  const result = output.trimEnd().split('\n').at(-1) ?? '';
  return { command, code, result, seconds: Math.round((performance.now() - start) / 1_000) };
}

const outcomes: Outcome[] = [];
for (const command of COMMANDS) outcomes.push(await run(command));
console.log('\n##### everything');
for (const { command, code, result, seconds } of outcomes)
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${command.padEnd(8)} ${result} (${seconds} s)`);
process.exit(outcomes.every(({ code }) => code === 0) ? 0 : 1);
