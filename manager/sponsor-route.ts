import type { FastifyInstance } from 'fastify';
import { MAX_SPONSOR_BODY, parseSponsorCalls } from './sponsor-calls.ts';
import type { Sponsor } from './sponsor.ts';

/** `POST /v1/sponsor` `{calls: ["0x…"]}`: sends a member's signed calls and pays. Answers 202 `{transactionHash}`. */
export function registerSponsor(app: FastifyInstance, { sponsor }: { sponsor: Sponsor }): void {
  app.post('/v1/sponsor', { bodyLimit: MAX_SPONSOR_BODY }, async (request, reply) => {
    const transactionHash = await sponsor.submit(parseSponsorCalls(request.body));
    return reply.code(202).send({ transactionHash });
  });
}
