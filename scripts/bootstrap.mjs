// Runs on whatever Node a person has (20 or newer) and needs no package: it installs what the project needs under the project's
// own Node, and then runs the command that was asked for. See docs/decisions/0001-toolchain.md.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const NODE_VERSION = '24.21.0';
/** Command → the script that is it. */
const COMMANDS = {
  start: 'scripts/start.ts',
  test: 'scripts/test.ts',
  check: 'scripts/check.ts',
  build: 'scripts/build.ts',
  bench: 'bench/main.ts',
  coverage: 'scripts/coverage.ts',
  mutate: 'scripts/mutate-contracts.ts',
  everything: 'scripts/everything.ts',
  chaos: 'test/chaos/main.ts',
};

const say = (text) => console.log(`[setup] ${text}`);
function fail(text) {
  console.error(`[setup] ${text}`);
  process.exit(1);
}

const [command, ...args] = process.argv.slice(2);
const script = COMMANDS[command];
if (script === undefined) fail(`Unknown command. One of: ${Object.keys(COMMANDS).join(', ')}.`);
if (Number(process.versions.node.split('.')[0]) < 20) fail('Salus needs Node 20 or newer: https://nodejs.org');

const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const stamp = join(root, 'node_modules', '.salus-install');
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const installed = existsSync(stamp) && existsSync(node) && readFileSync(stamp, 'utf8') === wanted;

if (!installed) {
  say('Installing packages; this takes a minute or two the first time.');
  // Under an older Node npm would leave out optional native packages without a word, so the install itself runs on the new one.
  const npm = spawnSync('npx', ['-y', '-p', `node@${NODE_VERSION}`, '--', 'npm', 'ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0)
    fail('The packages could not be installed. Check the connection to the npm registry and try again.');
  if (!existsSync(node)) fail(`The package "node" brought no binary for ${process.platform}-${process.arch}.`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

const run = spawnSync(node, [join(root, script), ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}` },
});
process.exit(run.status ?? 1);
