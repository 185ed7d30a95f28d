import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CarReader, CarWriter } from '@ipld/car';
import * as dagCbor from '@ipld/dag-cbor';
import { Wallet, hexlify, keccak256, toBeHex } from 'ethers';
import { CID } from 'multiformats/cid';
import { sha256 } from 'multiformats/hashes/sha2';
import { onTestFinished } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { STORE_TYPES, managerDomain } from '../../../extension/core/registry/typed-data.ts';
import type { Blocks } from '../../../manager/blocks/blocks.ts';
import { DiskBlocks } from '../../../manager/blocks/disk.ts';
import type { Chain, SignedTransaction, TransactionStatus, Unsigned } from '../../../manager/chain.ts';
import type { Keeper } from '../../../manager/keeper/keeper.ts';
import { openLinkStore } from '../../../manager/links/sqlite-links.ts';
import { logOptions } from '../../../manager/log.ts';
import { openManagerStore } from '../../../manager/manager-store.ts';
import { createLettingGo } from '../../../manager/blocks/withdrawn.ts';
import { Pins } from '../../../manager/blocks/pins.ts';
import { createServer, type ServerParts } from '../../../manager/server.ts';
import { createSponsor, type Sponsor } from '../../../manager/sponsor/sponsor.ts';
import { UploadGate } from '../../../manager/uploads/gate.ts';
import { UploadQuotas } from '../../../manager/uploads/quota.ts';

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

type Sent = SignedTransaction & { to: string; nonce: number };

/** A chain in memory; tests set its fields. */
export class MemoryChain implements Chain {
  readonly members = new Set<string>();
  id = CHAIN_ID;
  failure: Error | undefined;
  estimateFailure: Error | undefined;
  broadcastFailure: Error | undefined;
  asked = 0;
  readonly sent: Sent[] = [];
  readonly statuses = new Map<string, TransactionStatus>();

  /** Accounts that the registry has let in at some time, with what they are. */
  readonly known = new Map<string, Role>();
  /** Nonces that were used, by account and key. */
  readonly used = new Map<string, bigint>();
  /** Transactions of the sponsor's account in blocks. */
  mined = 0;
  /** Wei per gas that the network asks for. */
  fee = 2n;
  readonly signed = new Map<string, Sent>();
  /** What an estimate waits for. */
  estimating: Promise<void> = Promise.resolve();

  readonly sponsor = {
    address: SPONSOR,
    estimate: async () => {
      await this.estimating;
      return answer(this.gas, this.estimateFailure);
    },
    standings: (_to: string, asked: readonly { account: string; nonceKey: bigint }[]) =>
      answer(
        asked.map(({ account, nonceKey }) => {
          const role = this.known.get(account);
          const nonce = (nonceKey << 64n) | (this.used.get(`${account} ${nonceKey}`) ?? 0n);
          return { nonce, role: role ?? Role.None, memberships: role === undefined ? 0 : 1 };
        }),
        this.failure,
      ),
    isSignedByCode: (_to: string, signer: string, _digest: string, signature: string) => {
      this.codeAsked += 1;
      return answer(this.signers.has(`${signer} ${signature}`), this.failure);
    },
    fees: () => answer({ needed: this.fee, maxFeePerGas: 2n * this.fee, maxPriorityFeePerGas: 1n }),
    nonces: () => answer({ mined: this.mined, pending: Math.max(this.mined, ...this.sent.map((t) => t.nonce + 1)) }),
    sign: ({ to, data, nonce, maxFeePerGas }: Unsigned) => {
      const hash = keccak256(`${data}${toBeHex(nonce, 4).slice(2)}${toBeHex(maxFeePerGas, 8).slice(2)}`);
      const signed = { hash, raw: data, to, nonce };
      this.signed.set(hash, signed);
      return answer(signed);
    },
    broadcast: (transaction: SignedTransaction) => {
      if (!this.broadcastFailure) {
        this.sent.push(this.signed.get(transaction.hash)!);
        this.statuses.set(transaction.hash, 'pending');
      }
      return answer(undefined, this.broadcastFailure);
    },
    outcome: (hash: string) => answer({ status: this.statuses.get(hash) ?? ('unknown' as const), cost: this.cost }),
  };
  /** Questions to the code of accounts, and the signatures that it takes, each as `account signature`. */
  codeAsked = 0;
  readonly signers = new Set<string>();
  gas = 50_000n;
  /** Wei that a transaction in a block cost. */
  cost = 0n;

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
  sponsor: Sponsor;
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
  /** What it uses instead of the chain in memory and blocks on its disk. */
  { chain: real, blocks: elsewhere }: { readonly chain?: Chain; readonly blocks?: Blocks } = {},
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
    report: true,
    pinningOrigins: [],
    peers: [],
    anchorEveryMinutes: 0,
    maxCarBytes: 1_000_000,
    maxBlockBytes: 10_000,
    minFreeBytes: 0,
    minUploadBytesPerSecond: 1_000,
    uploadGraceSeconds: 30,
    uploadBytesPerDay: 100_000_000,
    uploadBlocksPerDay: 100_000,
    uploadRootsPerDay: 10_000,
    uploadBytesInAll: 100_000_000,
    uploadBlocksInAll: 100_000,
    uploadRootsInAll: 10_000,
    sponsorPerHour: 3,
    maxFeePerGas: 1_000n,
    sponsorWeiPerSigner: 10n ** 18n,
    sponsorWeiPerAddress: 10n ** 18n,
    sponsorWeiPerDay: 10n ** 18n,
    sponsorWeiInAll: 10n ** 18n,
    sponsorWeiForEnding: 10n ** 18n,
    joinWork: 4,
    proxies: 0,
    requestsPerMinute: 1_000,
    corsOrigins: ['*'],
    logLevel: 'info',
    ...settings,
  };
  const log: string[] = [];
  const logger = logOptions('info', { write: (line) => void log.push(line) });
  const store = openManagerStore(join(dataDir, 'manager.sqlite'));
  const rows = store.outgoing(`${CHAIN_ID}/${SPONSOR}`);
  const sponsor = createSponsor({ account: (real ?? chain).sponsor, rows, config });
  const links = openLinkStore(join(dataDir, 'links.sqlite'));
  const quotas = new UploadQuotas(config, store.uploads);
  const lettingGoOf = (of: Keeper) =>
    createLettingGo({
      blocks: elsewhere ?? blocks,
      pins,
      withdrawn: (after) => of.withdrawnRoots(after),
      isWithdrawn: (root) => of.isWithdrawn(root),
      onLetGo: () => undefined,
    });
  const parts = {
    config,
    blocks: elsewhere ?? blocks,
    pins,
    gate,
    quotas,
    chain: real ?? chain,
    sponsor,
    links: links.rows,
    ...(keeper && { keeper, lettingGo: lettingGoOf(keeper) }),
    logger,
  };
  const app = await createServer(parts);
  const url = await app.listen({ port: 0, host: config.host, listenTextResolver: () => 'listening' });
  onTestFinished(async () => {
    await app.close();
    store.close();
    links.close();
  });

  async function upload(car: Uint8Array<ArrayBuffer>, authorization?: string): Promise<Response> {
    return fetch(`${url}/v1/car`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.ipld.car', ...(authorization ? { authorization } : {}) },
      body: car,
    });
  }
  async function storeAll(roots: CID[], blocksOfCar: Block[]): Promise<Response> {
    const [first] = roots;
    if (!first) throw new Error('no root');
    return upload(await makeCar(roots, blocksOfCar), await authorize(member, first));
  }
  return { url, folder: dataDir, blocks, pins, gate, chain, member, log, sponsor, upload, store: storeAll };
}

/** Status and code of a refusal; asserts its form. */
export async function refusal(
  response: Response,
): Promise<{ status: number; code: string; message: string; revert?: string }> {
  const body = (await response.json()) as { error: { code: string; message: string; revert?: string } };
  return { status: response.status, ...body.error };
}
