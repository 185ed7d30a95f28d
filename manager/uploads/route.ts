import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CID } from 'multiformats/cid';
import type { Blocks } from '../blocks/blocks.ts';
import type { LettingGo } from '../blocks/withdrawn.ts';
import { ingestCar, storageFull, type Stored } from './car-ingest.ts';
import type { Chain } from '../chain.ts';
import type { Config } from '../config.ts';
import { ManagerError } from '../errors.ts';
import { createMembership } from '../membership.ts';
import type { Pins } from '../blocks/pins.ts';
import { discardBody, readBody, tooLarge } from './request-body.ts';
import { parseAuthorization, verifyStore } from './authorization.ts';
import type { UploadGate } from './gate.ts';
import type { UploadQuotas, UploadTicket } from './quota.ts';

/** What {@link registerUpload} needs. */
export interface UploadParts {
  config: Pick<
    Config,
    | 'chainId'
    | 'registry'
    | 'maxCarBytes'
    | 'maxBlockBytes'
    | 'minFreeBytes'
    | 'minUploadBytesPerSecond'
    | 'uploadGraceSeconds'
  >;
  blocks: Blocks;
  pins: Pins;
  gate: UploadGate;
  quotas: UploadQuotas;
  chain: Pick<Chain, 'isActive'>;
  /** Knows what was withdrawn. */
  lettingGo?: Pick<LettingGo, 'has'>;
}

/**
 * `POST /v1/car`: keeps a member's blocks. Body: a CAR; header `authorization: Salus …` (see `authorization.ts`).
 * Answers 201 `{roots, blocks, bytes}`.
 */
export function registerUpload(app: FastifyInstance, parts: UploadParts): void {
  const { config, blocks, pins, gate, quotas, chain, lettingGo } = parts;
  const isActive = createMembership(chain);
  // Hands the stream over unread.
  app.addContentTypeParser('application/vnd.ipld.car', (_request, body, done) => done(null, body));

  app.post('/v1/car', async (request, reply) => {
    try {
      const stored = await store(request);
      const roots = stored.roots.map(String);
      return await reply.code(201).send({ roots, blocks: stored.blocks, bytes: stored.bytes });
    } catch (error) {
      if (error instanceof ManagerError && error.code === 'too-slow') {
        // There is no end to wait for.
        reply.header('connection', 'close');
        reply.raw.once('finish', () => request.raw.destroy());
      } else {
        discardBody(request.raw);
      }
      throw error;
    }
  });

  async function store(request: FastifyRequest): Promise<Stored> {
    if (request.body !== request.raw) {
      throw new ManagerError('unsupported-media-type', 'Send a CAR, with content-type: application/vnd.ipld.car.');
    }
    const authorization = parseAuthorization(request.headers.authorization, Math.floor(Date.now() / 1000));
    await requireSpace(Number(request.headers['content-length'] ?? 0));
    const { maxCarBytes: maxBytes, minUploadBytesPerSecond: minBytesPerSecond, uploadGraceSeconds } = config;
    const pace = { maxBytes, minBytesPerSecond, graceMs: 1_000 * uploadGraceSeconds };
    const body = readBody(request.raw, pace, (length) => (request.byteCount += length));
    try {
      return await ingestCar(body, { blocks, pins, gate, maxBlockBytes: config.maxBlockBytes, authorize });
    } finally {
      await body.return(undefined);
    }

    async function authorize(root: CID): Promise<UploadTicket> {
      verifyStore(authorization, root, config);
      if (!(await isActive(authorization.member))) {
        throw new ManagerError('not-a-member', 'The account is not an active member of the registry. Join it first.');
      }
      if (await lettingGo?.has(root)) {
        throw new ManagerError('erased', 'Its patient withdrew this. It is not kept any more.');
      }
      return quotas.begin(authorization.member);
    }
  }

  async function requireSpace(announced: number): Promise<void> {
    if (announced > config.maxCarBytes) throw tooLarge(config.maxCarBytes);
    if ((await blocks.freeBytes()) - announced < config.minFreeBytes) throw storageFull();
  }
}
