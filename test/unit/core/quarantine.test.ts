import { expect, it } from 'vitest';
import { random } from '../../../extension/core/bytes.ts';
import { digestOf } from '../../../extension/core/storage/cid.ts';
import { CID } from 'multiformats/cid';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { listOwn } from './listings.ts';
import { allergy, DOCTOR, json, OTHER_DOCTOR, PATIENT, share, titles, world } from './wallets.ts';

it('what one author floods a record with costs a bounded number of tries, each once, and holds up nobody else', async () => {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await ensureMembership(patient);
  const [flooding, other] = [
    await w.open(DOCTOR, registry.network, 'provider'),
    await w.open(OTHER_DOCTOR, registry.network, 'provider'),
  ];
  for (const doctor of [flooding, other]) {
    await w.hire(registry, doctor);
    await share(patient, doctor);
  }
  const folder = (await patient.folders()).tag('allergies');
  // Entries that are no entries: real blocks whose content is something else.
  const MANY = 300;
  for (let i = 0; i < MANY; i += 60) {
    const entries = [];
    for (let j = 0; j < 60; j++) {
      const root = await flooding.storage.putObject(random(40), patient.address, flooding.address);
      entries.push({ folder, epoch: 0, cid: digestOf(CID.parse(root)), commitment: random(32) });
    }
    const calls = [await flooding.calls.addRecords(patient.address, entries)];
    await flooding.sponsor.submit(calls, registry.network.registry);
  }
  const job = await other.storage.stage(json(allergy('Latex')), 'test.json', 'test');
  await writeShared(other, patient.address, 'allergies', job);
  await drainOutbox(other);

  let tries = 0;
  const real = patient.storage.keyOf.bind(patient.storage);
  patient.storage.keyOf = (cid) => {
    tries++;
    return real(cid);
  };
  const listing = await listOwn(patient);
  expect(titles(listing)).toEqual(['Latex']);
  expect(tries).toBeLessThan(100);
  expect((await patient.catalogue.head()).summary.bad).toBe(MANY);
  const codes = Map.groupBy(listing.unreadable, ({ code }) => code);
  expect([...codes.keys()]).toContain('too-many-faults');
  const before = tries;
  await listOwn(patient);
  expect(tries).toBe(before);

  // One that the person asks for is tried all the same.
  const waiting = listing.unreadable.find(({ code }) => code === 'too-many-faults')!;
  const entry = await patient.catalogue.entry(waiting.registry, waiting.entry);
  await patient.catalogue.retry(entry!);
  expect(tries).toBe(before + 1);
  const again = (await listOwn(patient)).unreadable.find((e) => e.entry === waiting.entry);
  expect(again?.code).not.toBe('too-many-faults');
});
