import * as v from 'valibot';
import { ManagerError } from '../errors.ts';

/** Which blocks of what the path ends at are sent. */
export type Scope = 'block' | 'entity' | 'all';

/** Bytes of a file, both included. Negative numbers count from its end, and so does `*`, which is the last one. */
export interface ByteRange {
  readonly from: number;
  readonly to: number | '*';
}

/** What somebody wants of a CID, negotiated. */
export type Wanted =
  | { readonly format: 'raw' }
  | { readonly format: 'car'; readonly dups: boolean; readonly scope: Scope; readonly bytes?: ByteRange };

const MEDIA = { 'application/vnd.ipld.raw': 'raw', 'application/vnd.ipld.car': 'car' } as const;

const QuerySchema = v.object({
  format: v.optional(v.pipe(v.string(), v.toLowerCase())),
  'dag-scope': v.optional(v.picklist(['block', 'entity', 'all'])),
  'entity-bytes': v.optional(v.pipe(v.string(), v.regex(/^-?\d{1,15}:(-?\d{1,15}|\*)$/))),
  'car-version': v.optional(v.literal('1')),
  'car-order': v.optional(v.picklist(['dfs', 'unk'])),
  'car-dups': v.optional(v.picklist(['y', 'n'])),
});

/** One entry of an `Accept` header (RFC 9110, section 12.5.1), in lower case. */
interface Acceptable {
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
  readonly q: number;
}

/**
 * Negotiates by query and `Accept`; the query wins. Blocks are always sent depth first, which is right for `order=unk` too.
 * @throws ManagerError `bad-request`, `not-acceptable`
 */
export function negotiate(query: unknown, accept: string | undefined): Wanted {
  const parsed = v.safeParse(QuerySchema, query);
  if (!parsed.success) {
    throw new ManagerError(
      'bad-request',
      'A parameter is none: dag-scope=block|entity|all, entity-bytes=from:to, car-version=1, car-order=dfs|unk, car-dups=y|n.',
    );
  }
  const { format, 'dag-scope': dagScope, 'entity-bytes': entityBytes, 'car-dups': carDups } = parsed.output;
  const acceptable = parseAccept(accept ?? '').filter(isServed);
  const media = format === undefined ? acceptable[0]?.type : `application/vnd.ipld.${format}`;
  const wanted = isMedia(media) ? MEDIA[media] : undefined;
  if (wanted === undefined) {
    const code = format === undefined && accept === undefined ? 'bad-request' : 'not-acceptable';
    throw new ManagerError(code, 'Add ?format=raw or ?format=car: this gateway serves only verifiable formats.');
  }
  if (wanted === 'raw') return { format: 'raw' };
  const params = acceptable.find(({ type }) => type === media)?.params;
  const bytes = entityBytes === undefined ? undefined : parseRange(entityBytes);
  return {
    format: 'car',
    dups: (carDups ?? params?.get('dups')) === 'y',
    // A range is of an entity.
    scope: bytes ? 'entity' : (dagScope ?? 'all'),
    ...(bytes && { bytes }),
  };
}

const isMedia = (type: string | undefined): type is keyof typeof MEDIA => type !== undefined && type in MEDIA;

/** Whether this gateway has it so, down to the parameters that a CAR may have (IPIP-412). */
function isServed({ type, params, q }: Acceptable): boolean {
  const isOneOf = (name: string, values: readonly string[]) => values.includes(params.get(name) ?? values[0] ?? '');
  if (q === 0 || !isMedia(type)) return false;
  return (
    MEDIA[type] === 'raw' ||
    (isOneOf('version', ['1']) && isOneOf('order', ['dfs', 'unk']) && isOneOf('dups', ['n', 'y']))
  );
}

/** What a client takes, the dearest to it first. */
function parseAccept(header: string): Acceptable[] {
  return header
    .toLowerCase()
    .split(',')
    .map((entry): Acceptable => {
      const [type = '', ...rest] = entry.split(';').map((part) => part.trim());
      const pairs = rest.map((part): [string, string] => {
        const [name = '', value = ''] = part.split('=').map((side) => side.trim());
        return [name, value.replace(/^"(.*)"$/, '$1')];
      });
      const params = new Map(pairs);
      const q = Number(params.get('q') ?? 1);
      return { type, params, q: q >= 0 && q <= 1 ? q : 0 };
    })
    .toSorted((a, b) => b.q - a.q);
}

function parseRange(text: string): ByteRange {
  const [from = '', to = ''] = text.split(':');
  return { from: Number(from), to: to === '*' ? '*' : Number(to) };
}
