import { bin } from './lib/paths.ts';
import { runCommand } from './lib/processes.ts';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
}

/** Everything that reads the code without running it. */
const CHECKS: readonly Check[] = [
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of the contract tests', command: ['tsc', '-p', 'test/contracts'] },
  { name: 'types of the screens', command: ['svelte-check', '--tsconfig', 'tsconfig.json', '--fail-on-warnings'] },
  { name: 'lint', command: ['eslint', '.'] },
  { name: 'lint of the contracts', command: ['solhint', '--max-warnings', '0', 'contracts/**/*.sol'] },
  {
    name: 'direction of dependencies',
    command: ['depcruise', 'extension', 'manager', 'portal', '--config', '.dependency-cruiser.cjs'],
  },
  { name: 'unused code', command: ['knip'] },
];

/** Runs every check and prints a line for each. @returns names of those that failed */
export async function check(): Promise<string[]> {
  const failed: string[] = [];
  if ((await runCommand(bin('hardhat'), ['build', '--quiet'])) !== 0) failed.push('contracts compile');
  if ((await runCommand(bin('wxt'), ['prepare'])) !== 0) failed.push('generated types');
  for (const { name, command } of CHECKS) {
    const [tool, ...args] = command;
    const ok = (await runCommand(bin(tool), args)) === 0;
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}`);
    if (!ok) failed.push(name);
  }
  return failed;
}

export const CHECK_COUNT = CHECKS.length;

if (import.meta.main) process.exit((await check()).length === 0 ? 0 : 1);
