import { setTimeout as sleep } from 'node:timers/promises';
import * as CarBufferWriter from '@ipld/car/buffer-writer';
import type { CID } from 'multiformats/cid';
import { fromHex, random, toBase64, toHex } from '../../extension/core/bytes.ts';
import type { Keyring } from '../../extension/core/keys/keyring.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { KeyWork } from '../../extension/core/custody/key-work.ts';
import { PURPOSE_BITS } from '../../extension/core/consent/purposes.ts';
import type { RegistryClient } from '../../extension/core/registry/client.ts';
import { NonceKey, signTyped, type SignedCalls } from '../../extension/core/registry/signed-calls.ts';
import { managerDomain, READ_TYPES, registryDomain, STORE_TYPES } from '../../extension/core/registry/typed-data.ts';
import { cidOf, DAG_CBOR, digestOf, RAW } from '../../extension/core/storage/cid.ts';
import { sodiumGroup } from '../../manager/sodium-group.ts';

const WAIT_MS = 15_000;
/** How long is waited for a call that a manager took. */
const LANDED_MS = 60_000;
/** After an answer that did not come: the manager is on its way up. */
const PAUSE_MS = 100;

/** What managers said that they did. Numbers are those of the managers. */
export interface Acknowledged {
  readonly blocks: { readonly manager: number; readonly root: CID; readonly bytes: Uint8Array }[];
  readonly shares: { readonly manager: number; readonly keyring: string }[];
  /** Ids of the records, in the order in which they were asked for: no two requests have the same. */
  readonly openings: { readonly manager: number; readonly records: string }[];
  /** Requests that were answered, to be sent again. */
  readonly requests: { readonly manager: number; readonly body: unknown }[];
  /** Digests of the keyrings of signed calls that a manager took, in the order of their nonces. */
  readonly calls: { readonly manager: number; readonly keyring: string; readonly transaction: string }[];
}

export interface LoadParts {
  readonly network: Network;
  readonly keyring: Keyring;
  readonly client: RegistryClient;
  readonly calls: SignedCalls;
  /** Folder with the records, whose keys the managers keep. */
  readonly folder: number;
  readonly records: readonly string[];
  /** Newest block. */
  readonly newest: () => Promise<{ readonly number: number; readonly hash: string }>;
}

/** Sends one request. @returns undefined where no answer came */
async function post(url: string, body: BodyInit, headers: Record<string, string>) {
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(WAIT_MS) });
    return { status: response.status, body: (await response.json()) as unknown };
  } catch {
    return undefined;
  }
}

/**
 * Has managers take blocks, shares, readings and calls, all at the same time and without an end, and writes down what they acknowledged.
 * @returns what was acknowledged until `signal` was aborted
 */
export async function load(parts: LoadParts, signal: AbortSignal): Promise<Acknowledged> {
  const { network, keyring, calls, client, folder, records, newest } = parts;
  const { chainId, registry, managers } = network;
  const done: Acknowledged = { blocks: [], shares: [], openings: [], requests: [], calls: [] };
  const group = await sodiumGroup();
  const json = { 'content-type': 'application/json' };
  const urlOf = (manager: number): string => managers[manager] ?? '';
  const keepers = network.custody?.keepers ?? [];
  const each = managers.map((_, manager) => manager);

  const authorization = (root: CID): string => {
    const at = Math.floor(Date.now() / 1_000);
    const message = { root: toHex(digestOf(root)), at };
    const signature = signTyped(keyring.account, managerDomain(chainId, registry), STORE_TYPES, message);
    return `Salus ${Buffer.from(JSON.stringify({ member: keyring.address, at, signature })).toString('base64url')}`;
  };

  async function blocks(manager: number): Promise<void> {
    const bytes = random(20_000);
    const root = await cidOf(RAW, bytes);
    const block = { cid: root, bytes };
    const roots = { roots: [root] };
    const length = CarBufferWriter.headerLength(roots) + CarBufferWriter.blockLength(block);
    const writer = CarBufferWriter.createWriter(new ArrayBuffer(length), roots);
    writer.write(block);
    const headers = { 'content-type': 'application/vnd.ipld.car', authorization: authorization(root) };
    const answer = await post(`${urlOf(manager)}/v1/car`, Uint8Array.from(writer.close()), headers);
    if (answer?.status === 201) done.blocks.push({ manager, root, bytes });
    else await sleep(PAUSE_MS);
  }

  async function shares(): Promise<void> {
    const dealt = await new KeyWork(group).deal({
      chainId,
      registry,
      patient: keyring.address,
      threshold: network.custody?.threshold ?? 1,
      keepers: keepers.map(({ account, key }) => ({ account, key: fromHex(key) })),
      folders: [{ folder, epoch: 0, seed: await keyring.folderSeed(network, folder, 0) }],
    });
    const cid = await cidOf(DAG_CBOR, dealt.keyring);
    const kept = await Promise.all(
      keepers.map(async (_, manager) => {
        const of = (dealt.shares[manager] ?? []).map(({ capsule, ...place }) => ({
          ...place,
          capsule: toBase64(capsule),
        }));
        const body = { registry: registry.toLowerCase(), keyring: toBase64(dealt.keyring), shares: of };
        const headers = { ...json, authorization: authorization(cid) };
        const answer = await post(`${urlOf(manager)}/v1/shares`, JSON.stringify(body), headers);
        return answer?.status === 200;
      }),
    );
    // What is not anchored makes way for newer ones: so each is, and one after the other.
    if (kept.every(Boolean)) await anchor(digestOf(cid));
    else await sleep(PAUSE_MS);
  }

  /** Has a keyring count, by a signed call that one of the managers brings. */
  async function anchor(digest: Uint8Array): Promise<void> {
    const keyringHex = toHex(digest);
    const nonce = await client.nonce(keyring.address, NonceKey.Keyring);
    const data = await calls.setKeyring([folder], digest);
    const manager = Math.floor(Math.random() * managers.length);
    const answer = await post(`${urlOf(manager)}/v1/sponsor`, JSON.stringify({ calls: [data], registry }), json);
    if (answer?.status !== 202) return sleep(PAUSE_MS);
    const { transactionHash: transaction } = answer.body as { transactionHash: string };
    done.calls.push({ manager, keyring: keyringHex, transaction });
    for (const one of each) done.shares.push({ manager: one, keyring: keyringHex });
    // The next one has the next nonce: this one must be there first, whoever was killed meanwhile.
    const isThere = async () => (await client.nonce(keyring.address, NonceKey.Keyring)) !== nonce;
    for (const end = Date.now() + LANDED_MS; Date.now() < end && !signal.aborted; await sleep(PAUSE_MS))
      if (await isThere()) return;
  }

  let pair = 0;
  async function openings(manager: number): Promise<void> {
    const keeper = keepers[manager];
    const [a, b] = [Math.floor(pair / records.length), pair % records.length];
    pair += 1;
    if (keeper === undefined || a === b) return;
    const asked = [records[a % records.length] ?? '', records[b] ?? ''];
    const { number: blockNumber, hash: blockHash } = await newest();
    const who = keyring.address.toLowerCase();
    const message = {
      signer: who,
      patient: who,
      folder,
      records: asked,
      purpose: PURPOSE_BITS.TREAT,
      manager: keeper.account,
      blockNumber,
      blockHash,
      nonce: toHex(random(32)),
    };
    const signature = signTyped(keyring.account, registryDomain(chainId, registry), READ_TYPES, message);
    const body = { registry: registry.toLowerCase(), ...message, signature };
    const answer = await post(`${urlOf(manager)}/v1/read`, JSON.stringify(body), json);
    if (answer?.status !== 200) return sleep(PAUSE_MS);
    done.openings.push({ manager, records: asked.join() });
    done.requests.push({ manager, body });
  }

  const again = async (work: () => Promise<void>): Promise<void> => {
    while (!signal.aborted) await work();
  };
  await Promise.all([
    again(shares),
    ...each.map((manager) => again(() => blocks(manager))),
    ...each.map((manager) => again(() => openings(manager))),
  ]);
  return done;
}
