import { id as digest } from 'ethers';
import { describe, expect, it } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { RegistryClient } from '../../../extension/core/registry/client.ts';
import { headOf } from '../../../extension/core/registry/heads.ts';
import { startEvm } from './evm.ts';

const UNTIL = 4_000_000_000;

/** A patient with records in two folders and a grant to a doctor. */
async function scene() {
  const evm = await startEvm();
  const registry = await evm.deploy();
  const [patient, anna] = [evm.next(), evm.next()];
  const send = async (who: typeof patient, name: string, ...args: unknown[]) =>
    void (await (
      await registry
        .as(who)
        .getFunction(name)
        .send(...args)
    ).wait());
  await send(patient, 'join', digest(patient.address));
  await send(evm.who.hospital, 'enrol', anna.address, Role.Doctor);
  const terms = { grantee: anna.address, folder: 1, from: 0, until: UNTIL, purposes: 1, rights: 3 };
  await send(patient, 'grant', [terms], digest('receipt'));
  const add = (folder: number, name: string) =>
    send(patient, 'addRecord', { folder, epoch: 0, cid: digest(name), commitment: digest(name) }, patient.address);
  for (const [folder, name] of [
    [1, 'a'],
    [2, 'b'],
    [1, 'c'],
  ] as const)
    await add(folder, name);
  const client = new RegistryClient(registry.network, evm.node().provider);
  return { evm, registry, patient, anna, client, send };
}

describe('what the registry says', () => {
  it('of a member, a grant and a successor', async () => {
    const { evm, registry, patient, anna, client, send } = await scene();
    expect(await client.member(anna.address)).toMatchObject({ role: Role.Doctor, active: true, suspended: false });
    expect(await client.isActive(anna.address)).toBe(true);
    await send(evm.who.owner, 'suspend', anna.address);
    expect(await client.member(anna.address)).toMatchObject({ role: Role.Doctor, active: false, suspended: true });
    expect(await client.isActive(anna.address)).toBe(false);
    const grant = await client.grant(patient.address, anna.address, 1);
    expect(grant).toMatchObject({ until: UNTIL, purposes: 1, rights: 3 });
    expect(await client.successor()).toBeUndefined();
    await send(evm.who.owner, 'setSuccessor', anna.address);
    expect(await client.successor()).toBe(anna.address);
    expect(registry.network.registry).not.toBe(anna.address);
  });

  it('of many folders by one call, the same as of each, now and as of a block', async () => {
    const { evm, patient, client } = await scene();
    const asked = [1, 2, 9].map((folder) => ({ patient: patient.address, folder }));
    const each = await Promise.all(asked.map((f) => client.folder(f.patient, f.folder)));
    expect(await client.folders(asked)).toEqual(each);
    expect(each.map((f) => f.count)).toEqual([2, 1, 0]);
    const before = await client.folders(asked, (await evm.provider.getBlockNumber()) - 1);
    expect(before.map((f) => f.count)).toEqual([1, 1, 0]);
  });

  it('of a folder without records is the head of none', async () => {
    const { patient, client } = await scene();
    expect((await client.folder(patient.address, 9)).head).toBe(headOf([]));
  });
});

describe('two nodes', () => {
  /** The same chain, told by a node that says something else of whatever `lies` picks. */
  const lyingNode = (evm: Awaited<ReturnType<typeof scene>>['evm'], answer: (real: string) => string) => {
    const { provider } = evm.node();
    const real = provider.send.bind(provider);
    return Object.assign(provider, {
      send: async (method: string, params: unknown[]) => {
        const told = await real(method, params);
        return method === 'eth_call' && typeof told === 'string' ? answer(told) : told;
      },
    });
  };

  it('that say the same are believed', async () => {
    const { evm, registry, patient, anna } = await scene();
    const client = new RegistryClient(registry.network, evm.node().provider, evm.node().provider);
    expect(await client.may(anna.address, patient.address, 1, 1, 1)).toBe(true);
    expect((await client.member(anna.address)).role).toBe(Role.Doctor);
  });

  it('that do not agree give no answer: whose key, who vouches, who may', async () => {
    const { evm, registry, patient, anna } = await scene();
    const flipped = lyingNode(evm, (real) => real.replace(/[01]$/, (last) => (last === '0' ? '1' : '0')));
    for (const nodes of [
      [evm.node().provider, flipped],
      [flipped, evm.node().provider],
    ] as const) {
      const client = new RegistryClient(registry.network, nodes[0], nodes[1]);
      await expect(client.may(anna.address, patient.address, 1, 1, 1)).rejects.toMatchObject({
        code: 'nodes-disagree',
      });
      await expect(client.isActive(anna.address)).rejects.toMatchObject({ code: 'nodes-disagree' });
    }
    const otherKey = lyingNode(evm, (real) => real.replaceAll(digest(patient.address).slice(2), 'ab'.repeat(32)));
    const client = new RegistryClient(registry.network, evm.node().provider, otherKey);
    await expect(client.member(patient.address)).rejects.toMatchObject({ code: 'nodes-disagree' });
  });

  it('of which one does not answer give no answer', async () => {
    const { evm, registry, anna } = await scene();
    const dead = Object.assign(evm.node().provider, { send: () => Promise.reject(new Error('down')) });
    const client = new RegistryClient(registry.network, evm.node().provider, dead);
    await expect(client.isActive(anna.address)).rejects.toMatchObject({ code: 'chain-unreachable' });
    await expect(client.checkChain()).rejects.toMatchObject({ code: 'chain-unreachable' });
  });
});
