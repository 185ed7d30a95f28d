import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../manager/main.ts', import.meta.url));
const START_MS = 20_000;

/** Runs a manager as its operator does. */
export async function run(
  settings: Record<string, string>,
): Promise<{ child: ChildProcess; url: string; errors: string[] }> {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const errors: string[] = [];
  child.stderr.on('data', (part: Buffer) => errors.push(part.toString()));
  const lines = createInterface(child.stdout);
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(START_MS) }).catch((cause: unknown) => {
    throw new Error(`waited ${START_MS} ms for the manager to start: ${errors.join('')}`, { cause });
  })) as [string];
  return { child, url: (JSON.parse(line) as { url: string }).url, errors };
}
