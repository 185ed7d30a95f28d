/**
 * Takes one guard after the other out of the contracts and asks whether a test notices. A guard is an `if` that reverts,
 * a call such as `_requireActive(…)`, a modifier, or an operand of `&&` or `||`.
 *
 *     node scripts/mutate-contracts.ts [--filter text] [--jobs N]
 *
 * `--filter` takes only those whose place (`Consents.sol:144`) or text has `text` in it; `--jobs` is how many copies of
 * the project work at the same time, one per core unless told. Each mutant takes about 20 s of one core. The result is
 * `.output/mutation.md`; the exit code is 1 when a mutant survives. Not part of `npm test`.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import parser from '@solidity-parser/parser';
import type { BaseASTNode, BinaryOperation, Statement } from '@solidity-parser/parser/dist/src/ast-types.js';
import { OUTPUT, ROOT } from './lib/paths.ts';

/** Not asked: they would notice a guard by what it costs, or by the ABI, or compare compilers rather than behaviour. */
const NOT_ASKED = new Set(['abi.ts', 'deploy.ts', 'fixture.ts', 'gas.ts']);
/** A test run that takes longer than this many milliseconds is one that a mutant keeps from ending. */
const PATIENCE = 300_000;
const GUARD_CALL = /^(require|assert|_(require|check|ensure|only|validate)[A-Z]\w*)$/;

interface Mutant {
  /** Path of the source in the project. */
  readonly file: string;
  readonly line: number;
  /** What was taken out, on one line. */
  readonly guard: string;
  /** What stands in its place. */
  readonly instead: string;
  /** The whole source with that done. */
  readonly source: string;
}

type Verdict = 'killed' | 'survived' | 'does not compile';
interface Result {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  /** Title of the first test that failed, or the compiler's first error. */
  readonly by: string;
}

interface Node {
  readonly range?: [number, number];
  readonly loc?: { readonly start: { readonly line: number } };
}

/** What a body does, if it does one thing. */
const only = (statement: Statement): BaseASTNode | undefined =>
  statement.type === 'Block' && statement.statements.length === 1 ? statement.statements[0] : statement;

/** The operands of a chain such as `a && b && c`, of which the parser makes `(a && b) && c`. */
function operandsOf(chain: BinaryOperation): Node[] {
  return [chain.left, chain.right].flatMap((side) =>
    side.type === 'BinaryOperation' && side.operator === chain.operator ? operandsOf(side) : [side],
  );
}

/** All mutants of a source. @throws ParserError when it is no Solidity */
function mutantsOf(file: string, source: string): Mutant[] {
  const found: Mutant[] = [];
  const take = (node: Node, instead: string, text: Node = node) => {
    if (node.range === undefined || text.range === undefined || node.loc === undefined) return;
    const [start, end] = [node.range[0], node.range[1] + 1];
    found.push({
      file,
      line: node.loc.start.line,
      guard: source.slice(text.range[0], text.range[1] + 1).replace(/\s+/g, ' '),
      instead: instead.trim(),
      source: source.slice(0, start) + instead + source.slice(end),
    });
  };
  const inner = new Set<Node>();
  parser.visit(parser.parse(source, { range: true, loc: true }), {
    IfStatement(node) {
      const body = only(node.trueBody);
      if (body?.type === 'RevertStatement') take(node.condition, 'false', node);
    },
    ExpressionStatement(node) {
      const call = node.expression;
      if (call?.type !== 'FunctionCall' || call.expression.type !== 'Identifier') return;
      if (GUARD_CALL.test(call.expression.name)) take(node, '{}');
    },
    FunctionDefinition(node) {
      // What a constructor has there are the constructors of its bases.
      if (!node.isConstructor) for (const modifier of node.modifiers) take(modifier, ' ');
    },
    BinaryOperation(node) {
      if (node.operator !== '&&' && node.operator !== '||') return;
      for (const side of [node.left, node.right])
        if (side.type === 'BinaryOperation' && side.operator === node.operator) inner.add(side);
      if (inner.has(node)) return;
      for (const operand of operandsOf(node)) take(operand, node.operator === '&&' ? 'true' : 'false');
    },
  });
  return found.sort((a, b) => a.line - b.line);
}

/** All mutants of the contracts of a copy of the project. */
async function allMutants(dir: string): Promise<Mutant[]> {
  const files = (await readdir(join(dir, 'contracts'))).filter((name) => name.endsWith('.sol')).sort();
  const lists = files.map(async (name) => {
    const file = join('contracts', name);
    return mutantsOf(file, await readFile(join(dir, file), 'utf8'));
  });
  return (await Promise.all(lists)).flat();
}

interface Run {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs Hardhat in a copy of the project. */
function hardhat(dir: string, args: readonly string[]): Promise<Run> {
  const program = join(dir, 'node_modules/.bin/hardhat');
  const options = { cwd: dir, timeout: PATIENCE, maxBuffer: 1 << 28, env: { ...process.env, FORCE_COLOR: '0' } };
  return new Promise((resolve) =>
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: `${stdout}\n${stderr}${error?.killed ? '\ntook too long' : ''}` }),
    ),
  );
}

/** The title of the first failed test, as Mocha and Hardhat's Solidity runner print it, or else the last line. */
function firstFailure(output: string): string {
  const [, failing = ''] = output.split(/^\s+\d+ failing$/m);
  const title = /^\s+1\) ([\s\S]+?)(?::\n|\n\s+\w*Error)/m.exec(failing)?.[1];
  return title?.replace(/\s+/g, ' ') ?? output.trim().split('\n').at(-1) ?? '';
}

/** Runs the tests against what a copy has compiled; the slow Solidity tests only if the others notice nothing. */
async function test(dir: string): Promise<Run> {
  const names = await readdir(join(dir, 'test/contracts'));
  const files = names.filter((name) => name.endsWith('.ts') && !NOT_ASKED.has(name));
  const paths = files.map((name) => join('test/contracts', name));
  const mocha = await hardhat(dir, ['test', 'mocha', '--no-compile', '--bail', ...paths]);
  return mocha.ok ? hardhat(dir, ['test', 'solidity', '--no-compile']) : mocha;
}

async function judge(dir: string, mutant: Mutant): Promise<Result> {
  const path = join(dir, mutant.file);
  const original = await readFile(path, 'utf8');
  await writeFile(path, mutant.source);
  try {
    const build = await hardhat(dir, ['build', '--quiet']);
    if (!build.ok) {
      const error = build.output.split('\n').find((line) => /error/i.test(line)) ?? 'no message';
      return { mutant, verdict: 'does not compile', by: error.trim() };
    }
    const { ok, output } = await test(dir);
    return { mutant, verdict: ok ? 'survived' : 'killed', by: ok ? '' : firstFailure(output) };
  } finally {
    await writeFile(path, original);
  }
}

/** A copy of the project, without what is installed, or built by others than Hardhat. */
async function copyProject(from: string, to: string): Promise<string> {
  const skipped = new Set(['node_modules', '.git', '.wxt', '.output'].map((name) => join(from, name)));
  await cp(from, to, { recursive: true, filter: (path) => !skipped.has(path) });
  await symlink(join(ROOT, 'node_modules'), join(to, 'node_modules'));
  await cp(join(from, '.output/contracts'), join(to, '.output/contracts'), { recursive: true });
  return to;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('`', "'");
const place = ({ file, line }: Mutant): string => `${basename(file)}:${line}`;

function table(results: readonly Result[]): string {
  const count = (verdict: Verdict) => results.filter((it) => it.verdict === verdict).length;
  const rows = results.map(
    ({ mutant, verdict, by }) =>
      `| ${place(mutant)} | \`${cell(mutant.guard)}\` | ${mutant.instead} | ${verdict} | ${cell(by)} |`,
  );
  return [
    '# Guards taken out of the contracts, one at a time',
    '',
    `${results.length} mutants: ${count('killed')} killed, ${count('survived')} survived, ${count('does not compile')} do not compile.`,
    '',
    '| place | guard | instead | verdict | by |',
    '| ----- | ----- | ------- | ------- | -- |',
    ...rows,
    '',
  ].join('\n');
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { filter: { type: 'string', default: '' }, jobs: { type: 'string' } } });
  const jobs = Number(values.jobs ?? availableParallelism());
  if (!Number.isInteger(jobs) || jobs < 1) throw new Error('--jobs takes a number from 1 up');
  const dir = await mkdtemp(join(tmpdir(), 'salus-mutants-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

  await mkdir(join(OUTPUT, 'contracts'), { recursive: true });
  const first = await copyProject(ROOT, join(dir, '0'));
  const mutants = (await allMutants(first)).filter((it) => `${place(it)} ${it.guard}`.includes(values.filter));
  if (mutants.length === 0) throw new Error('no guard is like that');
  const build = await hardhat(first, ['build', '--quiet']);
  const whole = build.ok ? await test(first) : build;
  if (!whole.ok) throw new Error(`the contracts as they are do not pass: ${firstFailure(whole.output)}`);
  const more = Array.from({ length: Math.min(jobs, mutants.length) - 1 }, (_, index) =>
    copyProject(first, join(dir, String(index + 1))),
  );

  const results: Result[] = [];
  const waiting = mutants.map((mutant, index) => ({ mutant, index }));
  const work = async (copy: string) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await judge(copy, next.mutant);
      results[next.index] = result;
      console.log(`${result.verdict.padEnd(16)} ${place(next.mutant)}  ${next.mutant.guard}  ${result.by}`);
    }
  };
  await Promise.all([first, ...(await Promise.all(more))].map(work));

  const file = join(OUTPUT, 'mutation.md');
  await writeFile(file, table(results));
  const survived = results.filter((it) => it.verdict === 'survived').length;
  console.log(`${results.length} mutants, ${survived} survived: see ${file}`);
  return survived === 0 ? 0 : 1;
}

process.exit(await main());
