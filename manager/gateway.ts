import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CID } from 'multiformats/cid';
import * as v from 'valibot';
import type { Blocks } from './blocks.ts';
import { encodeCarBlock, encodeCarHeader } from './car-writer.ts';
import { isKept, parseCid } from './cid.ts';
import { linksOf, walkDag } from './dag.ts';
import { ManagerError } from './errors.ts';

const QuerySchema = v.object({
  format: v.optional(v.string()),
  'dag-scope': v.optional(v.picklist(['all', 'block']), 'all'),
});

type Format = 'raw' | 'car';
type Scope = v.InferOutput<typeof QuerySchema>['dag-scope'];

/** What a CID names never changes. */
const FOR_EVER = 'public, max-age=29030400, immutable';

/**
 * `GET|HEAD /ipfs/:cid`: a trustless gateway (https://specs.ipfs.tech/http-gateways/trustless-gateway/). One block by
 * `?format=raw` or `Accept: application/vnd.ipld.raw`, the whole DAG below it by `car`. Serves what is here and fetches nothing.
 */
export function registerGateway(app: FastifyInstance, { blocks }: { blocks: Blocks }): void {
  app.route<{ Params: { cid: string } }>({
    method: ['GET', 'HEAD'],
    url: '/ipfs/:cid',
    handler: async (request, reply) => {
      const cid = parseCid(request.params.cid);
      if (!cid) throw new ManagerError('bad-request', 'The path must be /ipfs/ and a CID in base32 or base58btc.');
      const query = v.safeParse(QuerySchema, request.query);
      if (!query.success) throw new ManagerError('bad-request', 'dag-scope must be "all" or "block".');
      const format = negotiate(query.output.format, request.headers.accept);
      const scope = query.output['dag-scope'];

      const root = isKept(cid) ? await blocks.get(cid) : undefined;
      if (!root) throw new ManagerError('not-found', 'This node does not keep that block. Ask another one.');
      const etag = format === 'raw' ? `"${cid.toString()}.raw"` : `"${cid.toString()}.car.${scope}"`;
      describe(reply, cid, format, etag);
      if (isKnown(request, etag)) return reply.code(304).send();
      if (format === 'raw') reply.header('content-length', root.length);
      if (request.method === 'HEAD') return reply.send();
      if (format === 'raw') {
        request.byteCount = root.length;
        return reply.send(root);
      }
      return reply.send(Readable.from(exportCar(blocks, cid, scope, request)));
    },
  });
}

function negotiate(format: string | undefined, accept: string | undefined): Format {
  // The parameter wins over the header, as the specification says.
  const wanted = format ?? /application\/vnd\.ipld\.(raw|car)\b/.exec(accept ?? '')?.[1];
  if (wanted === 'raw' || wanted === 'car') return wanted;
  throw new ManagerError(
    'not-acceptable',
    'Add ?format=raw or ?format=car: this gateway serves only verifiable formats.',
  );
}

function describe(reply: FastifyReply, cid: CID, format: Format, etag: string): void {
  const type = format === 'raw' ? 'application/vnd.ipld.raw' : 'application/vnd.ipld.car; version=1; order=dfs; dups=n';
  const vary = reply.getHeader('vary');
  reply.headers({
    'content-type': type,
    'cache-control': FOR_EVER,
    etag,
    vary: vary ? `${String(vary)}, accept` : 'accept',
    // Bytes of strangers: a browser must neither guess their type nor show them as a page.
    'x-content-type-options': 'nosniff',
    'content-disposition': `attachment; filename="${cid.toString()}.${format === 'raw' ? 'bin' : 'car'}"`,
  });
}

function isKnown(request: FastifyRequest, etag: string): boolean {
  const known = request.headers['if-none-match'];
  return known === '*' || (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false);
}

/** The headers are sent by the time a deeper block proves missing: the connection then breaks, and no CAR looks whole. */
async function* exportCar(
  blocks: Blocks,
  root: CID,
  scope: Scope,
  request: FastifyRequest,
): AsyncGenerator<Uint8Array> {
  yield count(encodeCarHeader(root));
  let bytes: Uint8Array | undefined;
  const walk = walkDag([root], async (cid) => {
    bytes = await blocks.get(cid);
    return bytes && scope === 'all' ? linksOf(cid, bytes) : [];
  });
  try {
    for await (const cid of walk) {
      if (!bytes) throw new ManagerError('not-found', 'A block below the root is missing.');
      yield count(encodeCarBlock(cid, bytes));
    }
  } catch (error) {
    request.log.error({ err: error }, 'broke off a CAR');
    throw error;
  }

  function count(part: Uint8Array): Uint8Array {
    request.byteCount += part.length;
    return part;
  }
}
