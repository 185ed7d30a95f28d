import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { toHex } from '../../../extension/core/bytes.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { connectChain } from '../../../manager/ethers-chain.ts';
import { openManagerStore } from '../../../manager/manager-store.ts';
import { createOutbox } from '../../../manager/sponsor/outbox.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { refusal, temporaryFolder } from './fixtures.ts';
import { FOLDER, keeperWorld, post, RESEARCH, TREAT, type KeeperManager, type Party } from './keeper-world.ts';

const HOUR = 3_600;
const DAY = 86_400;
const BTG = 4;
const SLOW = { timeout: 60_000 };
const REFUSED = { status: 403, code: 'no-consent' };

/** A network with one record, and what a manager pays for its reports with. */
async function reportingWorld(options: Parameters<typeof keeperWorld>[0] = {}) {
  const world = await keeperWorld(options);
  const { managers, registry, node, entrust, add, patient, evm } = world;
  const manager = managers[0]!;
  await entrust();
  const { id } = await add(patient);
  await evm.impersonate(manager.keeper.account); // so that it has ether
  const chain = connectChain({
    rpcUrl: node.url,
    chainId: CHAIN_ID,
    registry: registry.network.registry,
    sponsorKey: manager.sponsorKey,
  });
  onTestFinished(() => chain.close());
  const store = openManagerStore(join(await temporaryFolder(), 'manager.sqlite'));
  onTestFinished(() => store.close());
  const rows = store.outgoing('reports');
  const outbox = createOutbox({ account: chain.sponsor, rows, maxFeePerGas: 10n ** 12n });
  const payer = { account: chain.sponsor, outbox };

  const report = (by: KeeperManager = manager) => by.keeper.report(payer);
  const strikesOf = async ({ address }: Party) => {
    const { count } = (await registry.contract.getFunction('strikes').staticCall(address)) as { count: bigint };
    return Number(count);
  };
  const refused = async (who: Party, changes: Parameters<typeof world.read>[3] = {}, by = manager) =>
    expect(await refusal(await world.read(who, by, [id], changes))).toMatchObject(REFUSED);
  return { ...world, manager, id, payer, rows, report, strikesOf, refused };
}

/** Another doctor of the same hospital. */
async function another({ party, evm, hire }: Awaited<ReturnType<typeof reportingWorld>>): Promise<Party> {
  const doctor = party(evm.next());
  await hire(doctor);
  return doctor;
}

describe('a reading without consent', () => {
  test('is reported once, however often it was tried, and strikes who signed it', SLOW, async () => {
    const world = await reportingWorld();
    const { doctor, patient, report, strikesOf, refused, registry } = world;
    for (let i = 0; i < 3; i++) await refused(doctor);
    expect(await report()).toBe(1);
    expect(await strikesOf(doctor)).toBe(1);
    const told = registry.contract.filters['Accessed']!(doctor.address, patient.address, FOLDER);
    const [log] = await registry.contract.queryFilter(told);
    expect((log as unknown as { args: unknown[] }).args.slice(3)).toEqual([
      `0x${'00'.repeat(32)}`,
      BigInt(TREAT),
      false,
    ]);
    expect(await report(), 'nothing waits any more').toBe(0);
    await refused(doctor);
    expect(await report(), 'nor is the same signer reported again so soon').toBe(0);
    const other = await another(world);
    await refused(other);
    expect(await report(), 'another is').toBe(1);
    expect([await strikesOf(doctor), await strikesOf(other)]).toEqual([1, 1]);
  });

  test('is reported for another purpose, a right to write alone, and after it was ended', SLOW, async () => {
    const world = await reportingWorld();
    const { grant, revoke, refused, report, strikesOf, evm } = world;
    for (const prepare of [
      (who: Party) => grant(who, { purposes: RESEARCH }),
      (who: Party) => grant(who, { rights: Right.Write }),
      async (who: Party) => {
        await grant(who);
        await revoke(who);
      },
    ]) {
      const who = await another(world);
      await prepare(who);
      await evm.mine(1);
      await refused(who);
      expect(await report()).toBe(1);
      expect(await strikesOf(who)).toBe(1);
    }
  });

  test('is dropped where it was settled meanwhile, and where it became too old', SLOW, async () => {
    const world = await reportingWorld();
    const { doctor, grant, report, strikesOf, refused, evm, manager } = world;
    await refused(doctor);
    await grant(doctor);
    expect(await report(), 'the slot knows the newest change only').toBe(0);
    const other = await another(world);
    await refused(other);
    await evm.mine(193);
    await manager.keeper.catchUp();
    expect(await report()).toBe(0);
    expect(await report()).toBe(0);
    expect([await strikesOf(doctor), await strikesOf(other)]).toEqual([0, 0]);
  });
});

describe('what is no reading without consent is never reported:', () => {
  test(
    'one that is lawful, of the own record, of a grant that ran out, by nobody, or of what is not there',
    SLOW,
    async () => {
      const world = await reportingWorld();
      const { manager, id, doctor, patient, read, grant, report, strikesOf, refused, evm, party, node } = world;
      await grant(doctor);
      expect((await read(doctor, manager, [id])).status).toBe(200);
      expect((await read(patient, manager, [id])).status).toBe(200);
      await refused(patient, { records: [toHex(new Uint8Array(32))] });
      await refused(doctor, { records: [toHex(new Uint8Array(32))] });
      await refused(party(evm.next()));
      node.asked = [];
      expect(await report()).toBe(0);
      expect(node.asked, 'nobody is asked about what is allowed').toEqual([]);
      await evm.provider.send('evm_increaseTime', [HOUR + 1]);
      await evm.mine(1);
      await refused(doctor);
      expect(await report(), 'no clock makes an offence').toBe(0);
      expect([await strikesOf(doctor), await strikesOf(patient)]).toEqual([0, 0]);
    },
  );

  test('one in an emergency, also once that is over', SLOW, async () => {
    const { manager, id, doctor, patient, read, registry, report, strikesOf, refused, evm } = await reportingWorld();
    await registry.as(patient.signer).getFunction('allowEmergency').send([FOLDER], true);
    await registry
      .as(doctor.signer)
      .getFunction('breakGlass')
      .send(patient.address, FOLDER, `0x${'07'.repeat(32)}`);
    expect((await read(doctor, manager, [id], { purpose: BTG })).status).toBe(200);
    await evm.provider.send('evm_increaseTime', [DAY + 1]);
    await evm.mine(1);
    await refused(doctor, { purpose: BTG });
    expect(await report()).toBe(0);
    expect(await strikesOf(doctor)).toBe(0);
  });

  test('one that the newest block and the newest final one do not agree about', SLOW, async () => {
    const world = await reportingWorld({ finality: 4 });
    const { doctor, grant, revoke, report, strikesOf, refused, evm, node } = world;
    await evm.mine(5);
    await grant(doctor);
    await refused(doctor);
    node.asked = [];
    expect(await report(), 'given, and not final yet').toBe(0);
    await evm.mine(5);
    await revoke(doctor);
    await evm.mine(1);
    await refused(doctor);
    expect(await report(), 'ended, and not final yet').toBe(0);
    expect(node.asked.filter(({ method }) => method === 'eth_estimateGas')).toEqual([]);
    await evm.mine(5);
    await refused(doctor);
    expect(await report()).toBe(1);
    expect(await strikesOf(doctor)).toBe(1);
  });

  test('one whose signature is another’s, or whose answer was “not yet”', SLOW, async () => {
    const { manager, id, doctor, patient, readOf, head, report, strikesOf } = await reportingWorld();
    const { signature } = await readOf(patient, manager, [id]);
    const forged = { ...(await readOf(doctor, manager, [id])), signature };
    expect((await post(manager.url, '/v1/read', forged)).status).toBe(401);
    const { blockNumber } = await head();
    const ahead = await readOf(doctor, manager, [id], { blockNumber: blockNumber + 9 });
    expect(await refusal(await post(manager.url, '/v1/read', ahead))).toMatchObject({ status: 425, code: 'behind' });
    expect(await report()).toBe(0);
    expect(await strikesOf(doctor)).toBe(0);
  });
});

describe('a report', () => {
  test('waits while the node does not answer, and is sent once', SLOW, async () => {
    const { doctor, node, report, strikesOf, refused } = await reportingWorld();
    await refused(doctor);
    node.isDown = true;
    await expect(report()).rejects.toMatchObject({ code: 'chain-unavailable' });
    node.isDown = false;
    expect(await Promise.all([report(), report()]), 'two at once are one').toEqual([1, 1]);
    expect(await report()).toBe(0);
    expect(await strikesOf(doctor)).toBe(1);
  });

  test('of which it is not known whether it was sent is not sent twice', SLOW, async () => {
    const { doctor, node, report, rows, strikesOf, refused } = await reportingWorld();
    await refused(doctor);
    node.after = async (method) => {
      if (method === 'eth_sendRawTransaction') throw new Error('the answer is lost');
      return Promise.resolve();
    };
    await expect(report()).rejects.toMatchObject({ code: 'chain-unavailable' });
    node.after = undefined;
    expect(await report()).toBe(1);
    expect(await rows.from(0)).toHaveLength(1);
    expect(await strikesOf(doctor)).toBe(1);
  });

  test('that a restart comes before is not made, and the request is not taken again', SLOW, async () => {
    const { manager, id, doctor, readOf, report, strikesOf, refused } = await reportingWorld();
    const request = await readOf(doctor, manager, [id]);
    expect((await post(manager.url, '/v1/read', request)).status).toBe(403);
    const next = await manager.restart();
    expect(await refusal(await post(next.url, '/v1/read', request))).toMatchObject({ status: 409, code: 'replayed' });
    expect(await report(next)).toBe(0);
    await refused(doctor, {}, next);
    expect(await report(next), 'the next one is').toBe(1);
    expect(await strikesOf(doctor)).toBe(1);
  });

  test('of many signers at once costs no more than a few in an hour', { timeout: 120_000 }, async () => {
    const world = await reportingWorld();
    const offenders: Party[] = [];
    for (let i = 0; i < 14; i++) {
      offenders.push(await another(world));
      await world.refused(offenders[i]!);
    }
    expect(await world.report()).toBe(12);
    expect(await world.report(), 'the rest waits').toBe(0);
    const counts = await Promise.all(offenders.map((one) => world.strikesOf(one)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12);
  });

  test('is not made by a manager that is set not to', SLOW, async () => {
    const { doctor, report, strikesOf, refused } = await reportingWorld({ report: false });
    await refused(doctor);
    expect(await report()).toBe(0);
    expect(await strikesOf(doctor)).toBe(0);
  });
});
