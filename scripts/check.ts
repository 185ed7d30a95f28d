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
    command: [
      'depcruise',
      ...['extension', 'manager', 'portal', 'scripts', 'bench', 'test/e2e', 'test/firefox'],
      ...['--config', '.dependency-cruiser.cjs'],
    ],
  },
  { name: 'unused code', command: ['knip'] },
];

/** Runs every check and prints a line for each. @returns names of those that failed */
async function check(): Promise<string[]> {
  const failed: string[] = [];
  const told = (name: string, ok: boolean) => {
    console.log(`${ok ? 'ok  ' : 'FAIL'}  ${name}`);
    if (!ok) failed.push(name);
  };
  // What the others read. They count only where they fail. Two that compile at the same time take each other's files away.
  const compiled = process.argv.includes('--compiled');
  if (!compiled && (await runCommand(bin('hardhat'), ['build', '--quiet'])) !== 0) told('the contracts compile', false);
  if ((await runCommand(bin('wxt'), ['prepare'])) !== 0) told('generated types', false);
  for (const { name, command } of CHECKS) {
    const [tool, ...args] = command;
    told(name, (await runCommand(bin(tool), args)) === 0);
  }
  return failed;
}

process.exit((await check()).length === 0 ? 0 : 1);
