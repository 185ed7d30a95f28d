import type { FastifyInstance } from 'fastify';
import type { Blocks } from './blocks/blocks.ts';
import { requireChain, type Chain } from './chain.ts';
import type { Config } from './config.ts';
import type { Keeper } from './keeper/keeper.ts';
import type { Pins } from './blocks/pins.ts';
import type { Sponsor } from './sponsor/sponsor.ts';
import { VERSION } from './version.ts';

/** What {@link registerHealth} needs. */
export interface HealthParts {
  config: Pick<Config, 'chainId' | 'registry' | 'joinWork' | 'maxFeePerGas'>;
  blocks: Blocks;
  pins: Pins;
  chain: Chain;
  sponsor: Sponsor;
  keeper?: Keeper;
}

/**
 * `GET /healthz`: 200 `{ok, version, chainId, registry, block, pins, sponsor, joinWork, maxFeePerGas, freeBytes, log?}`, or 503 `wrong-chain` or
 * `chain-unavailable`.
 */
export function registerHealth(
  app: FastifyInstance,
  { config, blocks, pins, chain, sponsor, keeper }: HealthParts,
): void {
  app.get('/healthz', async (_request, reply) => {
    const { chainId, registry, joinWork } = config;
    const terms = { sponsor: sponsor.address, joinWork, maxFeePerGas: config.maxFeePerGas.toString() };
    await requireChain(chain, chainId);
    const [block, freeBytes] = await Promise.all([chain.blockNumber(), blocks.freeBytes()]);
    const state = { version: VERSION, chainId, registry, block, pins: pins.size, ...terms, freeBytes };
    const log = keeper && { log: keeper.logState };
    return reply.header('cache-control', 'no-store').send({ ok: true, ...state, ...log });
  });
}
