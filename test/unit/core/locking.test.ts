import { afterEach, describe, expect, it } from 'vitest';
import { concat, fromHex, uintBytes, utf8 } from '../../../extension/core/bytes.ts';
import { isSalusError } from '../../../extension/core/errors.ts';
import { hkdf } from '../../../extension/core/keys/hkdf.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { eciesOpen } from '../../../extension/core/keys/ecies.ts';
import { LocalEntryReader } from '../../../extension/core/records/local-reader.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import { listOwn } from './listings.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { seenBy } from '../../../extension/core/wallet/seen-by.ts';
import { fillSelections, sharePicked } from '../../../extension/core/wallet/selections.ts';
import { eraseItem } from '../../../extension/core/wallet/rearrange.ts';
import { withdrawDue } from '../../../extension/core/wallet/withdraw.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { allergy, DOCTOR, importOwn, json, PATIENT, share, world } from './wallets.ts';
import { fill } from './support.ts';
import { Waits } from './waits.ts';

let waits: Waits | undefined;
afterEach(() => waits?.stop());

/** A patient and a doctor who may read and write allergies. */
async function setUp() {
  const w = await world();
  const registry = await w.deploy();
  const open = async (seed: typeof PATIENT, kind: 'patient' | 'provider') => {
    const session = await w.open(seed, registry.network, kind);
    watchAll(session);
    return session;
  };
  const watchAll = (session: Session) => {
    waits?.watch(session.client.provider, 'send');
    waits?.watch(session.sponsor, 'submit');
  };
  const patient = await open(PATIENT, 'patient');
  await ensureMembership(patient);
  const doctor = await open(DOCTOR, 'provider');
  await w.hire(registry, doctor);
  return { w, registry, patient, doctor, open };
}

/** Runs `operate` once to count its waits, then again and again, locked after each of them. @returns how often the lock stopped it */
async function lockedEverywhere(open: () => Promise<Session>, operate: (session: Session) => Promise<unknown>) {
  waits?.after(Infinity, () => undefined);
  await operate(await open());
  const all = waits?.counted ?? 0;
  let stopped = 0;
  for (let at = 1; at <= all; at++) {
    const session = await open();
    waits?.after(at, () => session.wipe());
    await operate(session).catch((error: unknown) => {
      if (!isSalusError(error, 'vault-locked')) throw error;
      stopped++;
    });
  }
  waits?.after(Infinity, () => undefined);
  return stopped;
}

describe('a wallet that is locked in the middle of its work', () => {
  it('seals nothing that opens without its keys, and everything it sealed opens after the next unlocking', async () => {
    waits = new Waits();
    const { w, registry, patient, open } = await setUp();
    let count = 0;
    const stopped = await lockedEverywhere(
      () => open(PATIENT, 'patient'),
      (session) => importOwn(session, allergy(`substance ${count++}`)),
    );
    expect(stopped).toBeGreaterThan(5);
    const unlocked = await open(PATIENT, 'patient');
    await drainOutbox(unlocked);
    const { items, unreadable } = await listOwn(unlocked);
    expect(unreadable).toEqual([]);
    expect(items.length).toBeGreaterThan(0);
    const folder = items[0]!.folder;
    // What a wiped keyring would derive, were it derived from the zeros that are left.
    const { chainId, registry: address } = registry.network;
    const place = concat(uintBytes(chainId, 8), fromHex(address), uintBytes(folder, 6), uintBytes(0, 2));
    const seed = await hkdf(new Uint8Array(32), new Uint8Array(), concat(utf8('salus/folder/v2'), place), 64);
    const reader = new LocalEntryReader(w.shared, nobleGroup);
    const { address: patientAddress } = unlocked;
    for (const row of w.storages.get(patient.address)!.ledger.values()) {
      if (row.kind !== 'entry') continue;
      const of = { chainId, registry: address, patient: patientAddress, folder, epoch: 0, author: patientAddress };
      const opening = reader.unwrap(row.root, { seed, place: { ...of, commitment: fromHex(row.commitment) } });
      await expect(opening).rejects.toMatchObject({ code: 'wrong-key' });
      const { capsule } = await reader.keyOf(row.root);
      await expect(eciesOpen(new Uint8Array(32), capsule)).rejects.toMatchObject({ code: 'wrong-key' });
    }
  }, 400_000);

  it('calls no entry bad whose opening the lock overtook', async () => {
    const { w, patient, doctor, open } = await setUp();
    await importOwn(patient, allergy('nuts'));
    await drainOutbox(patient);
    await share(patient, doctor);
    w.catalogues.clear();
    const locked = await open(PATIENT, 'patient');
    const keyOf = locked.storage.keyOf.bind(locked.storage);
    locked.storage.keyOf = (cid) => {
      locked.wipe();
      return keyOf(cid);
    };
    await expect(locked.catalogue.sync()).rejects.toMatchObject({ code: 'vault-locked' });
    locked.storage.keyOf = keyOf;
    expect(await listOwn(await open(PATIENT, 'patient'))).toMatchObject({ items: [{ title: 'nuts' }], unreadable: [] });
  });

  it('picks nothing under a key that is gone, and goes on where it stopped', async () => {
    waits = new Waits();
    const { patient, doctor, open } = await setUp();
    await importOwn(patient, allergy('nuts'));
    await drainOutbox(patient);
    const [{ id } = { id: '' }] = (await listOwn(patient)).items;
    const until = Math.floor(Date.now() / 1000) + 3_600;
    const terms = { origin: 'wallet', purpose: 'TREAT', reason: 'test', rights: ['read'], until } as const;
    const stopped = await lockedEverywhere(
      () => open(PATIENT, 'patient'),
      (session) => sharePicked(session, { ids: [id] }, { ...terms, recipient: doctor.address }),
    );
    expect(stopped).toBeGreaterThan(5);
    const unlocked = await open(PATIENT, 'patient');
    await unlocked.catalogue.sync();
    await fillSelections(unlocked);
    await drainOutbox(unlocked);
    // Every folder that came to be shared has it, once.
    const live = (await ownConsents(unlocked)).filter((consent) => consent.live.length > 0);
    expect(live.length).toBeGreaterThan(0);
    for (const consent of live) {
      expect((await seenBy(unlocked, consent)).map(({ title }) => title)).toEqual(['nuts']);
    }
  }, 400_000);

  it('signs nothing after the lock: giving and ending access stop, and can be done again', async () => {
    waits = new Waits();
    const { w, patient, doctor, open } = await setUp();
    await importOwn(patient, allergy('nuts'));
    await drainOutbox(patient);
    const given = await lockedEverywhere(
      () => open(PATIENT, 'patient'),
      async (session) => {
        const sentBefore = w.sent.length;
        await share(session, doctor).catch((error: unknown) => {
          // What was signed before the lock may be under way; nothing was signed after it.
          expect(w.sent.length - sentBefore).toBeLessThanOrEqual(1);
          throw error;
        });
      },
    );
    expect(given).toBeGreaterThan(5);
    const ended = await lockedEverywhere(
      () => open(PATIENT, 'patient'),
      async (session) => {
        const consents = await ownConsents(session);
        await endConsent(session, consents.findLast(({ live }) => live.length > 0) ?? consents[0]!);
      },
    );
    expect(ended).toBeGreaterThan(5);
  }, 400_000);

  it('erases what it can finish, and has nothing twice or lost', async () => {
    waits = new Waits();
    const { open } = await setUp();
    const titles = async (session: Session) => (await listOwn(session)).items.map(({ title }) => title);
    let isOver = false;
    let stopped = 0;
    // Each third wait: there are more than a hundred.
    for (let at = 1; !isOver; at += 3) {
      waits.after(Infinity, () => undefined);
      const before = await open(PATIENT, 'patient');
      const entry = ['erased', 'kept'].map((what) => ({ resource: allergy(`${what} ${at}`) }));
      await importOwn(before, { resourceType: 'Bundle', type: 'collection', entry });
      await drainOutbox(before);
      const { id } = (await listOwn(before)).items.find(({ title }) => title === `erased ${at}`)!;
      const session = await open(PATIENT, 'patient');
      waits.after(at, () => session.wipe());
      isOver = true;
      try {
        await eraseItem(session, id);
      } catch (error) {
        if (!isSalusError(error, 'vault-locked')) throw error;
        isOver = false;
        stopped++;
      }
      waits.after(Infinity, () => undefined);
      const unlocked = await open(PATIENT, 'patient');
      await unlocked.catalogue.sync();
      await drainOutbox(unlocked);
      await withdrawDue(unlocked);
      const left = (await titles(unlocked)).filter((title) => title.endsWith(` ${at}`));
      // It is erased, or, where it was not noted yet that it is to be, there as before.
      expect([[`erased ${at}`, `kept ${at}`], [`kept ${at}`]]).toContainEqual(left.toSorted());
      for (const title of left) {
        const again = (await listOwn(unlocked)).items.find((item) => item.title === title)!;
        await eraseItem(unlocked, again.id);
      }
      expect(await titles(unlocked), 'what was left by the lock does not come back').toEqual([]);
    }
    expect(stopped).toBeGreaterThan(5);
  }, 400_000);

  it('as a doctor’s opens and writes nothing more', async () => {
    waits = new Waits();
    const { patient, doctor, open } = await setUp();
    await importOwn(patient, allergy('nuts'));
    await drainOutbox(patient);
    await share(patient, doctor);
    const [item] = (await listOwn(patient)).items;
    const read = await lockedEverywhere(
      () => open(DOCTOR, 'provider'),
      (session) => readRecord(session, patient.address, item!.id),
    );
    expect(read).toBeGreaterThan(5);
    const written = await lockedEverywhere(
      () => open(DOCTOR, 'provider'),
      async (session) => {
        const job = await session.storage.stage(json(allergy('dust')), 'a.json', 'test');
        await writeShared(session, patient.address, 'allergies', job);
      },
    );
    expect(written).toBeGreaterThan(5);
    await drainOutbox(await open(DOCTOR, 'provider'));
    expect((await listOwn(await open(PATIENT, 'patient'))).unreadable).toEqual([]);
  }, 400_000);

  it('neither reads nor changes what it keeps of sites', async () => {
    waits = new Waits();
    const { open } = await setUp();
    const session = await open(fill(32, 9), 'patient');
    await session.state.update((s) => ({ ...s, sites: [{ origin: 'https://clinic.example', connectedAt: 1 }] }));
    session.wipe();
    await expect(session.state.read()).rejects.toMatchObject({ code: 'vault-locked' });
    await expect(session.state.update((s) => ({ ...s, sites: [] }))).rejects.toMatchObject({ code: 'vault-locked' });
    expect((await (await open(fill(32, 9), 'patient')).state.read()).sites).toHaveLength(1);
  });
});
