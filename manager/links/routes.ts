import { randomBytes } from 'node:crypto';
import { getAddress } from 'ethers';
import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { MOST_FILE } from '../../extension/core/health-links/messages.ts';
import type { Blocks } from '../blocks/blocks.ts';
import type { Chain } from '../chain.ts';
import type { Config } from '../config.ts';
import { ManagerError } from '../errors.ts';
import { createMembership } from '../membership.ts';
import { networkOf } from '../network-address.ts';
import { Turns } from '../turns.ts';
import { storageFull } from '../uploads/car-ingest.ts';
import type { LinkRows } from './links.ts';
import { hashedPasscode, isPasscode } from './passcode.ts';
import { idIn, noLink, parseAsk, parseKeep, parseManifestRequest } from './requests.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What @fastify/cors takes from a route in place of what it was told for all; its types do not say so. */
    cors?: { readonly origin: string };
  }
}

/** Of a request for a manifest, in bytes. */
const MOST_QUESTION = 8 * 1024;
/** What is said beside the file, in bytes. */
const MOST_BESIDE = 4 * 1024;
/** Requests to links per minute and network address. */
const OPENINGS_PER_MINUTE = 60;
/** In memory: after a restart whoever opens a link asks for its manifest again. */
const MOST_TOKENS = 10_000;
/** How many more wait for their turn with a link. */
const MOST_WAITING = 20;

/** What {@link registerLinks} needs. */
interface LinkRouteParts {
  readonly config: Pick<Config, 'chainId' | 'registry' | 'minFreeBytes'>;
  readonly chain: Pick<Chain, 'isActive'>;
  readonly blocks: Pick<Blocks, 'freeBytes'>;
  readonly links: LinkRows;
}

type OfLink = { Params: { id: string } };
const now = (): number => Math.floor(Date.now() / 1000);
const noStore = ['cache-control', 'no-store'] as const;

/** Any page may open a link, whichever pages may do the rest. */
const OPEN_TO_ALL: RouteShorthandOptions = {
  bodyLimit: MOST_QUESTION,
  config: {
    cors: { origin: '*' },
    rateLimit: {
      max: OPENINGS_PER_MINUTE,
      timeWindow: 60_000,
      keyGenerator: ({ ip }: FastifyRequest) => networkOf(ip),
    },
  },
};

/**
 * For a patient: `POST /v1/links` keeps what a link leads to, 201 `{}`; `POST /v1/links/:id/end` deletes it, `{ended}`; `POST
 * /v1/links/:id/uses` tells who opened it. For whoever has the link: `POST /links/:id`, the manifest request of SMART Health Links, and
 * `GET /links/:id/file/:token`. Bodies are in `extension/core/health-links/messages.ts`.
 */
export function registerLinks(app: FastifyInstance, { config, chain, blocks, links }: LinkRouteParts): void {
  const isActive = createMembership(chain);
  const turns = new Turns(1, MOST_WAITING);
  const tokens = new Map<string, string>();

  app.post('/v1/links', { bodyLimit: MOST_FILE + MOST_BESIDE }, async ({ body }, reply) => {
    const { file, passcode, signer: owner, ...wanted } = parseKeep(body, config, now());
    if (!(await isActive(getAddress(owner))))
      throw new ManagerError('not-a-member', 'The account is not an active member of the registry. Join it first.');
    if ((await blocks.freeBytes()) - file.length < config.minFreeBytes) throw storageFull();
    const link = { ...wanted, owner, ...(passcode !== '' && { passcode: await hashedPasscode(passcode) }) };
    const kept = await links.keep(link, file, now());
    if (kept === 'taken') throw new ManagerError('replayed', 'A link with this id was there before. Draw another id.');
    if (kept === 'too-many')
      throw new ManagerError('over-quota', 'The account has too many links. End some, or wait until they end.');
    return reply
      .code(201)
      .header(...noStore)
      .send({});
  });
  app.post<OfLink>('/v1/links/:id/end', async ({ body, params }, reply) => {
    const id = idIn(params.id);
    if (!(await links.end(id, parseAsk(body, id, 'end', config, now())))) throw noLink();
    return reply.header(...noStore).send({ ended: true });
  });
  app.post<OfLink>('/v1/links/:id/uses', async ({ body, params }, reply) => {
    const id = idIn(params.id);
    const standing = await links.standing(id, parseAsk(body, id, 'uses', config, now()), now());
    if (standing === undefined) throw noLink();
    return reply.header(...noStore).send(standing);
  });

  // The hook of CORS answers these, by what the route says of it.
  for (const path of ['/links/:id', '/links/:id/file/:token'])
    app.options(path, OPEN_TO_ALL, (_request, reply) => reply.code(204).send());
  app.post<OfLink>('/links/:id', OPEN_TO_ALL, async (request, reply) => {
    const id = idIn(request.params.id);
    const { recipient, passcode, embeddedLengthMax = MOST_FILE } = parseManifestRequest(request.body);
    // One after the other, so that many tries at once are no more tries.
    const opened = await turns.run(id, () => open(id, recipient, passcode));
    reply.header(...noStore);
    if ('remainingAttempts' in opened) return reply.code(401).send(opened);
    const contentType = 'application/fhir+json';
    const { file } = opened;
    const place =
      file.length <= embeddedLengthMax ? { embedded: file } : { location: placeOf(request, request.params.id) };
    return reply.send({ files: [{ contentType, ...place }] });
  });
  app.get<{ Params: { id: string; token: string } }>(
    '/links/:id/file/:token',
    OPEN_TO_ALL,
    async ({ params }, reply) => {
      const file = tokens.get(params.token) === params.id ? await links.file(idIn(params.id), now()) : undefined;
      if (file === undefined) throw noLink();
      return reply
        .header(...noStore)
        .type('application/jose')
        .send(file);
    },
  );

  /** @throws ManagerError `not-found`, alike for every link that gives nothing */
  async function open(
    id: string,
    recipient: string,
    passcode = '',
  ): Promise<{ file: string } | { remainingAttempts: number }> {
    const begun = await links.begin(id, now());
    if (!begun.open) throw noLink();
    if (begun.passcode !== undefined && !(await isPasscode(passcode, begun.passcode)))
      return { remainingAttempts: begun.left };
    const file = await links.use(id, recipient, begun.passcode !== undefined, now());
    if (file === undefined) throw noLink();
    return { file };
  }

  /** An address by which the file is fetched, for some minutes. Who lies about the host is led astray alone. */
  function placeOf({ protocol, host }: FastifyRequest, id: string): string {
    const token = randomBytes(32).toString('base64url');
    const oldest = tokens.keys().next();
    if (tokens.size >= MOST_TOKENS && !oldest.done) tokens.delete(oldest.value);
    tokens.set(token, id);
    return `${protocol}://${host}/links/${id}/file/${token}`;
  }
}
