import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { toWords } from '../../../extension/core/keys/mnemonic.ts';
import { parseNetwork, versionsOf } from '../../../extension/core/network/descriptor.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { planOwnImport } from '../../../extension/core/wallet/import-records.ts';
import { listOwn, listShared } from './listings.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { openAsRecipient } from '../../../portal/sdk/server.ts';
import { serveHttp } from '../manager/http-service.ts';
import { serveChain } from '../manager/keeper-world.ts';
import type { Registry, startEvm } from './evm.ts';
import { MemoryStorage } from './memory-storage.ts';
import { fill, toHex } from './support.ts';
import { allergy, codeOf, DOCTOR, importOwn, json, OTHER_DOCTOR, PATIENT, share, titles, world } from './wallets.ts';

/** A patient who recorded and shared in a registry that has a successor now, where the same people are members. */
async function upgraded() {
  const w = await world();
  const [first, second] = [await w.deploy(), await w.deploy()];
  const before = await w.open(PATIENT, first.network);
  const doctorBefore = await w.open(DOCTOR, first.network, 'provider');
  await ensureMembership(before);
  await w.hire(first, doctorBefore);
  await importOwn(before, allergy('Penicillin'));
  await drainOutbox(before);
  const firstConsent = await share(before, doctorBefore);
  // Sealed, and not recorded when the network gets a new registry.
  await importOwn(before, allergy('Latex'));

  const { registry, fromBlock } = first.network;
  const network = { ...second.network, earlier: [{ registry, fromBlock }] };
  const patient = await w.open(PATIENT, network);
  const doctor = await w.open(DOCTOR, network, 'provider');
  await ensureMembership(patient);
  await w.hire(second, doctor);
  const [old, now] = [patient.deployments[1]!, patient.newest];
  return { ...w, first, second, network, patient, doctor, firstConsent, old, now };
}

const count = async (version: Session['newest'], session: Session): Promise<number> => {
  const { count: all } = await version.client.folder(session.address, (await session.folders()).tag('allergies'));
  return all;
};

describe('a wallet whose network has a new registry', () => {
  let scene: Awaited<ReturnType<typeof upgraded>>;
  beforeEach(async () => {
    scene = await upgraded();
  });

  it('shows what is in the earlier one, and records what is new in the newest', async () => {
    const { patient, old, now } = scene;
    await importOwn(patient, allergy('Bees'));
    expect(titles(await listOwn(patient)).toSorted()).toEqual(['Bees', 'Latex', 'Penicillin']);
    await drainOutbox(patient);
    expect(titles(await listOwn(patient)).toSorted()).toEqual(['Bees', 'Latex', 'Penicillin']);
    // What was sealed for the earlier registry went there: only with that one's key does it open.
    expect([await count(old, patient), await count(now, patient)]).toEqual([2, 1]);
    const { items, unreadable } = await listOwn(patient);
    expect(unreadable).toEqual([]);
    for (const item of items) {
      const { bytes, provenance } = await readRecord(patient, patient.address, item.id);
      expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(allergy(item.title));
      expect(provenance.author.address).toBe(patient.address);
    }
    const folders = await patient.folders();
    expect(new Set(items.map((i) => i.folder))).toEqual(new Set([folders.tag('allergies')]));
  });

  it('does not take again what the earlier one has', async () => {
    const { patient } = scene;
    const job = await patient.storage.stage(json(allergy('Penicillin')), 'test.json', 'test');
    expect((await planOwnImport(patient, job)).taken).toBe(0);
  });

  it('grants in the newest, and both sides read from both', async () => {
    const { patient, doctor, old, now, firstConsent } = scene;
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    expect(titles(await listShared(doctor)).toSorted()).toEqual(['Latex', 'Penicillin']);
    const second = await share(patient, doctor);
    expect(second.receipt.registry).toBe(now.registry);
    const folder = (await patient.folders()).tag('allergies');
    const granted = [old, now].map((v) => v.client.grant(patient.address, doctor.address, folder));
    expect((await Promise.all(granted)).map((g) => g.rights)).toEqual([3, 3]);

    const listing = await listShared(doctor, patient.address);
    expect(titles(listing).toSorted()).toEqual(['Bees', 'Latex', 'Penicillin']);
    for (const { id, title } of listing.items) {
      const { bytes } = await readRecord(doctor, patient.address, id);
      expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(allergy(title));
    }
    const consents = await ownConsents(patient);
    expect(consents.map((c) => c.consentId)).toEqual([firstConsent.consentId, second.consentId]);
    expect(consents.every((c) => c.live.length === 1)).toBe(true);
  });

  it('asks the registry that a record is in whether it may be read', async () => {
    const { evm, patient, doctor, first, second } = scene;
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    await share(patient, doctor);
    const { items } = await listShared(doctor);
    const of = (title: string) => items.find((i) => i.title === title)!.id;
    const read = (title: string) => codeOf(readRecord(doctor, patient.address, of(title)));

    const hospital = (registry: Registry) => registry.as(evm.who.hospital);
    await hospital(first).getFunction('suspend').send(doctor.address);
    expect(titles(await listShared(doctor))).toEqual(['Bees']);
    expect([await read('Penicillin'), await read('Bees')]).toEqual(['no-consent', 'none']);

    await hospital(first).getFunction('restore').send(doctor.address);
    await hospital(second).getFunction('suspend').send(doctor.address);
    expect(titles(await listShared(doctor)).toSorted()).toEqual(['Latex', 'Penicillin']);
    expect([await read('Penicillin'), await read('Bees')]).toEqual(['none', 'no-consent']);
  });

  it('says of a record nobody shared that there is no consent, as of one that does not exist', async () => {
    const { patient, open, hire, second, network } = scene;
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    const stranger = await open(OTHER_DOCTOR, network, 'provider');
    await hire(second, stranger);
    const ids = [...(await listOwn(patient)).items.map((i) => i.id), `0x${'00'.repeat(32)}/0`];
    for (const id of ids) expect(await codeOf(readRecord(stranger, patient.address, id))).toBe('no-consent');
    expect(await codeOf(readRecord(patient, patient.address, ids.at(-1)!))).toBe('not-found');
  });

  it('ends a consent in the registry it was given in, and no other', async () => {
    const { patient, doctor, first, firstConsent, sent } = scene;
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    await share(patient, doctor);
    sent.length = 0;
    await endConsent(patient, firstConsent);
    expect(sent).toMatchObject([{ to: first.network.registry }]);
    expect(titles(await listShared(doctor))).toEqual(['Bees']);
    const consents = await ownConsents(patient);
    expect(consents.map((c) => c.live.length)).toEqual([0, 1]);
    expect(await codeOf(endConsent(patient, { consentId: `0x${'00'.repeat(32)}` }))).toBe('not-found');
  });

  it('lets whoever keeps access in an earlier registry go on reading there', async () => {
    const { patient, open, hire, first, network, firstConsent, old, now } = scene;
    // Both were given access before; one stays.
    const before = await open(PATIENT, first.network);
    const stays = await open(OTHER_DOCTOR, first.network, 'provider');
    await hire(first, stays);
    await share(before, stays, ['read']);
    await endConsent(patient, firstConsent);
    await importOwn(before, allergy('Nickel'));
    await drainOutbox(before);
    const after = await open(OTHER_DOCTOR, network, 'provider');
    expect(titles(await listShared(after)).toSorted()).toEqual(['Latex', 'Nickel', 'Penicillin']);
    expect([await count(old, patient), await count(now, patient)]).toEqual([3, 0]);
  });

  it('counts one id in two registries as one record, which opens where its key is', async () => {
    const { evm, patient, second, old } = scene;
    await drainOutbox(patient);
    const self = await evm.impersonate(patient.address);
    const [item] = (await listOwn(patient)).items.filter((i) => i.title === 'Penicillin');
    const record = await patient.catalogue.entry(old.registry, item!.id.split('/')[0]!);
    const entry = { folder: record!.folder, epoch: 1, cid: record!.cid, commitment: record!.commitment };
    // In another epoch of the folder, so that its key there is certainly another.
    await (
      await second
        .as(self)
        .getFunction('rotate')
        .send([entry.folder], false, toHex(fill(32)))
    ).wait();
    await (await second.as(self).getFunction('addRecord').send(entry, patient.address)).wait();
    const { items, unreadable } = await listOwn(patient);
    expect(titles({ items }).toSorted()).toEqual(['Latex', 'Penicillin']);
    expect(unreadable).toEqual([]);
    const copied = items.find((i) => i.id.startsWith(record!.id))!;
    expect(copied.block).toBe(record!.block);
    expect((await readRecord(patient, patient.address, copied.id)).provenance.block).toBe(record!.block);
  });

  it('lets a provider add to the newest only, by a consent of that', async () => {
    const { patient, doctor, now, old } = scene;
    const add = async () => {
      const job = await doctor.storage.stage(json(allergy('Dust')), 'test.json', 'test');
      return writeShared(doctor, patient.address, 'allergies', job);
    };
    expect(await codeOf(add())).toBe('no-consent');
    await drainOutbox(patient);
    await share(patient, doctor);
    await add();
    await drainOutbox(doctor);
    expect([await count(old, patient), await count(now, patient)]).toEqual([2, 1]);
    expect(titles(await listOwn(patient)).toSorted()).toEqual(['Dust', 'Latex', 'Penicillin']);
  });
});

describe('the SDK for servers', () => {
  it('reads what was shared in either registry', async () => {
    const { evm, patient, doctor, network, shared, first } = await upgraded();
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    await share(patient, doctor);
    const [rpcUrl, manager] = [await nodeOf(evm), await serveBlocks(shared)];
    const described = parseNetwork({ ...network, rpcUrl, managers: [manager] });
    const recipient = await openAsRecipient({ network: described, words: toWords(DOCTOR).join(' ') });
    onTestFinished(() => recipient.close());
    const { items } = await recipient.list();
    expect(titles({ items }).toSorted()).toEqual(['Bees', 'Latex', 'Penicillin']);
    expect(await recipient.consents()).toHaveLength(2);
    const of = (title: string) => items.find((i) => i.title === title)!.id;
    const { bytes } = await recipient.read(patient.address, of('Penicillin'));
    expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual(allergy('Penicillin'));
    await first.as(evm.who.hospital).getFunction('suspend').send(doctor.address);
    expect(await codeOf(recipient.read(patient.address, of('Penicillin')))).toBe('no-consent');
    expect(await codeOf(recipient.read(patient.address, of('Bees')))).toBe('none');
  });
});

describe('the description of a network', () => {
  const version = { registry: `0x${'11'.repeat(20)}`, fromBlock: 3 };
  const network = {
    name: 'Test',
    chainId: 1,
    rpcUrl: 'http://127.0.0.1:1',
    registry: `0x${'22'.repeat(20)}`,
    fromBlock: 9,
    managers: ['http://127.0.0.1:1'],
    durableAt: 1,
  };

  it('may name up to eight earlier registries, newest first', () => {
    expect(versionsOf(parseNetwork(network))).toHaveLength(1);
    const parsed = parseNetwork({ ...network, earlier: [version] });
    expect(versionsOf(parsed).map(({ registry, fromBlock }) => ({ registry, fromBlock }))).toEqual([
      { registry: network.registry, fromBlock: 9 },
      version,
    ]);
    expect(() => parseNetwork({ ...network, earlier: Array(8).fill(version) })).not.toThrow();
    const bad = [Array(9).fill(version), [{ ...version, chainId: 2 }], [{ registry: '0x12', fromBlock: 0 }]];
    for (const earlier of bad) expect(() => parseNetwork({ ...network, earlier })).toThrow('earlier');
  });

  it.each([
    'http://portal.example/link',
    'javascript:alert(1)//',
    'https://portal.example/link#there',
    'https://portal.example/link?to=me',
    'https://me@portal.example/link',
    `https://portal.example/${'x'.repeat(300)}`,
    'portal.example/link',
    '',
  ])('names no page that opens health links by %s', (linkViewer) => {
    expect(() => parseNetwork({ ...network, linkViewer })).toThrow('linkViewer');
  });

  it('may name a page that opens health links', () => {
    const linkViewer = 'https://portal.example/link';
    expect(parseNetwork({ ...network, linkViewer }).linkViewer).toBe(linkViewer);
  });
});

/** @returns the address of a node of the chain */
const nodeOf = async ({ provider }: Awaited<ReturnType<typeof startEvm>>): Promise<string> =>
  (await serveChain((method, params) => provider.send(method, params))).url;

/** A manager's gateway over blocks in memory. */
const serveBlocks = (blocks: MemoryStorage['blocks']): Promise<string> =>
  serveHttp(({ url }) => {
    const [, cid = ''] = /^\/ipfs\/([^?]+)/.exec(url.pathname) ?? [];
    return new MemoryStorage(blocks).block(cid).then(
      (bytes) => ({ status: 200, body: bytes }),
      () => ({ status: 404 }),
    );
  });
