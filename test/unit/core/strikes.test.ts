import { describe, expect, it } from 'vitest';
import { toHex } from '../../../extension/core/bytes.ts';
import { signTyped } from '../../../extension/core/registry/signed-calls.ts';
import { READ_TYPES, registryDomain } from '../../../extension/core/registry/typed-data.ts';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { alarmsOf, lookedAtAlarms } from '../../../extension/core/wallet/alarms.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { listShared } from './listings.ts';
import { allergy, importOwn, json, OTHER_DOCTOR, share, world } from './wallets.ts';

/** A patient, a doctor who may read and write one section, and what another section's refused readings come to. */
async function scene() {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  const manager = w.evm.next();
  await importOwn(patient, allergy('Latex'));
  await drainOutbox(patient);
  await share(patient, doctor, ['read', 'write']);
  await patient.catalogue.sync();
  const folder = (await patient.folders()).tag('medications');

  let made = 0;
  /** A reading that `who` signs and no patient allowed, brought to the registry by a manager. */
  async function reported(who: Session = doctor, of = patient.address): Promise<void> {
    await w.evm.mine(1);
    const block = (await w.evm.provider.getBlock('latest'))!;
    const reading = {
      signer: who.address,
      patient: of,
      folder,
      records: [`0x${'11'.repeat(32)}`],
      purpose: 1,
      manager: manager.address,
      blockNumber: block.number,
      blockHash: block.hash!,
      nonce: toHex(new Uint8Array(32).fill(++made)),
    };
    const signature = signTyped(
      who.keyring.account,
      registryDomain(network.chainId, network.registry),
      READ_TYPES,
      reading,
    );
    await registry.as(manager).getFunction('report').send(reading, signature);
  }
  const lines = async () => {
    await patient.catalogue.sync();
    return (await activity(patient)).items.filter(({ kind }) => kind === 'reported');
  };
  return { w, registry, network, patient, doctor, reported, lines };
}

describe('an attempt that was reported', () => {
  it('is told to the patient by the chain, with one alarm for all of one member', async () => {
    const { patient, doctor, reported, lines } = await scene();
    expect(await lines()).toEqual([]);
    await reported();
    const said = { kind: 'reported', who: doctor.address.toLowerCase(), section: 'medications' };
    expect(await lines()).toMatchObject([said]);
    expect(await alarmsOf(patient)).toBe(1);
    await reported();
    expect(await lines()).toMatchObject([said, said]);
    expect(await alarmsOf(patient), 'not one for each').toBe(1);
    await lookedAtAlarms(patient);
    await lines();
    expect(await alarmsOf(patient)).toBe(0);
    const { items } = await activity(patient, { of: 'chain' });
    expect(items.slice(0, 2)).toMatchObject([said, said]);
  });

  it('is one alarm together with what keepers wrote down of it', async () => {
    const { patient, doctor, reported, lines } = await scene();
    const [keeper = { account: '' }] = patient.network.custody?.keepers ?? [];
    const refused = async (block: number) => {
      const row = { kind: 'opened', refused: true, who: doctor.address.toLowerCase(), folder: 1 } as const;
      const what = { records: [`0x${'22'.repeat(32)}`], purpose: 1, at: 1_700_000_000 + block * 1_000, block };
      await patient.catalogue.noteOpenings(keeper.account, [{ ...row, ...what, keepers: [keeper.account] }], block);
    };
    await reported();
    const [first] = await lines();
    await refused(first!.block - 1);
    expect(await alarmsOf(patient)).toBe(1);
    await refused(first!.block + 300);
    expect(await alarmsOf(patient), 'long after, it is told anew').toBe(2);
  });

  it('at another’s record is none of the patient’s', async () => {
    const { w, network, patient, reported, lines, doctor } = await scene();
    const other = await w.open(OTHER_DOCTOR, network);
    await reported(doctor, other.address);
    expect(await lines()).toEqual([]);
    expect(await alarmsOf(patient)).toBe(0);
  });
});

describe('a member who is locked', () => {
  it('is told until when, whatever they do, and goes on once it was taken back', async () => {
    const { w, registry, patient, doctor, reported } = await scene();
    const { items } = await listShared(doctor);
    const latex = items.find(({ title }) => title === 'Latex')!;
    const read = () => readRecord(doctor, patient.address, latex.id);
    const write = async () => {
      const job = await doctor.storage.stage(json(allergy('Nuts')), 'test.json', 'test');
      return writeShared(doctor, patient.address, 'allergies', job);
    };
    await reported();
    await reported();
    expect((await read()).item.title, 'two are warnings').toBe('Latex');
    await reported();
    const until = await doctor.client.lockedUntil(doctor.address);
    expect(until).toBeGreaterThan(Date.now() / 1_000);
    for (const act of [read, write])
      await expect(act()).rejects.toMatchObject({ code: 'account-locked', detail: { until } });
    await registry.as(w.evm.who.owner).getFunction('clearStrikes').send(doctor.address);
    expect((await read()).item.title).toBe('Latex');
    await expect(write()).resolves.toMatchObject({ patient: patient.address });
  });

  it('is not said of one who simply was given nothing', async () => {
    const { patient, doctor, reported } = await scene();
    await reported();
    await expect(readRecord(doctor, patient.address, `0x${'33'.repeat(32)}/0`)).rejects.toMatchObject({
      code: 'no-consent',
    });
  });
});
