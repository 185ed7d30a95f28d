import { describe, expect, it } from 'vitest';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { SiteNews } from '../../../extension/rpc/site-news.ts';
import { allergy, importOwn, json, share } from '../core/wallets.ts';
import { walletWorld } from './wallet-world.ts';

const CLINIC = 'https://clinic.example';
const OTHER = 'https://other.example';
const HOUR = 3_600;

/** A patient who shared their allergies through the clinic’s site, and a doctor to whose wallet two sites are connected. */
async function shared() {
  const w = await walletWorld();
  await w.connect(CLINIC);
  w.state.isDoctor = true;
  await w.connect(CLINIC);
  await w.connect(OTHER);
  w.state.isDoctor = false;
  const consentId = await w.consentFor(CLINIC);
  const look = async (session: Session, news = w.news) => {
    await session.catalogue.sync();
    w.events.length = 0;
    await news.tell(session);
    return [...w.events];
  };
  await look(w.session);
  await look(w.doctor);
  const patient = w.session.address.toLowerCase();
  const add = async (substance = 'Penicillin') => {
    await importOwn(w.session, allergy(substance));
    await drainOutbox(w.session);
  };
  return { w, consentId, look, patient, add };
}

describe('what a site is told without having asked', () => {
  it('is that somebody else added to what it may list, once, and no other site hears of it', async () => {
    const { w, look, patient, add } = await shared();
    expect(await look(w.doctor)).toEqual([]);
    await add();
    expect(await look(w.doctor)).toEqual([[CLINIC, 'recordAdded', { patient, section: 'allergies' }]]);
    expect(await look(w.doctor)).toEqual([]);
  });

  it('is nothing of a patient’s own record, nor of what this account wrote itself', async () => {
    const { w, look, add } = await shared();
    await add();
    expect(await look(w.session)).toEqual([]);
    await look(w.doctor);
    await share(w.session, w.doctor, ['read', 'write']);
    const job = await w.doctor.storage.stage(json(allergy('Latex')), 'a.json', 'test');
    await writeShared(w.doctor, w.session.address, 'allergies', job);
    await drainOutbox(w.doctor);
    expect(await look(w.doctor)).toEqual([]);
  });

  it('is nothing of what is learned with everything else from the beginning', async () => {
    const { w, look, add } = await shared();
    await add();
    await w.doctor.catalogue.rows.clear();
    expect(await look(w.doctor)).toEqual([]);
    await add('Nuts');
    expect((await look(w.doctor)).map(([, event]) => event)).toEqual(['recordAdded']);
  });

  it('is that a consent which was given through it ended by itself, once, and only while it is connected', async () => {
    const { w, consentId, look } = await shared();
    w.pass(HOUR + 60);
    expect(await look(w.session)).toEqual([[CLINIC, 'consentChanged', { consentId, live: false }]]);
    expect(await look(w.session)).toEqual([]);
  });

  it('is told after the worker was away, too', async () => {
    const { w, consentId, look } = await shared();
    w.pass(HOUR + 60);
    const anew = new SiteNews(w.tellSite);
    expect(await look(w.session, anew)).toEqual([[CLINIC, 'consentChanged', { consentId, live: false }]]);
    expect(await look(w.session, new SiteNews(w.tellSite))).toEqual([]);
  });

  it('is not told to a site that is connected no more', async () => {
    const { w, look } = await shared();
    await w.session.state.update((s) => ({ ...s, sites: [] }));
    w.pass(HOUR + 60);
    expect(await look(w.session)).toEqual([]);
  });

  it('is not said twice where the act itself said it', async () => {
    const { w, consentId, look } = await shared();
    await w.ask(CLINIC, 'health_endConsent', { consentId });
    expect(await look(w.session)).toEqual([]);
  });

  it('is that it was ended in another browser', async () => {
    const { w, consentId, look } = await shared();
    await endConsent(w.session, { consentId, recipient: w.doctor.address });
    expect(await look(w.session)).toEqual([[CLINIC, 'consentChanged', { consentId, live: false }]]);
  });

  it('is nothing once the wallet is locked', async () => {
    const { w, add } = await shared();
    await add();
    await w.doctor.catalogue.sync();
    w.events.length = 0;
    w.doctor.wipe();
    await expect(w.news.tell(w.doctor)).rejects.toMatchObject({ code: 'vault-locked' });
    expect(w.events).toEqual([]);
  });
});
