import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import type { LettingGo } from '../blocks/withdrawn.ts';
import type { Keeper } from './keeper.ts';

/** Longest body of a request, in bytes: a thousand ids, or the shares and commitments of 64 folders. */
const MOST_BYTES = 128 * 1024;

/** Longest head with its proof, in bytes. */
const MOST_HEAD_BYTES = 16 * 1024;

/** What {@link registerKeeper} needs. */
interface KeeperRouteParts {
  readonly config: Pick<Config, 'chainId' | 'registry'>;
  readonly keeper: Keeper;
  readonly lettingGo: Pick<LettingGo, 'run'>;
}

/**
 * `GET /v1/keeper`: `{account, key, log, registry, chainId, block}`. `POST /v1/shares`, `POST /v1/erase` and `POST /v1/withdrawn`: `{signature}`. `POST /v1/read`,
 * `POST /v1/seal` and `POST /v1/log`: `{sealed}`. `POST /v1/cosign`: `{cosignature}`. `GET /v1/heads`: `{heads}`. Bodies are in `extension/core/custody/keeper-messages.ts`.
 */
export function registerKeeper(app: FastifyInstance, { config, keeper, lettingGo }: KeeperRouteParts): void {
  const options = { bodyLimit: MOST_BYTES };
  const { chainId, registry } = config;

  app.get('/v1/keeper', async (_request, reply) => {
    const { account, key, logKey: log, block } = keeper;
    return reply.header('cache-control', 'no-store').send({ account, key, log, registry, chainId, block });
  });
  app.post('/v1/shares', options, async ({ body, headers }, reply) => {
    const signature = await keeper.deal(body, headers.authorization);
    return reply.header('cache-control', 'no-store').send({ signature });
  });
  app.post('/v1/erase', options, async ({ body }, reply) => {
    const signature = await keeper.erase(body);
    return reply.header('cache-control', 'no-store').send({ signature });
  });
  app.post('/v1/withdrawn', options, async ({ body }, reply) => {
    const signature = await keeper.withdrawn(body, () => lettingGo.run());
    return reply.header('cache-control', 'no-store').send({ signature });
  });
  app.post('/v1/cosign', { bodyLimit: MOST_HEAD_BYTES }, async ({ body }, reply) => {
    const cosignature = await keeper.cosign(body);
    return reply.header('cache-control', 'no-store').send({ cosignature });
  });
  app.get('/v1/heads', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ heads: await keeper.heads() }),
  );
  for (const act of ['read', 'seal', 'log'] as const) {
    app.post(`/v1/${act}`, options, async ({ body }, reply) => {
      const sealed = await keeper[act](body);
      return reply.header('cache-control', 'no-store').send({ sealed });
    });
  }
}
