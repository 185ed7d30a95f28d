import type { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { verified, type Blocks } from './blocks.ts';
import { storageFull } from '../uploads/car-ingest.ts';
import { encodeCarBlock, encodeCarHeader } from './car-writer.ts';
import { parseCid } from './cid.ts';
import type { Config } from '../config.ts';
import { ManagerError } from '../errors.ts';
import { askService, parseAnswer, storageUnavailable, textOf, urlOf, type Answer } from './storage-service.ts';

/** Longest waits for an answer, in milliseconds. */
export interface IpfsWaits {
  /** For one block. */
  readonly blockMs: number;
  /** For a pin: the node reads all below it. */
  readonly pinMs: number;
}
const WAITS: IpfsWaits = { blockMs: 30_000, pinMs: 300_000 };

/** A line of what `dag/import` answers. */
const ImportSchema = v.union([
  v.object({ Root: v.object({ Cid: v.object({ '/': v.string() }), PinErrorMsg: v.optional(v.string(), '') }) }),
  v.object({ Stats: v.object({ BlockCount: v.number() }) }),
]);
type Import = v.InferOutput<typeof ImportSchema>;

const StatSchema = v.object({ RepoSize: v.number(), StorageMax: v.number() });
const RefusalSchema = v.object({ Message: v.string() });

/**
 * Blocks at an IPFS node with Kubo's RPC (https://docs.ipfs.tech/reference/kubo/rpc/): stored and pinned by `dag/import`, read by
 * `block/get` or from a trustless gateway of the node. A block is asked for where it is on the node itself, and nowhere else.
 */
export function ipfsBlocks(
  { ipfsApi, ipfsGateway }: Pick<Config, 'ipfsGateway'> & { readonly ipfsApi: string },
  { blockMs, pinMs }: IpfsWaits = WAITS,
): Blocks {
  return {
    async put(cid, bytes) {
      const lines = await importCar([encodeCarHeader(cid), encodeCarBlock(cid, bytes)], false, blockMs);
      // An error after the first byte of an answer is in a trailer, which nobody shows: what is said counts, not the status.
      if (!lines.some((line) => 'Stats' in line && line.Stats.BlockCount === 1)) throw storageUnavailable();
    },
    get: async (cid) => verified(cid, await (ipfsGateway === undefined ? fromApi(cid) : fromGateway(ipfsGateway, cid))),
    async keep(roots) {
      // A block that was answered for is on the node's disk; what is left to do is to pin.
      for (const root of roots) await pin(root);
    },
    async release(root) {
      const answer = await call('pin/rm', { arg: root.toString() }, {}, pinMs);
      // The node deletes what nothing pins, when it collects its garbage.
      if (answer.status !== 200 && !/not pinned/.test(messageOf(answer))) throw storageUnavailable();
    },
    async freeBytes() {
      const answer = await call('repo/stat', { 'size-only': 'true' }, {}, blockMs);
      if (answer.status !== 200) throw refusalOf(answer);
      const { RepoSize, StorageMax } = parseAnswer(StatSchema, textOf(answer));
      return Math.min(Math.max(0, StorageMax - RepoSize), Number.MAX_SAFE_INTEGER);
    },
  };

  function call(
    command: string,
    query: Readonly<Record<string, string>>,
    init: RequestInit,
    ms: number,
  ): Promise<Answer> {
    return askService(urlOf(ipfsApi, `api/v0/${command}`, query), { ...init, method: 'POST' }, ms);
  }

  async function importCar(parts: readonly Uint8Array[], pinsRoots: boolean, ms: number): Promise<Import[]> {
    const body = new FormData();
    body.append('file', new Blob([Buffer.concat(parts)], { type: 'application/octet-stream' }), 'blocks.car');
    const answer = await call('dag/import', { 'pin-roots': String(pinsRoots), stats: 'true' }, { body }, ms);
    if (answer.status !== 200) throw refusalOf(answer);
    const lines = textOf(answer).split('\n').filter(Boolean);
    return lines.map((line) => parseAnswer(ImportSchema, line));
  }

  /** The node reads all below the root before it says that it pinned it. */
  async function pin(root: CID): Promise<void> {
    const lines = await importCar([encodeCarHeader(root)], true, pinMs);
    const said = lines.find((line) => 'Root' in line && parseCid(line.Root.Cid['/'])?.equals(root));
    if (said === undefined || !('Root' in said)) throw storageUnavailable();
    if (said.Root.PinErrorMsg === '') return;
    throw new ManagerError(
      'incomplete',
      'A block is not at the node any more. Send the whole of what is below each root.',
    );
  }

  async function fromApi(cid: CID): Promise<Uint8Array | undefined> {
    const answer = await call('block/get', { arg: cid.toString(), offline: 'true' }, {}, blockMs);
    if (answer.status === 200) return answer.body;
    if (/could not find|not found/.test(messageOf(answer))) return undefined;
    throw refusalOf(answer);
  }

  async function fromGateway(gateway: string, cid: CID): Promise<Uint8Array | undefined> {
    const headers = { accept: 'application/vnd.ipld.raw', 'cache-control': 'only-if-cached' };
    const answer = await askService(urlOf(gateway, `ipfs/${cid.toString()}`, { format: 'raw' }), { headers }, blockMs);
    if (answer.status === 200) return answer.body;
    // 412: not without looking for it elsewhere.
    if (answer.status === 404 || answer.status === 412) return undefined;
    throw storageUnavailable();
  }
}

const messageOf = (answer: Answer): string => parseAnswer(RefusalSchema, textOf(answer)).Message;

function refusalOf(answer: Answer): ManagerError {
  return /no space left|quota exceeded/i.test(messageOf(answer)) ? storageFull() : storageUnavailable();
}
