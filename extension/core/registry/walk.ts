import type { Log } from 'ethers';
import { SalusError } from '../errors.ts';

/** Most blocks that one walk looks into. A node that invents links must not keep a wallet busy for ever. */
const MOST_BLOCKS = 10_000;

/**
 * Collects logs that link to one another, by looking into single blocks, each once. Any node answers for one block, however
 * few it allows at a time.
 *
 * @param start blocks to begin with
 * @param logsIn the logs of one block
 * @param linksOf blocks that a log names; those that were looked into already are left out
 * @returns logs in the order of the chain
 * @throws SalusError `chain-unreachable` after 10,000 blocks, and what the callbacks throw
 */
export async function walk(
  start: readonly number[],
  logsIn: (block: number) => Promise<readonly Log[]>,
  linksOf: (log: Log) => Promise<readonly number[]>,
): Promise<Log[]> {
  const found = new Map<number, readonly Log[]>();
  let next = new Set(start);
  while (next.size > 0) {
    if (found.size + next.size > MOST_BLOCKS) {
      throw new SalusError('chain-unreachable', 'The health network’s node gives no usable answer. Try another node.');
    }
    const round = await Promise.all([...next].map(async (block) => [block, await logsIn(block)] as const));
    for (const [block, logs] of round) found.set(block, logs);
    const links = await Promise.all(round.flatMap(([, logs]) => logs.map(linksOf)));
    next = new Set(links.flat().filter((block) => !found.has(block)));
  }
  return [...found].sort(([a], [b]) => a - b).flatMap(([, logs]) => logs);
}

/** Where a back-link leads: nowhere unless it is older than the block it stands in. */
export const olderThan = (block: number, link: number): number[] => (link < block ? [link] : []);
