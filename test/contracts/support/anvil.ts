import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { freePort } from '../../../scripts/lib/chain.ts';
import { startService, type Service } from '../../../scripts/lib/processes.ts';

/** A second implementation of the EVM node. Not in the lockfile: it is a binary of 100 MB that only one test needs. */
const ANVIL = ['-y', '--fetch-retries=1', '--fetch-retry-mintimeout=1000', '@foundry-rs/anvil@1.7.1'];

/** Fetches anvil if it is not here yet. @returns why it cannot be had, or undefined if it can */
export async function anvilIsMissing(): Promise<string | undefined> {
  try {
    await promisify(execFile)('npx', [...ANVIL, '--version'], { timeout: 60_000, killSignal: 'SIGKILL' });
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const why = error.message.split('\n').find((line) => line.startsWith('npm error')) ?? error.message.trim();
    return `anvil cannot be had: ${'killed' in error && error.killed === true ? 'not within 60 s' : why}`;
  }
}

/** Starts anvil on a free port, with the development accounts unlocked. @returns its URL and how to end it */
export async function startAnvil(chainId: number): Promise<Service> {
  const port = await freePort();
  const args = [...ANVIL, '--host', '127.0.0.1', '--port', String(port), '--chain-id', String(chainId)];
  return startService('anvil', 'npx', args, {}, (line) =>
    line.startsWith('Listening on') ? `http://127.0.0.1:${port}` : undefined,
  );
}
