import { readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as v from 'valibot';
import type { Product } from '../lib/build.ts';
import { findChromium } from '../lib/chromium.ts';
import { roomForWorkers } from '../lib/load.ts';
import { bin, OUTPUT, PRODUCTION_CONTRACTS, ROOT } from '../lib/paths.ts';
import { runCommand } from '../lib/processes.ts';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, a line or two for each: named again at the end, where a long output is read first. */
  readonly failures?: readonly string[];
}

/** What a part is told when it runs. */
export interface Circumstances {
  readonly say: (text: string) => void;
  /** Files to take; none: all there are. */
  readonly files: readonly string[];
  /** Folder of the contracts to deploy. */
  readonly contracts: string | undefined;
}

export interface Part {
  readonly title: string;
  readonly needs: readonly Product[];
  run(given: Circumstances): Promise<Counts>;
}

const JOURNAL = join(OUTPUT, 'contracts-journal.json');
const LONGEST = 45 * 60_000;

const VitestReport = v.object({
  numPassedTests: v.number(),
  numFailedTests: v.number(),
  numPendingTests: v.number(),
  testResults: v.array(
    v.object({
      name: v.string(),
      message: v.string(),
      assertionResults: v.array(
        v.object({ fullName: v.string(), status: v.string(), failureMessages: v.nullish(v.array(v.string()), []) }),
      ),
    }),
  ),
});
interface PlaywrightSuite {
  readonly specs: readonly { readonly title: string; readonly file: string; readonly tests: { status: string }[] }[];
  readonly suites?: readonly PlaywrightSuite[] | undefined;
}
const PlaywrightSuite: v.GenericSchema<PlaywrightSuite> = v.object({
  specs: v.array(v.object({ title: v.string(), file: v.string(), tests: v.array(v.object({ status: v.string() })) })),
  suites: v.optional(v.array(v.lazy(() => PlaywrightSuite))),
});
const PlaywrightReport = v.object({
  stats: v.object({ expected: v.number(), unexpected: v.number(), flaky: v.number(), skipped: v.number() }),
  suites: v.array(PlaywrightSuite),
});

/** What failed by a report of Vitest: tests, and files that could not be run. */
const failedIn = ({ testResults }: v.InferOutput<typeof VitestReport>): string[] =>
  testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(ROOT, name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && message !== '') return [`${file}: ${message}`];
    return failed.map((test) => `${file}: ${test.fullName}\n${(test.failureMessages ?? []).join('\n').slice(0, 800)}`);
  });

/** Tests of a Playwright suite that ended in one of some ways. */
const endedAs = (suite: PlaywrightSuite, status: string): string[] => [
  ...suite.specs
    .filter(({ tests }) => tests.some((test) => test.status === status))
    .map(({ file, title }) => `${file}: ${title}`),
  ...(suite.suites ?? []).flatMap((inner) => endedAs(inner, status)),
];

/** A part that ended badly without naming a failed test still counts as one failure. */
const atLeastOne = (failed: number, exitCode: number): number => (exitCode !== 0 && failed === 0 ? 1 : failed);

/** Runs a command. @returns its exit code, and all it said */
async function run(
  { say }: Circumstances,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  let output = '';
  const onOutput = (text: string) => {
    output += text;
    say(text);
  };
  return { code: await runCommand(command, args, { env, onOutput, most: LONGEST }), output };
}

/** Runs what writes its counts into a file. */
async function reported<S extends v.GenericSchema>(
  schema: S,
  name: string,
  work: (file: string) => Promise<{ code: number }>,
): Promise<{ code: number; report: v.InferOutput<S> }> {
  const file = join(OUTPUT, name);
  await rm(file, { force: true });
  const { code } = await work(file);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`it ended with code ${code} and left no report`);
  });
  return { code, report: v.parse(schema, JSON.parse(text)) };
}

const vitest = async (given: Circumstances, name: string, args: readonly string[]): Promise<Counts> => {
  const { code, report } = await reported(VitestReport, name, (file) => {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${file}`];
    return run(given, bin('vitest'), ['run', ...reporters, ...args, ...given.files]);
  });
  const { numPassedTests, numFailedTests, numPendingTests } = report;
  return {
    passed: numPassedTests,
    failed: atLeastOne(numFailedTests, code),
    skipped: numPendingTests,
    failures: failedIn(report),
  };
};

/** Hardhat prints its own counts; they are read from what it prints, since its runner takes no reporter. */
async function hardhatTest(given: Circumstances, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { code, output } = await run(given, bin('hardhat'), ['test', ...args], env);
  // The closing line counts all runners together: "409 passing (6 solidity, 403 mocha)".
  const count = (word: string) =>
    Number([...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}`, 'gm'))].at(-1)?.[1] ?? 0);
  // It counts what was skipped as passing.
  const skipped = count('pending');
  return { passed: count('passing') - skipped, failed: atLeastOne(count('failing'), code), skipped };
}

/** A script of this project that says a line for each thing. */
async function script(given: Circumstances, args: readonly string[], good: RegExp, bad: RegExp): Promise<Counts> {
  const { code, output } = await run(given, process.execPath, args);
  const passed = [...output.matchAll(good)].length;
  const failures = output.split('\n').filter((line) => line.search(bad) === 0);
  return { passed, failed: atLeastOne(failures.length, code), skipped: 0, failures };
}

/** Every part of `npm test` under the name by which it is asked for. */
export const PARTS = {
  checks: {
    title: 'checks',
    needs: [],
    run: (given) => script(given, ['scripts/check.ts', '--compiled'], /^ok {2}/gm, /^FAIL /gm),
  },
  contracts: {
    title: 'contracts',
    needs: [],
    run: async (given) => {
      await rm(JOURNAL, { force: true });
      return hardhatTest(given, [], { SALUS_JOURNAL: JOURNAL });
    },
  },
  /** Every transaction of the contract tests is one check. */
  replay: {
    title: 'replay',
    needs: [],
    run: async (given) => {
      const { code, output } = await run(given, process.execPath, ['scripts/replay-contracts.ts', JOURNAL]);
      const [, passed = 0, failed = 0] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
      return { passed: Number(passed), failed: atLeastOne(Number(failed), code), skipped: 0 };
    },
  },
  /** As they are deployed; the end-to-end tests after it run on these. */
  production: {
    title: 'production',
    needs: [],
    run: (given) =>
      hardhatTest(given, ['mocha', '--build-profile', 'production'], { SALUS_CONTRACTS: PRODUCTION_CONTRACTS }),
  },
  unit: { title: 'unit', needs: ['chrome', 'firefox'], run: (given) => vitest(given, 'unit.json', []) },
  /** Whoever builds this commit gets the same bytes, so that a published extension can be checked. */
  reproducible: {
    title: 'reproducible',
    needs: ['chrome', 'firefox'],
    run: (given) => script(given, ['scripts/reproducible.ts'], /^Two builds are the same/gm, /^differs: /gm),
  },
  e2e: {
    title: 'end to end',
    needs: ['chrome', 'portal'],
    run: async (given) => {
      findChromium();
      const args = ['test', '-c', 'test/e2e/playwright.config.ts', `--workers=${await roomForWorkers()}`];
      const env: Record<string, string> = given.contracts === undefined ? {} : { SALUS_CONTRACTS: given.contracts };
      const { code, report } = await reported(PlaywrightReport, 'e2e.json', () =>
        run(given, bin('playwright'), [...args, ...given.files], env),
      );
      const { expected, unexpected, flaky, skipped } = report.stats;
      const ended = (status: string) => report.suites.flatMap((suite) => endedAs(suite, status));
      for (const name of ended('flaky')) given.say(`passed only at the second try: ${name}\n`);
      return {
        passed: expected + flaky,
        failed: atLeastOne(unexpected, code),
        skipped,
        failures: ended('unexpected'),
      };
    },
  },
  /** Managers that are killed at random while they are at work. */
  chaos: {
    title: 'chaos',
    needs: ['chrome', 'portal'],
    run: (given) => script(given, ['test/chaos/main.ts', '20'], /^ok {2}/gm, /^FAIL /gm),
  },
  /** Skipped, and so counted, where no Firefox is to be had. */
  firefox: {
    title: 'firefox',
    needs: ['firefox', 'portal'],
    run: (given) => vitest(given, 'firefox.json', ['-c', 'test/firefox/vitest.config.ts']),
  },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof PARTS;
export const isPart = (name: string): name is PartName => name in PARTS;
