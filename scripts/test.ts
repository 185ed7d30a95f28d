import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { buildAll } from './build.ts';
import { check, CHECK_COUNT } from './check.ts';
import { findChromium } from './lib/chromium.ts';
import { bin, OUTPUT } from './lib/paths.ts';
import { runCommand } from './lib/processes.ts';
import { JOURNAL, replay } from './replay-contracts.ts';
import { differences } from './reproducible.ts';

interface Part {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
}

const VitestReport = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  success: v.boolean(),
});
const PlaywrightReport = v.object({
  stats: v.object({ expected: v.number(), unexpected: v.number(), flaky: v.number(), skipped: v.number() }),
});

/** A part that ended badly without naming a failed test still counts as one failure. */
const atLeastOne = (failed: number, exitCode: number): number => (exitCode !== 0 && failed === 0 ? 1 : failed);

async function timed(name: string, run: () => Promise<Omit<Part, 'name' | 'seconds'>>): Promise<Part> {
  const start = performance.now();
  console.log(`\n=== ${name}`);
  const counts = await run().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return { passed: 0, failed: 1, skipped: 0 };
  });
  return { name, ...counts, seconds: Math.round((performance.now() - start) / 1000) };
}

const report = async <S extends v.GenericSchema>(schema: S, file: string): Promise<v.InferOutput<S>> =>
  v.parse(schema, JSON.parse(await readFile(join(OUTPUT, file), 'utf8')));

async function checks() {
  const failed = await check();
  return { passed: CHECK_COUNT - failed.length, failed: failed.length, skipped: 0 };
}

/** @param file where the counts are written */
async function vitest(file: string, args: readonly string[] = []) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${join(OUTPUT, file)}`];
  const code = await runCommand(bin('vitest'), ['run', ...reporters, ...args]);
  const { numPassedTests, numFailedTests, numPendingTests } = await report(VitestReport, file);
  return { passed: numPassedTests, failed: atLeastOne(numFailedTests, code), skipped: numPendingTests };
}

const unit = () => vitest('unit.json');

/** Skipped, and so counted, where no Firefox is to be had. */
const firefox = () => vitest('firefox.json', ['-c', 'test/firefox/vitest.config.ts']);

/** Hardhat prints its own counts; they are read from what it prints, since its runner takes no reporter. */
async function hardhatTest(args: string[], env: NodeJS.ProcessEnv = {}) {
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const child = spawn(bin('hardhat'), ['test', ...args], { stdio, env: { ...process.env, ...env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    process.stdout.write(chunk);
  });
  const code = await new Promise<number>((resolve) => child.once('exit', (c) => resolve(c ?? 1)));
  // The closing line counts all runners together: "409 passing (6 solidity, 403 mocha)".
  const count = (word: string) =>
    Number([...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, 'gm'))].at(-1)?.[1] ?? 0);
  // It counts what was skipped as passing.
  const skipped = count('pending');
  return { passed: count('passing') - skipped, failed: atLeastOne(count('failing'), code), skipped };
}

const contracts = () => hardhatTest([], { SALUS_JOURNAL: JOURNAL });

/** As they are deployed; what comes after it runs on these. */
const production = () => hardhatTest(['mocha', '--build-profile', 'production']);

/** Every transaction of the contract tests is one check. */
async function replayed() {
  const { passed, failed } = await replay(JOURNAL);
  console.log(`${passed} passed, ${failed} failed`);
  return { passed, failed, skipped: 0 };
}

/** Whoever builds this commit gets the same bytes, so that a published extension can be checked. */
async function reproducible() {
  const names = await differences();
  for (const name of names) console.error(`differs: ${name}`);
  return { passed: names.length === 0 ? 1 : 0, failed: names.length === 0 ? 0 : 1, skipped: 0 };
}

async function endToEnd() {
  findChromium();
  const code = await runCommand(bin('playwright'), ['test', '-c', 'test/e2e/playwright.config.ts']);
  const { expected, unexpected, flaky, skipped } = (await report(PlaywrightReport, 'e2e.json')).stats;
  if (flaky > 0) console.log(`${flaky} passed only at the second try: see above.`);
  return { passed: expected + flaky, failed: atLeastOne(unexpected, code), skipped };
}

async function main(): Promise<number> {
  await mkdir(OUTPUT, { recursive: true });
  for (const name of ['unit.json', 'e2e.json', 'firefox.json']) await rm(join(OUTPUT, name), { force: true });
  await rm(JOURNAL, { force: true });
  await buildAll();
  const parts = [
    await timed('checks', checks),
    await timed('contracts', contracts),
    await timed('replay', replayed),
    await timed('production', production),
    await timed('unit', unit),
    await timed('reproducible', reproducible),
    await timed('end to end', endToEnd),
    await timed('firefox', firefox),
  ];
  console.log('\n=== what took what');
  for (const p of parts)
    console.log(`${p.name.padEnd(12)} ${p.passed} passed, ${p.failed} failed, ${p.skipped} skipped, ${p.seconds} s`);
  const sum = (key: 'passed' | 'failed' | 'skipped') => parts.reduce((n, p) => n + p[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('failed') === 0 ? 0 : 1;
}

process.exit(await main());
