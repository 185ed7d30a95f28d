import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CID } from 'multiformats/cid';
import type { Blocks } from '../blocks/blocks.ts';
import { encodeCarBlock, encodeCarHeader } from '../blocks/car-writer.ts';
import { isKept, parseCid } from '../blocks/cid.ts';
import { ManagerError } from '../errors.ts';
import { blocksOf, isIdentity, resolvePath, type GetBlock, type Resolved } from './dag.ts';
import { negotiate, type Wanted } from './request.ts';

/** What a CID names never changes. */
const FOR_EVER = 'public, max-age=29030400, immutable';
/** Names of a path at most, and characters of a file name. */
const [MOST_SEGMENTS, MOST_NAME] = [64, 255];

/** What is asked for, read. */
interface Asked {
  readonly cid: CID;
  /** Names below it, decoded. */
  readonly segments: readonly string[];
  /** The path as it was sent, without the query. */
  readonly path: string;
  readonly wanted: Wanted;
}
type CarWanted = Extract<Wanted, { format: 'car' }>;

/**
 * `GET|HEAD /ipfs/:cid[/path]`: a trustless gateway (https://specs.ipfs.tech/http-gateways/trustless-gateway/). One block by `raw`; what
 * is below it, or below a path from it, by `car`. Serves what is here and fetches nothing.
 */
export function registerGateway(app: FastifyInstance, { blocks }: { blocks: Blocks }): void {
  const get: GetBlock = async (cid) => {
    if (isIdentity(cid)) return cid.multihash.digest;
    return isKept(cid) ? blocks.get(cid) : undefined;
  };
  for (const url of ['/ipfs/:cid', '/ipfs/:cid/*']) app.route({ method: ['GET', 'HEAD'], url, handler: answer });

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const asked = parse(request);
    const { cid, segments, wanted } = asked;
    const root = await get(cid);
    if (!root) throw notHere(request);
    if (wanted.format === 'raw' && segments.length > 0)
      throw new ManagerError('bad-request', 'A block is asked for by its own CID. Use ?format=car for a path.');
    const resolved = await resolvePath(get, cid, segments);
    const etag = etagOf(asked);
    describe(reply, request, asked, resolved, etag);
    if (isKnown(request, etag)) return reply.code(304).send();
    if (wanted.format === 'raw') {
      reply.header('content-length', root.length);
      if (request.method === 'HEAD') return reply.send();
      request.byteCount = root.length;
      return reply.send(Buffer.from(root));
    }
    const car = exportCar(get, asked, wanted, resolved, request);
    // What can be refused is refused before the answer begins.
    const first = await car.next();
    if (request.method === 'HEAD') {
      await car.return(undefined);
      return reply.send();
    }
    return reply.send(Readable.from(begunWith(first.value, car)));
  }
}

function parse(request: FastifyRequest): Asked {
  const [path = ''] = request.url.split('?');
  const [name = '', ...rest] = path.split('/').slice(2).map(decode);
  const cid = parseCid(name);
  const segments = rest.filter((segment) => segment !== '');
  if (!cid) throw new ManagerError('bad-request', 'The path must be /ipfs/ and a CID in base32 or base58btc.');
  if (segments.length > MOST_SEGMENTS)
    throw new ManagerError('bad-request', `The path has more than ${MOST_SEGMENTS} names.`);
  return { cid, segments, path, wanted: negotiate(request.query, request.headers.accept) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ManagerError('bad-request', 'The path is not encoded as a URL.');
  }
}

function notHere({ headers }: FastifyRequest): ManagerError {
  const isCachedOnly = /\bonly-if-cached\b/i.test(headers['cache-control'] ?? '');
  return new ManagerError(
    isCachedOnly ? 'not-cached' : 'not-found',
    'This node does not keep that block. Ask another one.',
  );
}

/** The same answer has the same, and another one another. */
function etagOf({ cid, segments, wanted }: Asked): string {
  if (wanted.format === 'raw') return `"${cid.toString()}.raw"`;
  const { scope, dups, bytes } = wanted;
  const rest = JSON.stringify([segments, dups, bytes ?? null]);
  return `"${cid.toString()}.car.${scope}.${createHash('sha256').update(rest).digest('base64url').slice(0, 16)}"`;
}

function describe(
  reply: FastifyReply,
  { query }: FastifyRequest,
  { cid, path, wanted }: Asked,
  { way, end }: Resolved,
  etag: string,
): void {
  const isRaw = wanted.format === 'raw';
  const dups = !isRaw && wanted.dups ? 'y' : 'n';
  const type = isRaw ? 'application/vnd.ipld.raw' : `application/vnd.ipld.car; version=1; order=dfs; dups=${dups}`;
  const vary = reply.getHeader('vary');
  const { filename, ...params } = query as Record<string, string>;
  reply.headers({
    'content-type': type,
    'cache-control': FOR_EVER,
    etag,
    vary: vary ? `${String(vary)}, accept` : 'accept',
    // Bytes of strangers: a browser must neither guess their type nor show them as a page.
    'x-content-type-options': 'nosniff',
    'content-disposition': attachment(filename ?? `${cid.toString()}.${isRaw ? 'bin' : 'car'}`),
    'x-ipfs-path': path,
    'x-ipfs-roots': [...new Set([...way, end].map(String))].join(','),
  });
  if (params['format'] === undefined) {
    const own = {
      format: wanted.format,
      ...(isRaw ? {} : { 'car-version': '1', 'car-order': 'dfs', 'car-dups': dups }),
    };
    reply.header('content-location', `${path}?${new URLSearchParams({ ...params, ...own }).toString()}`);
  }
}

/** RFC 6266, with RFC 8187 for what is not ASCII. */
function attachment(filename: string): string {
  const name = filename.slice(0, MOST_NAME).toWellFormed();
  const plain = name.replace(/[^\x20-\x7e]|["\\%/]/g, '_');
  const full = encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"${plain === name ? '' : `; filename*=UTF-8''${full}`}`;
}

function isKnown(request: FastifyRequest, etag: string): boolean {
  const known = request.headers['if-none-match'];
  return known === '*' || (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false);
}

/** The headers are sent by the time a deeper block proves missing: the connection then breaks, and no CAR looks whole. */
async function* exportCar(
  get: GetBlock,
  { cid }: Asked,
  wanted: CarWanted,
  { way, end }: Resolved,
  request: FastifyRequest,
): AsyncGenerator<Uint8Array, undefined> {
  const sent = new Set<string>();
  // Up to the first block it is read before anything is sent.
  const walk = blocksOf(get, end, wanted, sent);
  const parts: Uint8Array[] = [encodeCarHeader(cid)];
  for (const step of way) {
    if (sent.has(step.toString()) && !wanted.dups) continue;
    sent.add(step.toString());
    const bytes = await get(step);
    if (!bytes) throw new ManagerError('not-found', 'A block below the root is missing.');
    parts.push(encodeCarBlock(step, bytes));
  }
  let head: Uint8Array | undefined = Buffer.concat(parts);
  try {
    for await (const block of walk) {
      const encoded = encodeCarBlock(block.cid, block.bytes);
      yield count(head ? Buffer.concat([head, encoded]) : encoded);
      head = undefined;
    }
  } catch (error) {
    if (!head) request.log.error({ err: error }, 'broke off a CAR');
    throw error;
  }
  if (head) yield count(head);
  return undefined;

  function count(part: Uint8Array): Uint8Array {
    request.byteCount += part.length;
    return part;
  }
}

async function* begunWith(first: Uint8Array | undefined, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first) yield first;
  yield* rest;
}
