import { describe, expect, it } from 'vitest';
import { isSecureOrigin } from '../../../extension/core/secure-origin.ts';
import { chainHex } from '../../../extension/rpc/site-network.ts';
import { RpcServer } from '../../../extension/rpc/server.ts';
import { walletWorld } from './wallet-world.ts';

const CLINIC = 'https://clinic.example';
const STRANGER = 'https://stranger.example';
const notConnected = expect.objectContaining({ code: 4100, reason: 'not-connected' }) as Error;
const resource = { resourceType: 'Basic', code: { text: 'x'.repeat(1_000) } };

/** A world whose storage counts the files it has in hand. */
async function counted() {
  const w = await walletWorld();
  const staged: string[] = [];
  const { storage } = w.session;
  const stage = storage.stage.bind(storage);
  storage.stage = async (...file) => {
    const job = await stage(...file);
    staged.push(job);
    return job;
  };
  return { ...w, staged };
}

describe('what a site would write', () => {
  it.each([{ resource }, { patient: `0x${'ab'.repeat(20)}`, section: 'results', resource }])(
    'is refused to a site that is not connected, and never taken in hand',
    async (params) => {
      const w = await counted();
      await expect(w.ask(STRANGER, 'health_writeRecord', params)).rejects.toEqual(notConnected);
      expect([w.staged, w.opened]).toEqual([[], []]);
    },
  );

  it('is taken in hand once per accepted request: not for those refused, and not again for one asked again', async () => {
    const w = await counted();
    await w.connect(CLINIC);
    const first = w.ask(CLINIC, 'health_writeRecord', { resource }, 'a1');
    const approval = await w.prompt();
    expect([approval.job]).toEqual(w.staged);
    expect(JSON.stringify(approval)).not.toContain('xxx');
    for (let i = 0; i < 5; i++) {
      await expect(w.ask(CLINIC, 'health_writeRecord', { resource })).rejects.toMatchObject({ code: -32005 });
    }
    w.state.locked = true;
    const again = w.ask(CLINIC, 'health_writeRecord', { resource }, 'a1');
    w.state.locked = false;
    await w.approve();
    expect(await first).toMatchObject({ accepted: true });
    expect(await again).toEqual(await first);
    expect(w.staged.length).toBe(1);
  });
});

/** A wallet that uses a network which was added, on a chain of its own. */
async function abroad() {
  const w = await walletWorld();
  const own = { ...w.network, name: 'Of this build', chainId: 77 };
  const networks = {
    current: w.network,
    isBuiltIn: false,
    list: () => Promise.resolve([own, w.network]),
    add: () => Promise.resolve(),
    remove: () => Promise.resolve(),
    choose: () => Promise.resolve(),
    answers: () => Promise.resolve(true),
  };
  const server = new RpcServer({
    wallet: { session: () => Promise.resolve(w.session), sync: () => Promise.resolve() } as never,
    approvals: w.approvals,
    storage: w.session.storage,
    standing: w.prompts.standing,
    askNode: () => Promise.resolve(null),
    networks,
    version: '1',
    tellSites: () => Promise.resolve(),
    notify: (...event) => Promise.resolve(void w.events.push(event)),
    changed: () => undefined,
  });
  let count = 0;
  const ask = (origin: string, method: string, params?: unknown) =>
    server.handle(
      { id: String(++count).padStart(32, '0'), method, ...(params !== undefined && { params }) },
      { origin, documentId: origin, topFrame: true },
    );
  return { ...w, own, server, ask };
}

describe('the network in use', () => {
  it('is told to connected sites; any other sees that of the build', async () => {
    const { connect, server, ask, own, network } = await abroad();
    await connect(CLINIC);
    for (const [origin, seen] of [
      [CLINIC, network],
      [STRANGER, own],
    ] as const) {
      expect(await ask(origin, 'eth_chainId')).toBe(chainHex(seen));
      expect(await ask(origin, 'net_version')).toBe(String(seen.chainId));
      expect(await server.chainIdFor(origin)).toBe(chainHex(seen));
      expect(await ask(origin, 'health_getCapabilities')).toMatchObject({
        networks: [{ name: seen.name, chainId: chainHex(seen) }],
      });
    }
  });

  it('and those the wallet has are the same to a stranger as those it has not', async () => {
    const { ask, own, network, approvals } = await abroad();
    for (const chainId of [chainHex(network), '0x123']) {
      await expect(ask(STRANGER, 'wallet_switchEthereumChain', [{ chainId }])).rejects.toEqual(notConnected);
      await expect(ask(STRANGER, 'wallet_addEthereumChain', [{ chainId }])).rejects.toMatchObject({
        reason: 'use-health-methods',
      });
      const described = { ...network, chainId: Number(chainId) };
      await expect(ask(STRANGER, 'health_addNetwork', described)).rejects.toEqual(notConnected);
    }
    expect(await ask(STRANGER, 'wallet_switchEthereumChain', [{ chainId: chainHex(own) }])).toBeNull();
    expect(await ask(STRANGER, 'wallet_addEthereumChain', [{ chainId: chainHex(own) }])).toBeNull();
    expect(await approvals.pending()).toEqual([]);
  });

  it('is heard of by a site that loses its account, before it loses it', async () => {
    const { connect, ask, events, own } = await abroad();
    await connect(CLINIC);
    events.length = 0;
    await ask(CLINIC, 'wallet_revokePermissions', [{ eth_accounts: {} }]);
    expect(events).toEqual([
      [CLINIC, 'chainChanged', chainHex(own)],
      [CLINIC, 'accountsChanged', []],
    ]);
  });
});

describe('a page that came over an open line', () => {
  it.each([
    'https://a.example',
    'http://localhost:8080',
    'http://a.localhost',
    'http://127.0.0.1',
    'http://127.1.2.3:9',
    'http://[::1]:80',
  ])('%s did not', (origin) => expect(isSecureOrigin(origin)).toBe(true));
  it.each([
    'http://a.example',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://10.0.0.1',
    'http://[::2]',
    'http://notlocalhost',
    'null',
    '',
    'https://',
    'file://x',
    'ftp://localhost',
    'https://a.example/x',
  ])('“%s” is refused, whatever it asks', async (origin) => {
    expect(isSecureOrigin(origin)).toBe(false);
    const w = await walletWorld();
    await expect(w.ask(origin, 'eth_chainId')).rejects.toMatchObject({ code: 4100, reason: 'insecure-page' });
  });
});
