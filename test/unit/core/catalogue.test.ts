import { describe, expect, it } from 'vitest';
import type { Head } from '../../../extension/core/catalogue/model.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import { listOwn, listShared } from './listings.ts';
import { allergy, DOCTOR, importOwn, PATIENT, share, titles, world } from './wallets.ts';

/** A patient whose record has two entries on the chain. */
async function scene() {
  const w = await world();
  const registry = await w.deploy();
  // Blocks can be undone for a while, which the test's node says of none of its own.
  const network = { ...registry.network, finality: 64 };
  const patient = await w.open(PATIENT, network);
  await ensureMembership(patient);
  for (const substance of ['Bees', 'Latex']) {
    await importOwn(patient, allergy(substance));
    await drainOutbox(patient);
  }
  const rows = [...w.catalogues.values()][0]!;
  const again = () => w.open(PATIENT, network);
  return { ...w, registry, patient, rows, again };
}

describe('the catalogue', () => {
  it('is made anew when any row of it is damaged, and nothing is lost', async () => {
    const { patient, rows, again } = await scene();
    const known = titles(await listOwn(patient)).toSorted();
    for (const name of [...rows.rows.keys()]) {
      rows.rows.set(name, rows.rows.get(name)?.map((byte) => byte ^ 1) ?? new Uint8Array(1));
      const wallet = await again();
      // What happens upon a damaged row is told once; the next look has everything again.
      await listOwn(wallet).catch((error: unknown) => expect(error).toMatchObject({ code: 'catalogue-damaged' }));
      expect(titles(await listOwn(wallet)).toSorted()).toEqual(known);
    }
  });

  it('lists an entry as waiting again that a reorganisation took off the chain, and records it again', async () => {
    const { evm, patient, again } = await scene();
    const before = (await evm.provider.send('evm_snapshot', [])) as string;
    await importOwn(patient, allergy('Dust'));
    await drainOutbox(patient);
    const recorded = (await listOwn(patient)).items.find((i) => i.title === 'Dust');
    expect(recorded?.block).toBeGreaterThan(0);
    await evm.provider.send('evm_revert', [before]);
    await evm.mine(3);
    await drainOutbox(patient);
    const listing = await listOwn(patient);
    expect(titles(listing).toSorted()).toEqual(['Bees', 'Dust', 'Latex']);
    expect(listing.items.every((item) => item.block > 0)).toBe(true);
    expect(listing.unreadable).toEqual([]);
    const { count } = await patient.client.folder(patient.address, (await patient.folders()).tag('allergies'));
    expect(count).toBe(3);
    const { summary } = await patient.catalogue.head();
    expect(summary).toMatchObject({ entries: 3, anchored: 3, total: 3, waiting: 0, bad: 0 });
    expect((await (await again()).catalogue.head()).summary).toEqual(summary);
  });

  it('lists the newest date first, and what has none after all that have one', async () => {
    const { patient } = await scene();
    for (const [text, recordedDate] of [
      ['Old', '2019'],
      ['New', '2025-03-01'],
      ['Newer', '2025-10-12T08:00:00Z'],
    ]) {
      await importOwn(patient, { ...allergy(text!), recordedDate });
    }
    const { items } = await listOwn(patient);
    expect(items.slice(0, 3).map((i) => i.title)).toEqual(['Newer', 'New', 'Old']);
    expect(
      items
        .slice(3)
        .map((i) => i.title)
        .toSorted(),
    ).toEqual(['Bees', 'Latex']);
  });

  it('is read without a node: lists and records that are known', async () => {
    const { patient } = await scene();
    const { items } = await listOwn(patient);
    Object.assign(patient.client.provider, { send: () => Promise.reject(new Error('down')) });
    await expect(patient.catalogue.sync()).rejects.toMatchObject({ code: 'chain-unreachable' });
    const read = await readRecord(patient, patient.address, items[0]!.id);
    expect(JSON.parse(new TextDecoder().decode(read.bytes))).toEqual(allergy(items[0]!.title));
    expect((await patient.catalogue.state()).asOf).toBeGreaterThan(0);
  });

  it('keeps no more to undo with than the blocks that can be undone, however long it follows', async () => {
    const { patient, rows, evm } = await scene();
    const sizeAfter = async (blocks: number) => {
      for (let i = 0; i < blocks; i++) {
        await evm.mine(1);
        await patient.catalogue.sync();
      }
      return [...rows.rows.values()].reduce((n, row) => n + row.byteLength, 0);
    };
    const first = await sizeAfter(130);
    expect((await patient.catalogue.rows.get<Head>('head'))?.ring.length).toBe(64);
    expect(await sizeAfter(130)).toBeLessThan(first * 1.2);
  });

  it('asks the node few questions, however many patients share', async () => {
    const { patient, registry, hire, open } = await scene();
    const doctor = await open(DOCTOR, registry.network, 'provider');
    await hire(registry, doctor);
    await share(patient, doctor);
    const { items } = await listShared(doctor);
    const { provider } = doctor.client;
    const asked: string[] = [];
    const real = provider.send.bind(provider);
    Object.assign(provider, {
      send: (method: string, params: unknown[]) => {
        // This test's provider asks for the chain with each call, which the wallet's does not.
        if (method !== 'eth_chainId') asked.push(method);
        return real(method, params);
      },
    });
    await doctor.catalogue.sync();
    expect(asked).toHaveLength(1);
    asked.length = 0;
    await listShared(doctor);
    expect(asked.length).toBeLessThanOrEqual(3);
    asked.length = 0;
    await readRecord(doctor, patient.address, items[0]!.id);
    expect(asked.length).toBeLessThanOrEqual(3);
  });
});
