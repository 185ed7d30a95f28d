import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CarReader, CarWriter } from '@ipld/car';
import * as dagCbor from '@ipld/dag-cbor';
import { Wallet, hexlify, keccak256 } from 'ethers';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { onTestFinished } from 'vitest';
import { STORE_TYPES, managerDomain } from '../../../extension/core/registry/typed-data.ts';
import type { Blocks } from '../../../manager/blocks.ts';
import { DiskBlocks } from '../../../manager/disk-blocks.ts';
import type { Chain, SignedTransaction, TransactionStatus } from '../../../manager/chain.ts';
import type { Keeper } from '../../../manager/keeper/keeper.ts';
import { logOptions } from '../../../manager/log.ts';
import { Pins } from '../../../manager/pins.ts';
import { createServer, type ServerParts } from '../../../manager/server.ts';
import { createSponsor } from '../../../manager/sponsor.ts';
import { UploadGate } from '../../../manager/upload-gate.ts';

export const CHAIN_ID = 31_337;
export const REGISTRY = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
export const EARLIER = '0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512';
export const SPONSOR = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';

export interface Block {
  cid: CID;
  bytes: Uint8Array;
}

export async function rawBlock(text: string | Uint8Array): Promise<Block> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { bytes, cid: CID.createV1(0x55, await sha256.digest(bytes)) };
}

export async function cborBlock(value: unknown): Promise<Block> {
  const bytes = dagCbor.encode(value);
  return { bytes, cid: CID.createV1(0x71, await sha256.digest(bytes)) };
}

/** An entry as the wallet makes them: a root that links to two items. */
export async function entry(name = 'entry'): Promise<{ root: Block; items: [Block, Block]; blocks: Block[] }> {
  const items: [Block, Block] = [await rawBlock(`${name} item 1`), await rawBlock(`${name} item 2`)];
  const root = await cborBlock({ v: 1, name, items: items.map(({ cid }) => cid) });
  return { root, items, blocks: [root, ...items] };
}

export async function makeCar(roots: CID[], blocks: Block[]): Promise<Uint8Array<ArrayBuffer>> {
  const { writer, out } = CarWriter.create(roots);
  const writing = (async () => {
    for (const block of blocks) await writer.put(block);
    await writer.close();
  })();
  const parts: Uint8Array[] = [];
  for await (const part of out) parts.push(part);
  await writing;
  return Buffer.concat(parts);
}

export async function readCar(response: Response): Promise<{ roots: string[]; cids: string[] }> {
  const reader = await CarReader.fromBytes(new Uint8Array(await response.arrayBuffer()));
  const cids: string[] = [];
  for await (const { cid } of reader.blocks()) cids.push(cid.toString());
  return { roots: (await reader.getRoots()).map(String), cids };
}

export const seconds = (): number => Math.floor(Date.now() / 1000);

export interface AuthorizationChanges {
  at?: number;
  member?: string;
  chainId?: number;
}

export async function authorize(
  wallet: Pick<Wallet, 'address' | 'signTypedData'>,
  root: CID,
  changes: AuthorizationChanges = {},
): Promise<string> {
  const { at = seconds(), member = wallet.address, chainId = CHAIN_ID } = changes;
  const store = { root: hexlify(root.multihash.digest), at };
  const signature = await wallet.signTypedData(managerDomain(chainId, REGISTRY), STORE_TYPES, store);
  return `Salus ${Buffer.from(JSON.stringify({ member, at, signature })).toString('base64url')}`;
}

/** A chain in memory; tests set its fields. */
export class MemoryChain implements Chain {
  readonly members = new Set<string>();
  id = CHAIN_ID;
  failure: Error | undefined;
  estimateFailure: Error | undefined;
  broadcastFailure: Error | undefined;
  asked = 0;
  readonly sent: (SignedTransaction & { to?: string })[] = [];
  readonly statuses = new Map<string, TransactionStatus>();

  readonly sponsor = {
    address: SPONSOR,
    estimate: () => answer(50_000n, this.estimateFailure),
    sign: (to: string, data: string) =>
      answer({ hash: keccak256(`${data}${this.sent.length.toString(16).padStart(8, '0')}`), raw: data, to }),
    broadcast: (transaction: SignedTransaction) => {
      if (!this.broadcastFailure) {
        this.sent.push(transaction);
        this.statuses.set(transaction.hash, 'pending');
      }
      return answer(undefined, this.broadcastFailure);
    },
    status: (hash: string) => answer(this.statuses.get(hash) ?? 'unknown'),
  };

  isActive(member: string): Promise<boolean> {
    this.asked += 1;
    return answer(this.members.has(member), this.failure);
  }

  chainId(): Promise<number> {
    return answer(this.id, this.failure);
  }

  blockNumber(): Promise<number> {
    return answer(7, this.failure);
  }
}

function answer<T>(value: T, failure?: Error): Promise<T> {
  return failure ? Promise.reject(failure) : Promise.resolve(value);
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'salus-manager-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Manager extends Pick<ServerParts, 'pins' | 'gate'> {
  blocks: DiskBlocks;
  url: string;
  folder: string;
  chain: MemoryChain;
  member: Wallet;
  log: string[];
  /** Posts a CAR as `member`, unless the headers say otherwise. */
  upload(car: Uint8Array<ArrayBuffer>, authorization?: string): Promise<Response>;
  /** Signs for the first root and posts. */
  store(roots: CID[], blocks: Block[]): Promise<Response>;
}

/**
 * A manager on a free port with one member, whose files are deleted when the test ends.
 * @param elsewhere where its blocks are; on its disk otherwise
 */
export async function startManager(
  settings: Partial<ServerParts['config']> = {},
  folder?: string,
  keeper?: Keeper,
  elsewhere?: Blocks,
): Promise<Manager> {
  const dataDir = folder ?? (await temporaryFolder());
  const chain = new MemoryChain();
  const wallet = Wallet.createRandom();
  const member = new Wallet(wallet.privateKey);
  chain.members.add(member.address);
  const [blocks, pins] = await Promise.all([
    DiskBlocks.open(join(dataDir, 'blocks')),
    Pins.open(join(dataDir, 'pins')),
  ]);
  const gate = new UploadGate();
  const config: ServerParts['config'] = {
    port: 0,
    host: '127.0.0.1',
    dataDir,
    chainId: CHAIN_ID,
    registry: REGISTRY,
    earlier: [EARLIER],
    finality: 'finalized',
    fromBlock: 0,
    readsPerHour: 1_000,
    pinningOrigins: [],
    maxCarBytes: 1_000_000,
    maxBlockBytes: 10_000,
    minFreeBytes: 0,
    sponsorPerHour: 3,
    requestsPerMinute: 1_000,
    corsOrigins: ['*'],
    logLevel: 'info',
    ...settings,
  };
  const log: string[] = [];
  const logger = logOptions('info', { write: (line) => void log.push(line) });
  const sponsor = createSponsor(chain.sponsor, config.sponsorPerHour);
  const app = await createServer({
    config,
    blocks: elsewhere ?? blocks,
    pins,
    gate,
    chain,
    sponsor,
    ...(keeper && { keeper }),
    logger,
  });
  const url = await app.listen({ port: 0, host: config.host, listenTextResolver: () => 'listening' });
  onTestFinished(() => app.close());

  async function upload(car: Uint8Array<ArrayBuffer>, authorization?: string): Promise<Response> {
    return fetch(`${url}/v1/car`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.ipld.car', ...(authorization ? { authorization } : {}) },
      body: car,
    });
  }
  async function store(roots: CID[], blocksOfCar: Block[]): Promise<Response> {
    const [first] = roots;
    if (!first) throw new Error('no root');
    return upload(await makeCar(roots, blocksOfCar), await authorize(member, first));
  }
  return { url, folder: dataDir, blocks, pins, gate, chain, member, log, upload, store };
}

/** Status and code of a refusal; asserts its form. */
export async function refusal(
  response: Response,
): Promise<{ status: number; code: string; message: string; revert?: string }> {
  const body = (await response.json()) as { error: { code: string; message: string; revert?: string } };
  return { status: response.status, ...body.error };
}
