import { join } from 'node:path';
import { Wallet, hexlify, type JsonRpcSigner } from 'ethers';
import * as v from 'valibot';
import { onTestFinished } from 'vitest';
import { fromHex, random, toBase64, toHex, type Bytes } from '../../../extension/core/bytes.ts';
import { deal } from '../../../extension/core/custody/dealing.ts';
import { combine, ownEntryKey, type EntryPlace } from '../../../extension/core/custody/entry-key.ts';
import {
  decodeReply,
  SealedReplySchema,
  type KeeperReply,
  type ReadRequest,
  type SealRequest,
} from '../../../extension/core/custody/keeper-messages.ts';
import { encodeKeyring, sharePlace, type KeyringObject } from '../../../extension/core/custody/keyring-object.ts';
import { sealShare } from '../../../extension/core/custody/share-capsule.ts';
import { eciesOpen } from '../../../extension/core/keys/ecies.ts';
import { evenKey, type EncryptionKey } from '../../../extension/core/keys/keyring.ts';
import { Right, Role } from '../../../extension/core/registry/abi.ts';
import {
  managerDomain,
  READ_TYPES,
  registryDomain,
  SEAL_TYPES,
  STORE_TYPES,
} from '../../../extension/core/registry/typed-data.ts';
import type { Peer } from '../../../manager/config.ts';
import { openKeeper, type Keeper } from '../../../manager/keeper/keeper.ts';
import { keeperKeys } from '../../../manager/keeper/keys.ts';
import { openSqlite } from '../../../manager/keeper/sqlite.ts';
import type { KeeperStore } from '../../../manager/keeper/store.ts';
import { sodiumGroup } from '../../../manager/keeper/sodium-group.ts';
import { CHAIN_ID, startEvm, type Registry } from '../core/evm.ts';
import { seconds, startManager, temporaryFolder, type Manager } from './fixtures.ts';
import { serveHttp } from './http-service.ts';

export const FOLDER = 0x01_02_03_04_05_06;
export const TREAT = 1;
export const RESEARCH = 32;
const HOUR = 3_600;
/** Longest that a manager takes to answer, the machine being busy. */
const ANSWER_MS = 10_000;

export interface Party {
  readonly signer: JsonRpcSigner;
  /** In lower case. */
  readonly address: string;
  readonly encryption: EncryptionKey;
}

export interface KeeperManager extends Manager {
  readonly keeper: Keeper;
  readonly sponsorKey: string;
  /** In lower case. */
  readonly account: string;
  /** Where its files are, and where its peers find it. */
  readonly folder: string;
  readonly relay: Relay;
  /** As another process sees the file. */
  peek<T>(look: (store: KeeperStore) => Promise<T>): Promise<T>;
  /** The process ends, and another begins. @param between what happens to its files meanwhile */
  restart(between?: () => Promise<void>): Promise<KeeperManager>;
}

export interface Dealt {
  readonly keyring: KeyringObject;
  readonly digest: Bytes;
  readonly bytes: Bytes;
  /** By `folder/epoch`. */
  readonly secrets: ReadonlyMap<string, Bytes>;
  /** By `folder/epoch`, by manager. */
  readonly values: ReadonlyMap<string, readonly Bytes[]>;
  /** Body for one of the managers. */
  bodyFor(manager: KeeperManager): Promise<DealBody>;
}

export interface DealBody {
  registry: string;
  keyring: string;
  shares: { folder: number; epoch: number; capsule: string }[];
}

/** A chain in this process that answers over HTTP, as a node does, until it is told not to. */
export async function serveChain(send: (method: string, params: unknown[]) => Promise<unknown>) {
  const node = {
    url: '',
    isDown: false,
    asked: [] as { method: string; params: unknown[] }[],
    /** What happens once a question was answered and before the answer leaves. */
    after: undefined as ((method: string, params: unknown[]) => Promise<void>) | undefined,
    /** What is answered in place of what the chain says. */
    instead: undefined as ((method: string, params: unknown[]) => unknown) | undefined,
  };
  node.url = await serveHttp(async ({ body }) => {
    const call = JSON.parse(body.toString()) as Call | Call[];
    const answers = Array.isArray(call) ? await Promise.all(call.map(answer)) : await answer(call);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answers) };
  });
  return node;

  async function answer(call: Call) {
    if (node.isDown) throw new Error('the node is down');
    node.asked.push(call);
    const given = await Promise.resolve(node.instead?.(call.method, call.params) ?? send(call.method, call.params))
      .then((result) => ({ result }))
      .catch(() => ({ error: { code: -32_000, message: 'refused' } }));
    await node.after?.(call.method, call.params);
    return { jsonrpc: '2.0', id: call.id, ...given };
  }
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

export interface Relay {
  readonly url: string;
  /** Where it leads. */
  target: string;
  isDown: boolean;
  /** Bodies of what went to and fro. */
  readonly bodies: Buffer[];
}

/** An address that leads to a manager, which may be started anew behind it. */
export async function startRelay(): Promise<Relay> {
  const relay: { -readonly [K in keyof Relay]: Relay[K] } = { url: '', target: '', isDown: false, bodies: [] };
  relay.url = await serveHttp(async ({ method, url, headers, body }) => {
    if (relay.isDown) throw new Error('nobody is there');
    const sent: Record<string, string> = { 'content-type': headers['content-type'] ?? 'text/plain' };
    if (headers.authorization !== undefined) sent['authorization'] = headers.authorization;
    const init = method === 'GET' ? {} : { method, body: Uint8Array.from(body), headers: sent };
    const answer = await fetch(`${relay.target}${url.pathname}${url.search}`, init);
    const type = { 'content-type': answer.headers.get('content-type') ?? '' };
    const given = await answer.bytes();
    relay.bodies.push(body, Buffer.from(given));
    return { status: answer.status, headers: type, body: given };
  });
  return relay;
}

/** @throws Error that says what was waited for */
export async function post(
  url: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: text,
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error: unknown) => {
    throw new Error(`waited ${ANSWER_MS} ms for the manager to answer ${path}`, { cause: error });
  });
}

interface WorldOptions {
  readonly managers?: number;
  readonly finality?: 'latest' | 'finalized' | number;
  readonly readsPerHour?: number;
  /** Registries that came before the newest. */
  readonly earlier?: number;
  /** Whether they cosign the heads of one another's logs. */
  readonly arePeers?: boolean;
  /** Whether they report who asks without consent. */
  readonly report?: boolean;
}

/** A chain with a registry, a patient, a doctor with no grant yet, and managers that keep shares. */
export async function keeperWorld({
  managers: count = 1,
  finality = 'latest',
  readsPerHour = 10_000,
  earlier = 0,
  arePeers = false,
  report = true,
}: WorldOptions = {}) {
  const evm = await startEvm();
  const olderOnes: Registry[] = [];
  for (let i = 0; i < earlier; i++) olderOnes.push(await evm.deploy());
  const registry = await evm.deploy();
  const address = registry.network.registry.toLowerCase();
  const group = await sodiumGroup();
  const node = await serveChain((method, params) => evm.provider.send(method, params));
  const party = (signer: JsonRpcSigner): Party => ({
    signer,
    address: signer.address.toLowerCase(),
    encryption: evenKey(random(32)),
  });
  const patient = party(evm.next());
  const doctor = party(evm.next());
  async function enter(who: Party, at = registry): Promise<void> {
    await at.as(who.signer).getFunction('join').send(toHex(who.encryption.publicX));
  }
  async function hire(who: Party, at = registry): Promise<void> {
    await at.as(evm.who.hospital).getFunction('enrol').send(who.address, Role.Doctor);
    await at.as(who.signer).getFunction('setKey').send(toHex(who.encryption.publicX));
  }
  await enter(patient);
  await hire(doctor);

  const peers: Peer[] = [];
  async function start(folder: string, sponsorKey: string, keeperSecret: string, relay: Relay): Promise<KeeperManager> {
    const settings = {
      registry: registry.network.registry,
      earlier: olderOnes.map(({ network }) => network.registry),
      finality,
      fromBlock: 0,
      readsPerHour,
    };
    const config = {
      ...settings,
      report,
      peers,
      dataDir: folder,
      rpcUrl: node.url,
      chainId: CHAIN_ID,
      sponsorKey,
      keeperSecret,
    };
    const keeper = await openKeeper(config);
    let isOpen = true;
    const close = async () => {
      if (isOpen) await keeper.close();
      isOpen = false;
    };
    onTestFinished(close);
    const manager = await startManager(settings, folder, keeper);
    relay.target = manager.url;
    return {
      ...manager,
      keeper,
      sponsorKey,
      relay,
      account: keeper.account.toLowerCase(),
      async peek(look) {
        const store = openSqlite(join(folder, 'keeper.sqlite'));
        try {
          return await look(store);
        } finally {
          await store.close();
        }
      },
      async restart(between) {
        await close();
        await between?.();
        return start(folder, sponsorKey, keeperSecret, relay);
      },
    };
  }
  const managers: KeeperManager[] = [];
  const made = await Promise.all(
    Array.from({ length: count }, async () => {
      return { key: Wallet.createRandom().privateKey, secret: toHex(random(32)), relay: await startRelay() };
    }),
  );
  if (arePeers) {
    for (const { key, secret, relay } of made) {
      const { log } = await keeperKeys(secret);
      peers.push({ url: relay.url, account: new Wallet(key).address.toLowerCase(), log: toHex(log) });
    }
  }
  for (const { key, secret, relay } of made) managers.push(await start(await temporaryFolder(), key, secret, relay));

  /** Deals fresh secrets, 2 of 3 or as many as there are managers. */
  async function dealt(
    folders: readonly { folder: number; epoch: number }[] = [{ folder: FOLDER, epoch: 0 }],
    changes: Partial<KeyringObject> & { readonly secrets?: ReadonlyMap<string, Bytes> } = {},
  ): Promise<Dealt> {
    const { secrets: given, ...fields } = changes;
    const [n, k] = [managers.length, Math.min(2, managers.length)];
    const secrets = new Map<string, Bytes>();
    const values = new Map<string, Bytes[]>();
    const inKeyring: KeyringObject['folders'] = folders.map(({ folder, epoch }) => {
      const name = `${folder}/${epoch}`;
      const secret = given?.get(name) ?? group.scalarFrom(random(64));
      const { commitments, shares } = deal(group, secret, { k, n });
      secrets.set(name, secret);
      values.set(
        name,
        shares.map(({ value }) => value),
      );
      return { folder, epoch, commitments: [...commitments] };
    });
    const keyring: KeyringObject = {
      v: 1,
      context: 'salus/keyring/v2',
      chainId: CHAIN_ID,
      registry: address,
      patient: patient.address,
      split: Math.floor(Math.random() * 0xffff_ffff),
      k,
      managers: managers.map(({ account }) => account),
      folders: inKeyring,
      ...fields,
    };
    const { cid, bytes } = await encodeKeyring(keyring);
    async function bodyFor(manager: KeeperManager): Promise<DealBody> {
      const at = managers.findIndex(({ account }) => account === manager.account);
      const shares: DealBody['shares'] = [];
      for (const { folder, epoch } of keyring.folders) {
        const place = sharePlace(keyring, { manager: manager.account, folder, epoch });
        const value = values.get(`${folder}/${epoch}`)?.[at];
        if (place === undefined || value === undefined) continue;
        const capsule = await sealShare(fromHex(manager.keeper.key), value, place);
        shares.push({ folder, epoch, capsule: toBase64(capsule) });
      }
      return { registry: keyring.registry, keyring: toBase64(bytes), shares };
    }
    return { keyring, bytes, digest: Uint8Array.from(cid.multihash.digest), secrets, values, bodyFor };
  }

  /** The authorization header of a dealing. */
  async function authorize(who: Party, digest: Bytes, at = seconds(), of = address): Promise<string> {
    const store = { root: hexlify(digest), at };
    const signature = await who.signer.signTypedData(managerDomain(CHAIN_ID, of), STORE_TYPES, store);
    const payload = JSON.stringify({ member: who.signer.address, at, signature });
    return `Salus ${Buffer.from(payload).toString('base64url')}`;
  }
  async function hand(manager: KeeperManager, of: Dealt, body?: DealBody, who = patient): Promise<Response> {
    const authorization = await authorize(who, of.digest, seconds(), of.keyring.registry);
    return post(manager.url, '/v1/shares', body ?? (await of.bodyFor(manager)), { authorization });
  }
  /** Says on chain who keeps the folders. */
  async function anchor(of: Dealt, folders: readonly number[] = [FOLDER], at = registry): Promise<void> {
    await at.as(patient.signer).getFunction('setKeyring').send(folders, of.digest);
  }
  async function rotate(keyring: Bytes = new Uint8Array(32), voids = false): Promise<void> {
    await registry.as(patient.signer).getFunction('rotate').send([FOLDER], voids, keyring);
  }
  /** Deals to all managers, and anchors. */
  async function entrust(...args: Parameters<typeof dealt>): Promise<Dealt> {
    const made = await dealt(...args);
    for (const manager of managers) {
      const answer = await hand(manager, made);
      if (answer.status !== 200) throw new Error(`the dealing was answered with ${answer.status}`);
    }
    await anchor(made, [...new Set(made.keyring.folders.map(({ folder }) => folder))]);
    return made;
  }

  interface Added extends EntryPlace {
    readonly id: string;
  }
  async function add(
    author: Party,
    { folder = FOLDER, epoch = 0, of = patient, commitment = random(32), cid = random(32), at = registry } = {},
  ): Promise<Added> {
    const entry = { folder, cid, epoch, commitment };
    const response = await at.as(author.signer).getFunction('addRecord').send(entry, of.address);
    const receipt = await response.wait();
    const id = receipt?.logs[0]?.topics[1] ?? '';
    const of_ = at.network.registry.toLowerCase();
    return {
      id,
      chainId: CHAIN_ID,
      registry: of_,
      patient: of.address,
      folder,
      epoch,
      author: author.address,
      commitment,
    };
  }
  async function grant(
    to: Party,
    { folder = FOLDER, rights = Right.Read, purposes = TREAT, lasts = HOUR, at = registry }: GrantTerms = {},
  ): Promise<void> {
    const { timestamp } = (await evm.provider.getBlock('latest'))!;
    const terms = { grantee: to.address, folder, from: 0, until: timestamp + lasts, purposes, rights };
    await at.as(patient.signer).getFunction('grant').send([terms], random(32));
  }
  const revoke = (from: Party) => registry.as(patient.signer).getFunction('revoke').send(from.address, [FOLDER]);
  async function head(): Promise<{ blockNumber: number; blockHash: string }> {
    const block = (await evm.provider.send('eth_getBlockByNumber', ['latest', false])) as {
      number: string;
      hash: string;
    };
    return { blockNumber: Number(block.number), blockHash: block.hash };
  }

  type Message<T> = Omit<T, 'signature'>;
  async function common(who: Party, manager: KeeperManager) {
    const ids = { registry: address, signer: who.address, patient: patient.address, folder: FOLDER };
    return { ...ids, manager: manager.account, ...(await head()), nonce: toHex(random(32)) };
  }
  /** A signed wish to read. @param changes to what is signed */
  async function readOf(
    who: Party,
    manager: KeeperManager,
    records: readonly string[],
    changes: Partial<Message<ReadRequest>> = {},
  ): Promise<ReadRequest> {
    const whole = { ...(await common(who, manager)), records: [...records], purpose: TREAT, ...changes };
    const { registry: of, ...message } = whole;
    return { ...whole, signature: await who.signer.signTypedData(registryDomain(CHAIN_ID, of), READ_TYPES, message) };
  }
  async function sealOf(
    who: Party,
    manager: KeeperManager,
    commitments: readonly string[],
    changes: Partial<Message<SealRequest>> = {},
  ): Promise<SealRequest> {
    const whole = { ...(await common(who, manager)), commitments: [...commitments], ...changes };
    const { registry: of, ...message } = whole;
    return { ...whole, signature: await who.signer.signTypedData(registryDomain(CHAIN_ID, of), SEAL_TYPES, message) };
  }
  async function read(who: Party, manager: KeeperManager, ...rest: RestOf<typeof readOf>): Promise<Response> {
    return post(manager.url, '/v1/read', await readOf(who, manager, ...rest));
  }
  async function seal(who: Party, manager: KeeperManager, ...rest: RestOf<typeof sealOf>): Promise<Response> {
    return post(manager.url, '/v1/seal', await sealOf(who, manager, ...rest));
  }

  /** Keys of entries from what managers answered, which must be of one epoch. */
  function keysFrom(
    of: Dealt,
    entries: readonly EntryPlace[],
    replies: readonly (readonly [KeeperManager, KeeperReply])[],
    epoch = 0,
  ) {
    const folder = of.keyring.folders.find((f) => f.folder === FOLDER && f.epoch === epoch)!;
    const answers = replies.map(([manager, reply]) => ({
      keeper: of.keyring.managers.indexOf(manager.account) + 1,
      ...reply.parts.find((part) => part.epoch === epoch)!,
    }));
    return combine(group, folder.commitments, entries, answers);
  }
  const ownKey = (of: Dealt, entry: EntryPlace) =>
    ownEntryKey(group, of.secrets.get(`${entry.folder}/${entry.epoch}`)!, entry);

  return {
    ...{ evm, registry, address, group, node, patient, doctor, managers, party, enter, hire, start, olderOnes },
    ...{ dealt, authorize, hand, anchor, rotate, entrust, add, grant, revoke, head, readOf, sealOf, read, seal },
    ...{ keysFrom, ownKey },
  };
}

interface GrantTerms {
  readonly folder?: number;
  readonly rights?: number;
  readonly purposes?: number;
  /** Seconds. */
  readonly lasts?: number;
  readonly at?: Registry;
}
type RestOf<F> = F extends (who: Party, manager: KeeperManager, ...rest: infer R) => unknown ? R : never;

/** What a manager answered, opened as its reader opens it. @throws Error where it was refused */
export async function replyOf(response: Response, reader: Party): Promise<KeeperReply> {
  if (response.status !== 200) throw new Error(`refused: ${response.status} ${await response.text()}`);
  const { sealed } = v.parse(SealedReplySchema, await response.json());
  return decodeReply(await eciesOpen(reader.encryption.secret, sealed));
}
