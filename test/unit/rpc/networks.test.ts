import { describe, expect, it } from 'vitest';
import { networkKey } from '../../../extension/core/network/descriptor.ts';
import type { NetworkView } from '../../../extension/rpc/prompts/network.ts';
import { walletWorld } from './wallet-world.ts';

const SITE = 'https://clinic.example';

/** A wallet, and a network on another chain whose node answers. */
async function twoNetworks() {
  const world = await walletWorld();
  await world.connect(SITE);
  const other = { ...world.network, name: 'Coast Health Network', chainId: 31_338 };
  const silent = { ...other, rpcUrl: 'http://127.0.0.1:9', chainId: 31_339 };
  return { ...world, other, silent };
}

describe('health_addNetwork', () => {
  it('shows all of it, calls nothing of it, and adds it only after a yes', async () => {
    const { ask, prompt, prompts, approve, added, other, called } = await twoNetworks();
    const answer = ask(SITE, 'health_addNetwork', other);
    const shown = (await prompts.view(await prompt())) as NetworkView;
    expect(shown).toMatchObject({ kind: 'network', use: false, network: other });
    expect([added, called]).toEqual([[], []]);
    await approve();
    expect(await answer).toBeNull();
    expect([added, called]).toEqual([[other], [other]]);
  });

  it('adds nothing that does not answer', async () => {
    const { ask, prompt, prompts, approvals, added, silent } = await twoNetworks();
    const answer = ask(SITE, 'health_addNetwork', silent);
    const approval = await prompt();
    await expect(prompts.carryOut(approval, {})).rejects.toMatchObject({ code: 'chain-unreachable' });
    await approvals.refuse(approval.id);
    await expect(answer).rejects.toMatchObject({ code: 4001 });
    expect(added).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['a node that is no address', { rpcUrl: 'file:///etc/passwd' }, 'rpcUrl'],
    ['no managers', { managers: [] }, 'managers'],
    ['more copies than managers', { durableAt: 2 }, 'durableAt'],
    ['a registry that is no address', { registry: '0x12' }, 'registry'],
    ['a field of its own', { token: 'x' }, 'token'],
  ])('refuses a description with %s, naming it', async (_, change, field) => {
    const { ask, approvals, other } = await twoNetworks();
    await expect(ask(SITE, 'health_addNetwork', { ...other, ...change })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining(`“${field}`) as string,
    });
    expect(await approvals.pending()).toEqual([]);
  });

  it('is named in every prompt once it is in use, since it says who is who', async () => {
    const { ask, prompt, prompts, approvals, state, network } = await twoNetworks();
    const answer = ask('https://other.example', 'eth_requestAccounts').catch(() => undefined);
    const approval = await prompt();
    expect(await prompts.view(approval)).not.toHaveProperty('addedNetwork');
    state.ownNetwork = true;
    expect(await prompts.view(approval)).toMatchObject({ addedNetwork: network.name });
    await approvals.reject(approval.id);
    await answer;
  });

  it('needs nothing for the network that is in use', async () => {
    const { ask, network, approvals } = await twoNetworks();
    expect(await ask(SITE, 'health_addNetwork', network)).toBeNull();
    expect(await approvals.pending()).toEqual([]);
  });
});

describe('wallet_switchEthereumChain', () => {
  it('goes over to a network the wallet has, after a yes and its answer', async () => {
    const { ask, prompt, prompts, approve, added, chosen, other } = await twoNetworks();
    added.push(other);
    const answer = ask(SITE, 'wallet_switchEthereumChain', [{ chainId: '0x7a6a' }]);
    expect(await prompts.view(await prompt())).toMatchObject({ kind: 'network', use: true, network: other });
    expect(chosen).toEqual([]);
    await approve();
    expect(await answer).toBeNull();
    await expect.poll(() => chosen).toEqual([networkKey(other)]);
  });

  it('knows no chain without a health network on it', async () => {
    const { ask, approvals } = await twoNetworks();
    await expect(ask(SITE, 'wallet_switchEthereumChain', [{ chainId: '0x1' }])).rejects.toMatchObject({ code: 4902 });
    await expect(
      ask(SITE, 'wallet_addEthereumChain', [{ chainId: '0x1', rpcUrls: ['https://x.test'] }]),
    ).rejects.toMatchObject({
      reason: 'use-health-methods',
    });
    expect(await ask(SITE, 'wallet_addEthereumChain', [{ chainId: '0x7a69' }])).toBeNull();
    expect(await approvals.pending()).toEqual([]);
  });
});
