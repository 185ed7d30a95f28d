import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Wallet } from 'ethers';
import { describe, expect, test, vi } from 'vitest';
import { fromBase64, fromHex, random, toBase64, toHex, type Bytes } from '../../../extension/core/bytes.ts';
import { cosignedAt, parseCheckpoint, signCheckpoint } from '../../../extension/core/custody/checkpoint.ts';
import { decodeLogReply } from '../../../extension/core/custody/keeper-messages.ts';
import { logOrigin } from '../../../extension/core/custody/openings-log.ts';
import { eciesOpen } from '../../../extension/core/keys/ecies.ts';
import { verifyConsistency } from '../../../extension/core/merkle.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { LOG_TYPES, managerDomain } from '../../../extension/core/registry/typed-data.ts';
import { openKeeper } from '../../../manager/keeper/keeper.ts';
import { keeperKeys } from '../../../manager/keeper/keys.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { refusal, startManager, temporaryFolder } from './fixtures.ts';
import { keeperWorld, post, type KeeperManager } from './keeper-world.ts';

/** Managers that cosign one another's heads, and a record that its patient opens. */
async function scene(managers = 2) {
  const world = await keeperWorld({ managers, arePeers: true });
  await world.entrust();
  const { id } = await world.add(world.patient);
  const open = async (manager: KeeperManager) => world.read(world.patient, manager, [id]);
  const originOf = (manager: KeeperManager) => logOrigin(CHAIN_ID, world.address, manager.account);
  /** What the patient is told. */
  const told = async (manager: KeeperManager, after = 0, head = 0) => {
    const message = { signer: world.patient.address, manager: manager.account, after, head };
    const domain = managerDomain(CHAIN_ID, world.address);
    const signature = await world.patient.signer.signTypedData(domain, LOG_TYPES, message);
    return post(manager.url, '/v1/log', { registry: world.address, ...message, signature });
  };
  const replyOf = async (response: Response) => {
    const { sealed } = (await response.json()) as { sealed: string };
    return decodeLogReply(await eciesOpen(world.patient.encryption.secret, fromBase64(sealed)));
  };
  /** Sets a log's head down on the chain, as the manager that it is of. */
  const anchor = async (manager: KeeperManager) => {
    await world.registry.as(world.evm.who.registrar).getFunction('enrol').send(manager.account, Role.EhrManager);
    const signer = await world.evm.impersonate(manager.account);
    return manager.keeper.anchor({
      account: { estimate: () => Promise.resolve(50_000n) },
      outbox: {
        known: () => Promise.resolve(undefined),
        send: async ({ to, data }) => (await signer.sendTransaction({ to, data })).hash,
      },
    });
  };
  return { ...world, id, open, originOf, told, replyOf, anchor };
}
const logKey = (manager: KeeperManager) => fromHex(manager.keeper.logKey);

describe('the head of a log', () => {
  test('is cosigned by the others soon after an opening, and the patient is given their word', async () => {
    const { managers, open, originOf, told, replyOf } = await scene(3);
    const [a, b, c] = managers as [KeeperManager, KeeperManager, KeeperManager];
    expect((await open(a)).status).toBe(200);
    const reply = await replyOf(await told(a));
    const note = parseCheckpoint(reply.cosigned!.head)!;
    expect(note.checkpoint).toMatchObject({ origin: originOf(a), size: 1 });
    for (const peer of [b, c])
      expect(await cosignedAt(note, { name: originOf(peer), publicKey: logKey(peer) })).toBeGreaterThan(1_700_000_000);
    expect(reply.cosigned!.consistency).toEqual([]);
    // The others tell of it too, also once they were started anew.
    await vi.waitFor(async () => expect((await replyOf(await told(b))).others).toHaveLength(1));
    const again = await b.restart();
    const { heads } = (await (await fetch(`${again.url}/v1/heads`)).json()) as { heads: string[] };
    expect(heads.map((head) => parseCheckpoint(head)?.checkpoint)).toContainEqual(note.checkpoint);
  });

  test('goes on from the one before, and waits for nobody who is down', async () => {
    const { managers, open, told, replyOf } = await scene(2);
    const [a, b] = managers as [KeeperManager, KeeperManager];
    await open(a);
    expect((await replyOf(await told(a))).cosigned).toBeDefined();
    b.relay.isDown = true;
    for (let i = 0; i < 3; i++) expect((await open(a)).status).toBe(200);
    const reply = await replyOf(await told(a));
    const [head, old] = [reply.head, reply.cosigned!.head].map((note) => parseCheckpoint(note)!.checkpoint);
    expect([head!.size, old!.size]).toEqual([4, 1]);
    expect(await verifyConsistency(old!, head!, reply.cosigned!.consistency)).toBe(true);
    b.relay.isDown = false;
    await a.keeper.confirm();
    expect(parseCheckpoint((await replyOf(await told(a))).cosigned!.head)!.checkpoint.size).toBe(4);
  });

  test('is anchored where it grew, and the patient is told where', async () => {
    const { managers, open, told, replyOf, anchor } = await scene();
    const [a, b] = managers as [KeeperManager, KeeperManager];
    await open(a);
    expect(await anchor(a)).toBe(true);
    await open(a);
    const reply = await replyOf(await told(a));
    const [own] = reply.anchors!;
    expect(own).toMatchObject({ manager: a.account, size: 1 });
    expect(await verifyConsistency(own!, parseCheckpoint(reply.head)!.checkpoint, reply.anchored!)).toBe(true);
    await b.keeper.catchUp();
    expect((await replyOf(await told(b))).anchors).toEqual([own]);
    await a.keeper.catchUp();
    expect(
      await a.keeper.anchor({
        account: { estimate: () => Promise.reject(new Error('nothing to do')) },
        outbox: { known: () => Promise.resolve('0x'), send: () => Promise.reject(new Error('nothing to do')) },
      }),
    ).toBe(false);
  });
});

describe('a manager does not cosign', () => {
  const fill = (byte: number): Bytes => new Uint8Array(32).fill(byte);
  async function forger() {
    const s = await scene();
    const [b] = s.managers as [KeeperManager];
    // A peer whose key the test has, at an address where somebody answers.
    const secret = toHex(random(32));
    const keys = await keeperKeys(secret);
    const account = Wallet.createRandom().address.toLowerCase();
    const origin = logOrigin(CHAIN_ID, s.address, account);
    const config = {
      registry: s.registry.network.registry,
      earlier: [],
      finality: 'latest' as const,
      fromBlock: 0,
      readsPerHour: 9,
    };
    const folder = await temporaryFolder();
    const peers = [{ url: b.relay.url, account, log: toHex(keys.log) }];
    const keeper = await openKeeper({
      ...config,
      peers,
      dataDir: folder,
      rpcUrl: s.node.url,
      chainId: CHAIN_ID,
      sponsorKey: Wallet.createRandom().privateKey,
      keeperSecret: toHex(random(32)),
    });
    const { url } = await startManager(config, folder, keeper);
    const note = (size: number, root: Bytes, signer = keys, name = origin) =>
      signCheckpoint({ origin: name, size, root }, { name, publicKey: signer.log }, (message) =>
        signer.signHead(message),
      );
    const ask = (head: string, old = 0, consistency: string[] = []) =>
      post(url, '/v1/cosign', { head, old, consistency });
    return { ask, note, keys, origin, url, keeper };
  }

  test('what is no head, of a log it does not know, or signed by another key', async () => {
    const { ask, note, origin, url, keeper } = await forger();
    expect(await refusal(await ask('nothing'))).toMatchObject({ status: 400, code: 'bad-request' });
    expect(await refusal(await post(url, '/v1/cosign', { head: 1 }))).toMatchObject({ status: 400 });
    expect(await refusal(await post(url, '/v1/cosign', `"${'x'.repeat(20_000)}"`))).toMatchObject({ status: 413 });
    const other = await keeperKeys(toHex(random(32)));
    expect(await refusal(await ask(await note(1, fill(1), other)))).toMatchObject({
      status: 401,
      code: 'bad-signature',
    });
    const elsewhere = origin.replace(/.$/, (c) => (c === '0' ? '1' : '0'));
    expect(await refusal(await ask(await note(1, fill(1), other, elsewhere)))).toMatchObject({ status: 404 });
    const twice = await note(1, fill(1));
    const withMore = `${twice}${twice.split('\n\n')[1]!}`;
    expect(await refusal(await ask(withMore))).toMatchObject({ status: 400, code: 'bad-request' });
    await keeper.close();
  });

  test('a log of two trees, one that was rolled back, or one that does not go on', async () => {
    const { ask, note, url, keeper } = await forger();
    expect((await ask(await note(4, fill(1)))).status).toBe(200);
    const moved = await ask(await note(5, fill(2)));
    expect([moved.status, (await moved.json()) as unknown]).toMatchObject([409, { error: { code: 'moved', size: 4 } }]);
    for (const [size, root] of [
      [4, fill(2)],
      [3, fill(1)],
      [5, fill(3)],
    ] as const) {
      const answer = await ask(await note(size, root), 4, size === 5 ? [toBase64(fill(9))] : []);
      expect(await refusal(answer)).toMatchObject({ status: 422, code: 'inconsistent' });
    }
    const { heads } = (await (await fetch(`${url}/v1/heads`)).json()) as { heads: string[] };
    expect(parseCheckpoint(heads[0]!)?.checkpoint).toMatchObject({ size: 4, root: fill(1) });
    // The same once more is no harm.
    expect((await ask(await note(4, fill(1)), 4)).status).toBe(200);
    await keeper.close();
  });
});

describe('after an older copy of its log was put back, a manager', () => {
  const FILE = 'keeper.sqlite';
  /** @returns what puts the copy back */
  function backUp({ folder }: KeeperManager): () => Promise<void> {
    const copy = join(folder, 'copy.sqlite');
    const db = new DatabaseSync(join(folder, FILE));
    db.exec(`VACUUM INTO '${copy}'`);
    db.close();
    return async () => {
      await copyFile(copy, join(folder, FILE));
      for (const end of ['-wal', '-shm']) await rm(join(folder, FILE + end), { force: true });
    };
  }
  const health = async (manager: KeeperManager) =>
    ((await (await fetch(`${manager.url}/healthz`)).json()) as { log: { state: string; advice?: string } }).log;
  const expectRestored = async (s: Awaited<ReturnType<typeof scene>>, again: KeeperManager) => {
    expect(await refusal(await s.open(again))).toMatchObject({ status: 503, code: 'restored' });
    expect(await refusal(await s.told(again))).toMatchObject({ status: 503, code: 'restored' });
    const seal = await s.seal(s.patient, again, [toHex(random(32))]);
    expect(await refusal(seal)).toMatchObject({ status: 503, code: 'restored' });
    expect(await health(again)).toMatchObject({
      state: 'restored',
      advice: expect.stringContaining('keeper.sqlite') as string,
    });
    await expect(again.keeper.anchor({} as never)).rejects.toMatchObject({ code: 'restored' });
  };

  test('releases nothing where a peer saw more', async () => {
    const s = await scene();
    const [a] = s.managers as [KeeperManager];
    await s.open(a);
    await a.keeper.confirm();
    const putBack = backUp(a);
    await s.open(a);
    await a.keeper.confirm();
    await expectRestored(s, await a.restart(putBack));
  });

  test('releases nothing where the chain has more, whatever the peers say', async () => {
    const s = await scene();
    const [a, b] = s.managers as [KeeperManager, KeeperManager];
    await s.open(a);
    const putBack = backUp(a);
    b.relay.isDown = true;
    await s.open(a);
    await s.anchor(a);
    await expectRestored(s, await a.restart(putBack));
  });

  test('releases nothing before a peer answers, and goes on where the log is whole', async () => {
    const s = await scene();
    const [a, b] = s.managers as [KeeperManager, KeeperManager];
    await s.open(a);
    await a.keeper.confirm();
    b.relay.isDown = true;
    const again = await a.restart();
    const refused = await s.open(again);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refusal(refused)).toMatchObject({ status: 503, code: 'unchecked' });
    expect(await health(again)).toMatchObject({ state: 'unchecked' });
    b.relay.isDown = false;
    expect((await s.open(again)).status).toBe(200);
    expect(await health(again)).toEqual({ state: 'current' });
  });
});
