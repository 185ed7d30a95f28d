import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './paths.ts';
import { within } from './patience.ts';

const running = new Set<ChildProcess>();

/** Ends a process and everything it started. */
async function end(child: ChildProcess): Promise<void> {
  running.delete(child);
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid ?? 0), signal);
    } catch {
      return; // it ended by itself meanwhile
    }
  };
  kill('SIGTERM');
  const slow = setTimeout(() => kill('SIGKILL'), 4_000);
  await within(20_000, `process ${child.pid} to end`, gone);
  clearTimeout(slow);
}

/** Whatever happens to this process, nothing that it started stays behind. */
process.once('exit', () => {
  for (const child of running) {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      continue; // it ended by itself meanwhile
    }
  }
});

let interrupted = (): void => process.exit(130);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted());

/** Resolves when the person ends this process; until it is called, that ends everything at once. */
export const whenInterrupted = (): Promise<void> => new Promise((resolve) => (interrupted = resolve));

export interface Service {
  /** First line of output for which `ready` gave something. */
  readonly value: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** Ends it at once, without a chance to tidy up. */
  kill(): Promise<void>;
}

/**
 * Starts a process of its own group and waits until it says that it is ready.
 * @param ready picks the value out of a line of standard output, or gives undefined
 * @param logFile where standard error is kept as well
 * @throws Error with the last lines of output when it ends or stays silent
 */
export async function startService(
  name: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: (line: string) => string | undefined,
  logFile?: string,
): Promise<Service> {
  const child = spawn(command, args, {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  running.add(child);
  const last: string[] = [];
  const keep = (line: string) => {
    last.push(line);
    if (last.length > 20) last.shift();
  };
  createInterface({ input: child.stderr }).on('line', keep);
  if (logFile !== undefined) child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }));
  const value = await new Promise<string>((resolve, reject) => {
    const failed = (why: string) => reject(new Error(`${name} ${why}:\n${last.join('\n')}`));
    const silent = setTimeout(() => failed('did not become ready within 60 s'), 60_000);
    child.once('exit', (code) => failed(`ended with code ${code}`));
    child.once('error', (error) => failed(`could not be started (${error.message})`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      keep(line);
      const found = ready(line);
      if (found === undefined) return;
      clearTimeout(silent);
      resolve(found);
    });
  });
  const kill = async () => {
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    running.delete(child);
    await within(20_000, `${name} to end`, gone);
  };
  return { value, pid: child.pid ?? 0, stop: () => end(child), kill };
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Gets all output as it comes; without it, this process's own terminal does. */
  readonly onOutput?: (text: string) => void;
  /** Milliseconds after which it is ended, and that counts as a failure. */
  readonly most?: number;
}

/** Commands in the terminal's own process group: an interrupt from the keyboard reaches them by itself. */
const commands = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of commands) child.kill('SIGTERM');
});

/** Exit code of a command that was ended because it took too long, as timeout(1) of coreutils has it. */
const TOOK_TOO_LONG = 124;

/** Runs a command to its end. @returns exit code */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, onOutput, most = 3_600_000 }: CommandOptions = {},
): Promise<number> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: onOutput === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  commands.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => onOutput?.(text));
  }
  let late = false;
  const say = onOutput ?? ((text: string) => void process.stderr.write(text));
  const end = setTimeout(() => {
    late = true;
    say(`\nended after ${Math.round(most / 60_000)} minutes: ${basename(command)} ${args.join(' ')}\n`);
    child.kill('SIGTERM');
  }, most);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('close', (code) => resolve(late ? TOOK_TOO_LONG : (code ?? 1)));
      child.once('error', reject);
    });
  } finally {
    clearTimeout(end);
    commands.delete(child);
  }
}
