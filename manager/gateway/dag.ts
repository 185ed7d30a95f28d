import * as dagCbor from '@ipld/dag-cbor';
import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { DAG_CBOR, DAG_PB, IDENTITY } from '../blocks/cid.ts';
import { linksOf } from '../blocks/dag.ts';
import { ManagerError } from '../errors.ts';
import type { ByteRange, Scope } from './request.ts';

/** Blocks that one answer has at most, and shards of a directory that are looked through for a name. */
const [MOST_BLOCKS, MOST_SHARDS] = [1_000_000, 4_096];
/** Hexadecimal digits before a name in a sharded directory: those of its place. */
const SHARD_DIGITS = 2;

/** Gives the bytes of a block; undefined where it is not here. */
export type GetBlock = (cid: CID) => Promise<Uint8Array | undefined>;

/** Where a path leads. */
export interface Resolved {
  /** Blocks on the way, without the last, from the root on. */
  readonly way: readonly CID[];
  readonly end: CID;
}

const missing = (): ManagerError => new ManagerError('not-found', 'A block below the root is missing.');
const noSuchPath = (): ManagerError =>
  new ManagerError('not-found', 'There is nothing at that path. See what is in the block before.');

/**
 * Follows a path from a root: names in UnixFS directories, keys and indexes in dag-cbor.
 * @throws ManagerError `not-found` where it leads nowhere, or over a block that is not here
 */
export async function resolvePath(get: GetBlock, root: CID, segments: readonly string[]): Promise<Resolved> {
  const way: CID[] = [];
  const rest = [...segments];
  let end = root;
  while (rest.length > 0) {
    const bytes = await readOr(get, end, missing);
    const step = end.code === DAG_CBOR ? inCbor(bytes, rest) : await inDirectory(get, end, bytes, rest.shift() ?? '');
    // The path ends within this block.
    if (step === undefined) return { way, end };
    way.push(end, ...step.through);
    end = step.to;
  }
  return { way, end };
}

interface Step {
  readonly through: readonly CID[];
  readonly to: CID;
}

/** Takes off `rest` what leads to the next link. @returns undefined where it ends at a value that is no link */
function inCbor(bytes: Uint8Array, rest: string[]): Step | undefined {
  let value: unknown = dagCbor.decode(bytes);
  for (;;) {
    const to = CID.asCID(value);
    if (to) return { through: [], to };
    const name = rest.shift();
    if (name === undefined) return undefined;
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || !Object.hasOwn(value, name))
      throw noSuchPath();
    value = (value as Record<string, unknown>)[name];
  }
}

async function inDirectory(get: GetBlock, cid: CID, bytes: Uint8Array, name: string): Promise<Step> {
  if (cid.code !== DAG_PB) throw noSuchPath();
  const { Links: links, Data: data } = dagPb.decode(bytes);
  if (data === undefined || typeOf(data) !== 'hamt-sharded-directory') {
    const to = links.find(({ Name }) => Name === name)?.Hash;
    if (!to) throw noSuchPath();
    return { through: [], to };
  }
  return inShards(get, links, name);
}

/** Looks through the shards of a directory. Only those on the way to the name are part of it. */
async function inShards(get: GetBlock, top: readonly dagPb.PBLink[], name: string): Promise<Step> {
  const stack: { readonly links: readonly dagPb.PBLink[]; readonly through: readonly CID[] }[] = [
    { links: top, through: [] },
  ];
  let seen = 0;
  for (let shard = stack.pop(); shard; shard = stack.pop()) {
    const { links, through } = shard;
    const to = links.find(({ Name }) => Name?.slice(SHARD_DIGITS) === name)?.Hash;
    if (to) return { through, to };
    for (const { Name, Hash } of links) {
      if (Name?.length !== SHARD_DIGITS) continue;
      seen += 1;
      if (seen > MOST_SHARDS)
        throw new ManagerError('too-large', 'That directory is too large to look for a name in it.');
      const inner = dagPb.decode(await readOr(get, Hash, missing)).Links;
      stack.push({ links: inner, through: [...through, Hash] });
    }
  }
  throw noSuchPath();
}

/**
 * The blocks to send for what a path ends at, depth first, parents before children. Those with an identity hash are in their parents
 * already and are left out.
 * @param dups whether a block is sent each time that it occurs, and not only the first
 * @param sent names of blocks that were sent before; added to
 * @throws ManagerError `not-found` where a block is missing, `too-large`
 */
export async function* blocksOf(
  get: GetBlock,
  end: CID,
  { scope, dups, bytes: range }: { readonly scope: Scope; readonly dups: boolean; readonly bytes?: ByteRange },
  sent: Set<string>,
): AsyncGenerator<{ readonly cid: CID; readonly bytes: Uint8Array }> {
  const follow = scope === 'all' ? everything : scope === 'block' ? nothing : await entityOf(get, end, range);
  const stack: Node[] = [{ cid: end, start: 0 }];
  let count = 0;
  for (let node = stack.pop(); node; node = stack.pop()) {
    const { cid } = node;
    const name = cid.toString();
    if (isIdentity(cid) || (!dups && sent.has(name))) continue;
    const bytes = await readOr(get, cid, missing);
    count += 1;
    if (count > MOST_BLOCKS) throw new ManagerError('too-large', 'That is more than one answer holds.');
    if (!dups) sent.add(name);
    yield { cid, bytes };
    for (const next of follow(node, bytes).toReversed()) stack.push(next);
  }
}

/** A block, and where its bytes begin in the file that it is of. */
interface Node {
  readonly cid: CID;
  readonly start: number;
}
type Follow = (node: Node, bytes: Uint8Array) => Node[];

const nothing: Follow = () => [];
const everything: Follow = ({ cid }, bytes) => linksOf(cid, bytes).map((link) => ({ cid: link, start: 0 }));
const shards: Follow = (_node, bytes) =>
  dagPb
    .decode(bytes)
    .Links.filter(({ Name }) => Name?.length === SHARD_DIGITS)
    .map(({ Hash }) => ({ cid: Hash, start: 0 }));

/** What belongs to a UnixFS file or directory itself; of anything else it is the block alone. */
async function entityOf(get: GetBlock, cid: CID, range: ByteRange | undefined): Promise<Follow> {
  if (cid.code !== DAG_PB) {
    if (range && cid.code !== DAG_CBOR) resolveRange(range, (await readOr(get, cid, missing)).byteLength);
    return nothing;
  }
  const { Data: data } = dagPb.decode(await readOr(get, cid, missing));
  const type = data && typeOf(data);
  if (data === undefined || type === undefined || type === 'directory') return nothing;
  if (type === 'hamt-sharded-directory') return shards;
  const size = Number(UnixFS.unmarshal(data).fileSize());
  const within = range && resolveRange(range, size);
  if (range && !within) return nothing;
  return (node, bytes) => chunksOf(node, bytes, within ?? { first: 0, last: Infinity });
}

/** The parts of a file that have bytes of a range. */
function chunksOf({ cid, start }: Node, bytes: Uint8Array, { first, last }: { first: number; last: number }): Node[] {
  if (cid.code !== DAG_PB) return [];
  const { Links: links, Data: data } = dagPb.decode(bytes);
  const { data: inline, blockSizes } = data ? UnixFS.unmarshal(data) : { data: undefined, blockSizes: [] };
  if (blockSizes.length !== links.length) return links.map(({ Hash }) => ({ cid: Hash, start }));
  let at = start + (inline?.byteLength ?? 0);
  return links.flatMap(({ Hash }, i) => {
    const [from, length] = [at, Number(blockSizes[i])];
    at += length;
    return from <= last && from + length > first ? [{ cid: Hash, start: from }] : [];
  });
}

/**
 * @returns the first and the last byte of it, or undefined where it has none
 * @throws ManagerError `bad-request` where it begins behind the end
 */
function resolveRange({ from, to }: ByteRange, size: number): { first: number; last: number } | undefined {
  const first = from < 0 ? Math.max(0, size + from) : from;
  const last = to === '*' ? size - 1 : to < 0 ? size + to : Math.min(to, size - 1);
  if (first >= size && size > 0)
    throw new ManagerError('bad-request', `The file has ${size} bytes. Ask for some of them.`);
  return first > last ? undefined : { first, last };
}

export const isIdentity = (cid: CID): boolean => cid.multihash.code === IDENTITY;

function typeOf(data: Uint8Array): string | undefined {
  try {
    return UnixFS.unmarshal(data).type;
  } catch {
    return undefined; // dag-pb of something else
  }
}

async function readOr(get: GetBlock, cid: CID, otherwise: () => Error): Promise<Uint8Array> {
  const bytes = isIdentity(cid) ? cid.multihash.digest : await get(cid);
  if (!bytes) throw otherwise();
  return bytes;
}
