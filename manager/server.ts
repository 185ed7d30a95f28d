import cors from '@fastify/cors';
import rateLimit from '@fastify/rate-limit';
import fastify, { LogController, type FastifyError, type FastifyInstance, type FastifyLoggerOptions } from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Blocks } from './blocks/blocks.ts';
import type { LettingGo } from './blocks/withdrawn.ts';
import { ChainError, type Chain } from './chain.ts';
import type { Config } from './config.ts';
import { ManagerError } from './errors.ts';
import { registerGateway } from './gateway/gateway.ts';
import { registerHealth } from './health-route.ts';
import type { Keeper } from './keeper/keeper.ts';
import { registerKeeper } from './keeper/routes.ts';
import type { LinkRows } from './links/links.ts';
import { registerLinks } from './links/routes.ts';
import { logAnswer } from './log.ts';
import type { Pins } from './blocks/pins.ts';
import { registerSponsor } from './sponsor/route.ts';
import type { Sponsor } from './sponsor/sponsor.ts';
import type { UploadGate } from './uploads/gate.ts';
import type { UploadQuotas } from './uploads/quota.ts';
import { registerUpload } from './uploads/route.ts';

/** A connection on which nothing moves for this long is closed. */
const IDLE_MS = 60_000;

declare module 'fastify' {
  interface FastifyRequest {
    /** Bytes of payload received and sent; for the log. */
    byteCount: number;
  }
}

/** What a server is made of. */
export interface ServerParts {
  /** Without what only the start needs, so that no route can leak a key, a secret or a password. */
  config: Omit<Config, 'sponsorKey' | 'keeperSecret' | 'rpcUrl' | 'database' | 'pinningToken'>;
  blocks: Blocks;
  pins: Pins;
  /** Shared with garbage collection. */
  gate: UploadGate;
  quotas: UploadQuotas;
  chain: Chain;
  sponsor: Sponsor;
  /** What health links lead to. */
  links: LinkRows;
  /** Undefined where this manager keeps no shares of keys. */
  keeper?: Keeper;
  /** There where a keeper follows the chain. */
  lettingGo?: LettingGo;
  /** See `log.ts`. */
  logger: FastifyLoggerOptions;
}

/** Builds the manager's HTTP service; the caller listens and closes. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { config, keeper, lettingGo } = parts;
  const app = fastify({
    logger: parts.logger,
    // fastify's own lines hold URLs and network addresses.
    logController: new LogController({ disableRequestLogging: true }),
    connectionTimeout: IDLE_MS,
    trustProxy: (_address, hop) => hop < config.proxies,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  });
  app.decorateRequest('byteCount', 0);
  app.addHook('onResponse', async (request, reply) => logAnswer(request.log, describeAnswer(request, reply)));
  app.setErrorHandler<FastifyError>(answerError);

  await app.register(cors, {
    origin: config.corsOrigins.includes('*') ? '*' : config.corsOrigins,
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['accept', 'authorization', 'content-type', 'if-none-match'],
    exposedHeaders: ['content-length', 'content-location', 'etag', 'retry-after', 'x-ipfs-path', 'x-ipfs-roots'],
    maxAge: 7_200,
  });
  await app.register(rateLimit, {
    max: config.requestsPerMinute,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { ttl }) =>
      new ManagerError('too-many-requests', 'Too many requests from this network address. Wait, then go on.', {
        retryAfter: Math.max(1, Math.ceil(ttl / 1000)),
      }),
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, () => {
    throw new ManagerError('not-found', 'There is no such route. See /healthz, /ipfs/:cid, /v1/car and /v1/sponsor.');
  });

  registerHealth(app, parts);
  registerGateway(app, parts);
  registerUpload(app, parts);
  registerSponsor(app, parts);
  registerLinks(app, parts);
  if (keeper && lettingGo) registerKeeper(app, { config, keeper, lettingGo });
  return app;
}

async function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const answer = toManagerError(error);
  if (answer.status >= 500) request.log.error({ err: error }, 'failed');
  // What a route set for its success is not true of the error.
  for (const header of [
    'cache-control',
    'content-disposition',
    'content-length',
    'content-location',
    'etag',
    'x-ipfs-path',
    'x-ipfs-roots',
  ])
    reply.removeHeader(header);
  if (answer.details.retryAfter !== undefined) reply.header('retry-after', answer.details.retryAfter);
  if (answer.status === 401) reply.header('www-authenticate', 'Salus');
  await reply.code(answer.status).type('application/json').send(answer.toBody());
}

function toManagerError(error: FastifyError | Error): ManagerError {
  if (error instanceof ManagerError) return error;
  if (error instanceof ChainError) return new ManagerError(error.code, error.message);
  const status = ('statusCode' in error && error.statusCode) || 500;
  if (status === 413) return new ManagerError('too-large', 'The body is too long. Send less at once.');
  if (status === 415) return new ManagerError('unsupported-media-type', 'Set the content-type the route expects.');
  if (status < 500)
    return new ManagerError('bad-request', 'The request is malformed. Check its path, headers and body.');
  return new ManagerError('internal', 'The node failed. Try again; if it goes on, tell its operator.');
}

function describeAnswer(request: FastifyRequest, reply: FastifyReply): Parameters<typeof logAnswer>[1] {
  return {
    method: request.method,
    route: request.routeOptions.url ?? 'none',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime),
    bytes: request.byteCount,
  };
}
