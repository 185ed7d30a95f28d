import { setTimeout as sleep } from 'node:timers/promises';
import type { CID } from 'multiformats/cid';
import { random, toHex } from '../../extension/core/bytes.ts';
import type { Keyring } from '../../extension/core/keys/keyring.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import type { RegistryClient } from '../../extension/core/registry/client.ts';
import { NonceKey, type SignedCalls } from '../../extension/core/registry/signed-calls.ts';
import { cidOf, digestOf, RAW } from '../../extension/core/storage/cid.ts';
import { authorization, carOf, dealingOf, readRequest } from '../../bench/scale/sent.ts';

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
  const { registry, managers } = network;
  const done: Acknowledged = { blocks: [], shares: [], openings: [], requests: [], calls: [] };
  const json = { 'content-type': 'application/json' };
  const urlOf = (manager: number): string => managers[manager] ?? '';
  const keepers = network.custody?.keepers ?? [];
  const each = managers.map((_, manager) => manager);

  async function blocks(manager: number): Promise<void> {
    const bytes = random(20_000);
    const root = await cidOf(RAW, bytes);
    const headers = {
      'content-type': 'application/vnd.ipld.car',
      authorization: authorization(network, keyring, root),
    };
    const answer = await post(`${urlOf(manager)}/v1/car`, carOf(root, [{ cid: root, bytes }]), headers);
    if (answer?.status === 201) done.blocks.push({ manager, root, bytes });
    else await sleep(PAUSE_MS);
  }

  async function shares(): Promise<void> {
    const {
      keyring: { cid },
      bodies,
    } = await dealingOf(network, keyring, [folder]);
    const headers = { ...json, authorization: authorization(network, keyring, cid) };
    const answers = await Promise.all(
      bodies.map((body, manager) => post(`${urlOf(manager)}/v1/shares`, body, headers)),
    );
    // What is not anchored makes way for newer ones: so each is, and one after the other.
    if (answers.every((answer) => answer?.status === 200)) await anchor(digestOf(cid));
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

  let turn = 0;
  /** Three records of those there are: as many lists as there are ways to choose them, none of them twice. */
  function nextList(): readonly string[] {
    const n = records.length;
    for (;;) {
      const [a, b, c] = [turn % n, Math.floor(turn / n) % n, Math.floor(turn / (n * n))];
      if (c >= n)
        throw new Error('every list of records was asked for: there must be more records for a run this long');
      turn += 1;
      if (a !== b && b !== c && a !== c) return [a, b, c].map((i) => records[i] ?? '');
    }
  }
  async function openings(manager: number): Promise<void> {
    const keeper = keepers[manager];
    if (keeper === undefined) return;
    const asked = nextList();
    const reading = { folder, records: asked, manager: keeper.account, block: await newest() };
    const body = readRequest(network, keyring, reading);
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
