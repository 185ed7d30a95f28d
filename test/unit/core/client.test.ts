import { id as keccak, toBeHex } from 'ethers';
import { describe, expect, it } from 'vitest';
import { isSalusError } from '../../../extension/core/errors.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { headOf, RegistryClient } from '../../../extension/core/registry/client.ts';
import { startEvm, type Manners, type RawLog } from './evm.ts';

const UNTIL = 4_000_000_000;
const digest = (text: string): string => keccak(text);

/** A patient with records in two folders and grants to two doctors, thousands of blocks apart, and another patient. */
async function scene() {
  const evm = await startEvm();
  const registry = await evm.deploy();
  const [patient, other, anna, bela] = [evm.next(), evm.next(), evm.next(), evm.next()];
  const send = async (who: typeof patient, name: string, ...args: unknown[]) =>
    void (await (
      await registry
        .as(who)
        .getFunction(name)
        .send(...args)
    ).wait());
  for (const who of [patient, other]) await send(who, 'join', digest(who.address));
  for (const who of [anna, bela]) await send(evm.who.hospital, 'enrol', who.address, Role.Doctor);

  const terms = (grantee: string, folder: number) => ({
    grantee,
    folder,
    from: 0,
    until: UNTIL,
    purposes: 1,
    rights: 3,
  });
  const add = (who: typeof patient, folder: number, name: string, to = patient) =>
    send(who, 'addRecord', { folder, cid: digest(name), commitment: digest(name) }, to.address);
  const call = (folder: number, name: string) =>
    registry.contract.interface.encodeFunctionData('addRecord', [
      { folder, cid: digest(name), commitment: digest(name) },
      patient.address,
    ]);

  await send(patient, 'grant', [terms(anna.address, 1), terms(anna.address, 2)], digest('first'));
  await add(patient, 1, 'a');
  await evm.mine(3_000);
  await send(patient, 'grant', [terms(bela.address, 1)], digest('second'));
  await send(other, 'grant', [terms(bela.address, 1)], digest('other'));
  await add(anna, 1, 'b');
  await add(other, 1, 'x', other);
  await send(patient, 'multicall', [call(2, 'c'), call(1, 'd'), call(2, 'e')]);
  await evm.mine(3_000);
  await send(patient, 'grant', [terms(anna.address, 1)], digest('third'));
  await evm.mine(3_000);
  await send(patient, 'grant', [terms(anna.address, 1), terms(bela.address, 2)], digest('fourth'));
  await add(bela, 1, 'f');
  const client = (manners: Manners = {}) => {
    const { provider, ranges } = evm.node(manners);
    return { client: new RegistryClient(registry.network, provider), ranges };
  };
  return { evm, registry, patient, other, anna, bela, client, send };
}

const CAP = { mostBlocks: 1_000 };

describe('a node that answers for few blocks at a time', () => {
  it('gives the same records of known folders, block by block', async () => {
    const { patient, client } = await scene();
    const folders = new Set([1, 2]);
    const whole = await client().client.records({ patient: patient.address, folders });
    expect(whole).toHaveLength(6);
    const { client: capped, ranges } = client(CAP);
    const walked = await capped.records({ patient: patient.address, folders });
    expect(walked).toEqual(whole);
    // The refused question, then each block with records once.
    expect(ranges.slice(1)).toEqual([1, 1, 1, 1]);
    for (const folder of folders) {
      const { head } = await capped.folder(patient.address, folder);
      expect(headOf(walked.filter((r) => r.folder === folder))).toBe(head);
    }
  });

  it('gives only the folders and the author that were asked for', async () => {
    const { patient, anna, client } = await scene();
    for (const manners of [{}, CAP]) {
      const byAnna = { patient: patient.address, member: anna.address, folders: new Set([1]) };
      expect(await client(manners).client.records(byAnna)).toMatchObject([{ folder: 1, author: anna.address }]);
      const second = await client(manners).client.records({ patient: patient.address, folders: new Set([2]) });
      expect(second.map((r) => r.folder)).toEqual([2, 2]);
      expect(await client(manners).client.records({ patient: patient.address, folders: new Set([9]) })).toEqual([]);
    }
  });

  it('gives the same grants of a patient, replaced ones too, looking into each block once', async () => {
    const { patient, bela, client } = await scene();
    const whole = await client().client.granted({ patient: patient.address });
    expect(whole).toHaveLength(6);
    const { client: capped, ranges } = client(CAP);
    expect(await capped.granted({ patient: patient.address })).toEqual(whole);
    expect(ranges.slice(1)).toEqual([1, 1, 1, 1]);
    const toBela = whole.filter((g) => g.grantee === bela.address);
    expect(await capped.granted({ patient: patient.address, member: bela.address })).toEqual(toBela);
    expect(toBela).toHaveLength(2);
  });

  it('gives nothing of a patient who never granted or recorded anything', async () => {
    const { anna, client } = await scene();
    const { client: capped } = client(CAP);
    expect(await capped.granted({ patient: anna.address })).toEqual([]);
    expect(await capped.records({ patient: anna.address, folders: new Set([1]) })).toEqual([]);
  });

  it('is asked for ever smaller ranges where nothing links back', async () => {
    const { bela, client } = await scene();
    const whole = await client().client.granted({ member: bela.address });
    expect(whole).toHaveLength(3);
    const { client: capped, ranges } = client(CAP);
    expect(await capped.granted({ member: bela.address })).toEqual(whole);
    expect(ranges.length).toBeGreaterThan(9);
  });
});

describe('a node that lies', () => {
  /** Replaces the uint40 word `at` of a log's data. */
  const setWord = (log: RawLog, at: number, value: number): RawLog => {
    const start = 2 + 64 * at;
    return { ...log, data: log.data.slice(0, start) + toBeHex(value, 32).slice(2) + log.data.slice(start + 64) };
  };
  const walk = async (tell: Manners['tell']) => {
    const { patient, client } = await scene();
    const { client: capped, ranges } = client({ ...CAP, tell });
    const folders = new Set([1]);
    const records = await capped.records({ patient: patient.address, folders });
    const granted = await capped.granted({ patient: patient.address });
    const { head } = await capped.folder(patient.address, 1);
    return { records, granted, head, asked: ranges.length };
  };

  // `previous` is word 2 of RecordAdded and word 5 of Granted; 10 words or fewer tell the two apart.
  const setPrevious = (value: (block: number) => number) => (log: RawLog) =>
    setWord(log, log.data.length === 2 + 64 * 5 ? 2 : 5, value(Number(log.blockNumber)));

  it.each([
    ['at the block itself', (block: number) => block],
    ['ahead', (block: number) => block + 1],
    ['at the end of time', () => 2 ** 40 - 1],
  ])('cannot send the wallet in circles by a link that points %s', async (_what, value) => {
    const { records, head, asked } = await walk(setPrevious(value));
    expect(asked).toBeLessThan(12);
    expect(headOf(records)).not.toBe(head);
  });

  it('cannot make it walk through every block', async () => {
    const { records, head, asked } = await walk(setPrevious((block) => block - 1));
    expect(asked).toBeLessThan(16);
    expect(headOf(records)).not.toBe(head);
  });

  it('that has a log for every block is left after so many', async () => {
    const { evm, registry, patient, send } = await scene();
    await evm.mine(4_000);
    const entry = { folder: 1, cid: digest('late'), commitment: digest('late') };
    await send(patient, 'addRecord', entry, patient.address);
    const { provider } = evm.node();
    const real = await provider.getLogs({ address: registry.network.registry, fromBlock: 0, toBlock: 'latest' });
    const topic = registry.contract.interface.getEvent('RecordAdded')!.topicHash;
    const sample = real.find((log) => log.topics[0] === topic)!.toJSON() as RawLog;
    let asked = 0;
    const invent = ({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) => {
      if (fromBlock !== toBlock) return Promise.reject(new Error('too wide'));
      asked += 1;
      return Promise.resolve([{ ...setWord(sample, 2, fromBlock - 1), blockNumber: fromBlock }]);
    };
    const inventive = Object.assign(provider, { getLogs: invent });
    const started = { ...registry.network, fromBlock: 0 };
    const client = new RegistryClient(started, inventive);
    const question = client.records({ patient: patient.address, folders: new Set([1]) });
    await expect(question).rejects.toSatisfy((e) => isSalusError(e, 'chain-unreachable'));
    expect(asked).toBe(10_000);
  });

  it('and withholds a log in the middle is noticed by the head', async () => {
    const { records, head } = await walk((log) => (log.data.includes(digest('d').slice(2)) ? undefined : log));
    expect(headOf(records)).not.toBe(head);
  });
});

describe('what the registry says', () => {
  it('of a member, a grant and a successor', async () => {
    const { evm, registry, patient, anna, client, send } = await scene();
    const { client: c } = client();
    expect(await c.member(anna.address)).toMatchObject({ role: Role.Doctor, active: true, suspended: false });
    await send(evm.who.owner, 'suspend', anna.address);
    expect(await c.member(anna.address)).toMatchObject({ role: Role.Doctor, active: false, suspended: true });
    const [first] = await c.granted({ patient: patient.address });
    expect(first?.from).toBe(await c.timeOf(first?.block ?? 0));
    const grant = await c.grant(patient.address, anna.address, 1);
    expect(grant).toMatchObject({ until: UNTIL, purposes: 1, rights: 3 });
    expect(grant.changed).toBeGreaterThan(first?.block ?? 0);
    expect(await c.successor()).toBeUndefined();
    await send(evm.who.owner, 'setSuccessor', anna.address);
    expect(await c.successor()).toBe(anna.address);
    expect(registry.network.registry).not.toBe(anna.address);
  });
});
