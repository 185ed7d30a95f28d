import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { networkOf } from '../network-address.ts';
import { MAX_SPONSOR_BODY, parseSponsorCalls } from './calls.ts';
import type { Sponsor } from './sponsor.ts';

/** What {@link registerSponsor} needs. */
interface SponsorParts {
  config: Pick<Config, 'registry' | 'earlier'> & Partial<Pick<Config, 'orders'>>;
  sponsor: Sponsor;
}

/**
 * `POST /v1/sponsor` `{calls: ["0x…"], registry?: "0x…", work?: "0x…"}`: sends a member's signed calls to a registry of the
 * network, the newest if none is named, or to its care orders, and pays. Answers 202 `{transactionHash}`.
 */
export function registerSponsor(app: FastifyInstance, { config, sponsor }: SponsorParts): void {
  app.post('/v1/sponsor', { bodyLimit: MAX_SPONSOR_BODY }, async (request, reply) => {
    const calls = parseSponsorCalls(request.body, {
      registries: [config.registry, ...config.earlier],
      orders: config.orders,
    });
    const transactionHash = await sponsor.submit(calls, networkOf(request.ip));
    return reply.code(202).send({ transactionHash });
  });
}
