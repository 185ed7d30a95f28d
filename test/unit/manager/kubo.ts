import { CarReader } from '@ipld/car';
import { MemoryBlockstore } from 'blockstore-core';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { linksOf, walkDag } from '../../../manager/blocks/dag.ts';
import { serveHttp, type Asked, type Told } from './http-service.ts';

const BIG_BLOCK = 2 * 2 ** 20;
const STORAGE_MAX = 10_000_000_000;

const json = (status: number, value: unknown): Told => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
/** As Kubo says that a command failed. */
const failed = (message: string): Told => json(500, { Message: message, Code: 0, Type: 'error' });
const unusable = (message: string): Told => ({ status: 400, headers: { 'content-type': 'text/plain' }, body: message });
const notFound = (cid: CID) => `ipld: could not find ${cid.toString()}`;

/**
 * The part of Kubo's RPC that a manager uses, and a trustless gateway, over a blockstore in memory: as Kubo's
 * reference and source have them, and strict about what they are asked.
 */
export async function startKubo() {
  const store = new MemoryBlockstore();
  const pins = new Set<string>();
  const node = {
    store,
    pins,
    /** What it says in place of storing anything. */
    refusal: undefined as string | undefined,
    /** What is told in place of what it would answer. */
    instead: undefined as ((asked: Asked) => Told | 'nothing' | undefined) | undefined,
    asked: [] as string[],
    read,
  };

  async function read(cid: CID): Promise<Uint8Array | undefined> {
    if (!(await store.has(cid))) return undefined;
    const parts: Uint8Array[] = [];
    for await (const part of store.get(cid)) parts.push(part);
    return Buffer.concat(parts);
  }

  async function importCars({ headers, url, body }: Asked): Promise<Told> {
    const type = headers['content-type'] ?? '';
    if (!type.startsWith('multipart/form-data; boundary=')) return unusable('file argument "path" is required');
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
    const files = [...form.values()];
    if (files.length === 0) return unusable('file argument "path" is required');
    if (node.refusal !== undefined) return failed(node.refusal);
    const roots: CID[] = [];
    let [count, length] = [0, 0];
    for (const file of files) {
      if (typeof file === 'string') return unusable('a part is no file');
      const car = await CarReader.fromBytes(new Uint8Array(await file.arrayBuffer()));
      roots.push(...(await car.getRoots()));
      for await (const { cid, bytes } of car.blocks()) {
        const digest = await sha256.digest(bytes);
        if (!Buffer.from(digest.bytes).equals(cid.multihash.bytes))
          return failed(`import failed at block "${cid.toString()}": mismatch in content integrity`);
        if (bytes.length > BIG_BLOCK)
          return failed(`import failed at block "${cid.toString()}": produced block is over 2MiB`);
        await store.put(cid, bytes);
        [count, length] = [count + 1, length + bytes.length];
      }
    }
    const lines: unknown[] = [];
    // The default is true.
    if (url.searchParams.get('pin-roots') !== 'false')
      for (const root of new Map(roots.map((cid) => [cid.toString(), cid])).values())
        lines.push({ Root: { Cid: { '/': root.toString() }, PinErrorMsg: await pin(root) } });
    if (url.searchParams.get('stats') === 'true') lines.push({ Stats: { BlockCount: count, BlockBytesCount: length } });
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'x-chunked-output': '1' },
      body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
    };
  }

  /** @returns what is wrong, or nothing */
  async function pin(root: CID): Promise<string> {
    const walk = walkDag([root], async (cid) => {
      const bytes = await read(cid);
      if (bytes === undefined) throw new Error(notFound(cid));
      return linksOf(cid, bytes);
    });
    try {
      while (!(await walk.next()).done);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    pins.add(root.toString());
    return '';
  }

  function unpin({ url }: Asked): Told {
    const arg = url.searchParams.get('arg') ?? '';
    return pins.delete(arg) ? json(200, { Pins: [arg] }) : failed('not pinned or pinned indirectly');
  }

  async function getBlock({ url }: Asked): Promise<Told | undefined> {
    const [arg, ...more] = url.searchParams.getAll('arg');
    if (arg === undefined || more.length > 0) return unusable('argument "cid" is required');
    const cid = CID.parse(arg);
    const bytes = await read(cid);
    if (bytes) return { status: 200, headers: { 'content-type': 'application/vnd.ipld.raw' }, body: bytes };
    // Online it looks for the block in the network, for as long as somebody waits.
    if (url.searchParams.get('offline') !== 'true') return undefined;
    return failed(`block was not found locally (offline): ${notFound(cid)}`);
  }

  async function repoStat(): Promise<Told> {
    let size = 0;
    for await (const { cid } of store.getAll()) size += (await read(cid))!.length;
    return json(200, { RepoSize: size, StorageMax: STORAGE_MAX, NumObjects: 0, RepoPath: '', Version: '' });
  }

  const OPTIONS: Record<string, readonly string[]> = {
    'dag/import': ['pin-roots', 'stats', 'silent', 'local-only', 'allow-big-block'],
    'block/get': ['arg', 'offline'],
    'pin/rm': ['arg', 'recursive'],
    'repo/stat': ['size-only', 'human'],
  };

  const api = await serveHttp(async (asked) => {
    const instead = node.instead?.(asked);
    if (instead) return instead === 'nothing' ? undefined : instead;
    const command = asked.url.pathname.replace('/api/v0/', '');
    node.asked.push(command);
    const known = OPTIONS[command];
    if (known === undefined) return { status: 404, body: '404 page not found' };
    if (asked.method !== 'POST') return { status: 405, body: '405 - Method Not Allowed' };
    for (const name of asked.url.searchParams.keys())
      if (!known.includes(name)) return unusable(`Unrecognized option "${name}"`);
    if (command === 'dag/import') return importCars(asked);
    if (command === 'pin/rm') return unpin(asked);
    return command === 'block/get' ? getBlock(asked) : repoStat();
  });

  const gateway = await serveHttp(async (asked) => {
    const { method, url, headers } = asked;
    const instead = node.instead?.(asked);
    if (instead) return instead === 'nothing' ? undefined : instead;
    if (method !== 'GET') return { status: 405 };
    const cid = CID.parse(url.pathname.replace('/ipfs/', ''));
    if (url.searchParams.get('format') !== 'raw' || headers.accept !== 'application/vnd.ipld.raw')
      return { status: 406 };
    const bytes = await read(cid);
    if (bytes) return { status: 200, headers: { 'content-type': 'application/vnd.ipld.raw' }, body: bytes };
    return headers['cache-control'] === 'only-if-cached'
      ? { status: 412, body: `${cid.toString()} not in local datastore` }
      : undefined;
  });

  return Object.assign(node, { api, gateway });
}
