import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ROOT } from './paths.ts';

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
  await gone;
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
    await gone;
  };
  return { value, pid: child.pid ?? 0, stop: () => end(child), kill };
}

/** Runs a command to its end, showing its output. @returns exit code */
export function runCommand(command: string, args: readonly string[], cwd: string = ROOT): Promise<number> {
  const child = spawn(command, args, { cwd, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', reject);
  });
}
