import { afterEach, describe, expect, it } from 'vitest';
import { toHex } from '../../../extension/core/bytes.ts';
import { openReason, sealReason } from '../../../extension/core/consent/emergency-note.ts';
import { EMERGENCY_REASONS, MOST_IN_EMERGENCY } from '../../../extension/core/consent/emergency-reason.ts';
import { PURPOSE_BITS } from '../../../extension/core/consent/purposes.ts';
import { isSalusError } from '../../../extension/core/errors.ts';
import { evenKey } from '../../../extension/core/keys/keyring.ts';
import { registryInterface, Right } from '../../../extension/core/registry/abi.ts';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { alarmsOf, lookedAtAlarms, watchOpenings } from '../../../extension/core/wallet/alarms.ts';
import { openableInEmergency, openInEmergency } from '../../../extension/core/wallet/break-glass.ts';
import {
  allowedInEmergency,
  allowInEmergency,
  emergencies,
  endEmergency,
} from '../../../extension/core/wallet/emergency.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { patientRecords, patientsOf } from '../../../extension/core/wallet/patients.ts';
import { openRecords, readRecord, sharedRecords } from '../../../extension/core/wallet/records.ts';
import { SECTIONS } from '../../../extension/core/records/sections.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import type { Manners } from './evm.ts';
import { fill } from './support.ts';
import { allergy, codeOf, DOCTOR, importOwn, OTHER_DOCTOR, PATIENT, share, titles, world } from './wallets.ts';
import { Waits } from './waits.ts';

const DAY = 86_400;
let waits: Waits | undefined;
afterEach(() => waits?.stop());

/** A patient with two allergies and a condition on the chain, and a doctor to whom nothing was given. */
async function scene() {
  const w = await world();
  const clinic = await w.clinic();
  const { patient, doctor } = clinic;
  for (const what of ['nuts', 'latex']) await importOwn(patient, allergy(what));
  await importOwn(patient, { resourceType: 'Condition', code: { text: 'asthma' } });
  await drainOutbox(patient);
  const of = { patient: patient.address };
  const read = () => patientRecords(doctor, { ...of, emergency: true });
  /** Lets the chain's time go on. */
  const later = async (seconds: number) => {
    await w.evm.provider.send('evm_increaseTime', [seconds]);
    await w.evm.mine(1);
  };
  const may = async (who: Session, purpose: number) =>
    patient.client.may(who.address, patient.address, (await patient.folders()).tag('allergies'), Right.Read, purpose);
  return { w, ...clinic, of, read, later, may };
}

describe('what may be opened in an emergency', () => {
  it('is nothing, until the patient says so; by one act, which can be taken back', async () => {
    const { w, patient } = await scene();
    expect(await allowedInEmergency(patient)).toEqual([]);
    w.sent.length = 0;
    await allowInEmergency(patient, ['allergies', 'problems']);
    expect(await allowedInEmergency(patient)).toEqual(expect.arrayContaining(['allergies', 'problems']));
    const names = w.sent.map(({ calls }) => calls.map((data) => registryInterface.parseTransaction({ data })!.name));
    expect(names).toEqual([['setKeyringFor', 'allowEmergencyFor']]);
    // Two go, and one comes, at once; what is so already is not sent.
    await allowInEmergency(patient, ['medications']);
    expect(await allowedInEmergency(patient)).toEqual(['medications']);
    w.sent.length = 0;
    await allowInEmergency(patient, ['medications']);
    expect(w.sent).toEqual([]);
    await allowInEmergency(patient, []);
    expect(await allowedInEmergency(patient)).toEqual([]);
    expect(await allowedInEmergency(await w.open(PATIENT, patient.network))).toEqual([]);
  });

  it('is not said for more sections than can be opened at once, nor where nobody keeps the keys', async () => {
    const { w, patient, registry } = await scene();
    expect(await codeOf(allowInEmergency(patient, SECTIONS.slice(0, MOST_IN_EMERGENCY + 1)))).toBe('bad-request');
    const { custody: _, ...alone } = registry.network;
    void _;
    const elsewhere = await w.open(PATIENT, alone);
    expect(await codeOf(allowInEmergency(elsewhere, ['allergies']))).toBe('no-keepers');
    await patient.catalogue.sync();
    expect(await allowedInEmergency(patient)).toEqual([]);
  });

  it('is told where too few keepers take their shares, and then nothing is allowed', async () => {
    const { w, patient } = await scene();
    for (const keeper of [0, 1]) w.keepers.instead.set(keeper, () => Promise.resolve(undefined));
    expect(await codeOf(allowInEmergency(patient, ['allergies']))).toBe('managers-unreachable');
    await patient.catalogue.sync();
    expect(await allowedInEmergency(patient)).toEqual([]);
  });
});

describe('a doctor in an emergency', () => {
  it('is refused where nothing is allowed, in words that say what to do, and nothing is half done', async () => {
    const { w, patient, doctor } = await scene();
    w.sent.length = 0;
    for (const attempt of [
      openableInEmergency(doctor, patient.address),
      openInEmergency(doctor, patient.address, 'life'),
    ]) {
      const error: unknown = await attempt.catch((thrown: unknown) => thrown);
      if (!isSalusError(error, 'emergency-forbidden')) throw error;
      expect(error.message).toContain('Ask them');
    }
    await allowInEmergency(patient, ['allergies']);
    await allowInEmergency(patient, []);
    w.sent.length = 0;
    expect(await codeOf(openInEmergency(doctor, patient.address, 'life'))).toBe('emergency-forbidden');
    expect(w.sent).toEqual([]);
    expect(await patientsOf(doctor)).toEqual([]);
  });

  it('is a doctor whom an active hospital let in, and nobody else', async () => {
    const { w, network, registry, patient, doctor } = await scene();
    await allowInEmergency(patient, ['allergies']);
    const other = await w.open(OTHER_DOCTOR, network);
    await ensureMembership(other);
    expect(await codeOf(openInEmergency(other, patient.address, 'life'))).toBe('not-a-doctor');
    await registry.as(w.evm.who.hospital).getFunction('suspend').send(doctor.address);
    expect(await codeOf(openInEmergency(doctor, patient.address, 'life'))).toBe('not-a-doctor');
  });

  it('reads what was allowed, and no more, for that purpose alone; no page has any of it', async () => {
    const { w, patient, doctor, of, read, may } = await scene();
    await allowInEmergency(patient, ['allergies', 'medications']);
    expect(await openableInEmergency(doctor, patient.address)).toBe(2);
    w.sent.length = 0;
    await openInEmergency(doctor, patient.address, 'unresponsive');
    expect(w.sent.map(({ calls }) => calls.length)).toEqual([2]);
    expect(await patientsOf(doctor)).toMatchObject([{ ...of, sections: [], emergency: { folders: 2, opened: 0 } }]);
    expect(w.keepers.reads()).toBe(0); // opening is not reading
    const page = await read();
    expect([titles(page).sort(), page.unopened]).toEqual([['latex', 'nuts'], 0]);
    expect(await patientsOf(doctor)).toMatchObject([{ emergency: { folders: 2, opened: 2 } }]);
    const [item] = page.items;
    expect((await readRecord(doctor, patient.address, item!.id)).item.title).toBe(item!.title);
    expect([await may(doctor, PURPOSE_BITS.BTG), await may(doctor, PURPOSE_BITS.TREAT)]).toEqual([true, false]);
    // Neither for another purpose, nor through a site.
    for (const use of [{ purpose: PURPOSE_BITS.TREAT }, { through: () => Promise.resolve(true) }]) {
      expect(titles(await openRecords(doctor, { ...of, use }))).toEqual([]);
      expect(titles(await sharedRecords(doctor, { ...of, use }))).toEqual([]);
    }
    expect(await codeOf(readRecord(doctor, patient.address, item!.id, { purpose: PURPOSE_BITS.TREAT }))).toBe(
      'no-consent',
    );
  });

  it('keeps nothing once its 24 hours are over', async () => {
    const { patient, doctor, read, later } = await scene();
    await allowInEmergency(patient, ['allergies']);
    await openInEmergency(doctor, patient.address, 'life');
    const page = await read();
    expect(page.items).toHaveLength(2);
    await importOwn(patient, allergy('bees'));
    await drainOutbox(patient);
    await later(DAY + 5);
    await doctor.catalogue.sync();
    expect(await patientsOf(doctor)).toEqual([]);
    expect(titles(await read())).toEqual([]);
    expect(await codeOf(readRecord(doctor, patient.address, page.items[0]!.id))).toBe('no-consent');
    const { id, registry } = page.items[0]!;
    const row = await doctor.catalogue.entry(registry, id.split('/')[0]!);
    expect(row).toMatchObject({ state: 'closed', items: [] });
  });

  it('keeps what was given otherwise when the emergency is over', async () => {
    const { patient, doctor, of, read, later } = await scene();
    await allowInEmergency(patient, ['allergies', 'problems']);
    await giveConsent(patient, {
      origin: 'https://clinic.example',
      recipient: doctor.address,
      purpose: 'TREAT',
      reason: 'test',
      sections: ['problems'],
      rights: ['read'],
      until: Math.floor(Date.now() / 1000) + 30 * DAY,
    });
    await openInEmergency(doctor, patient.address, 'unable');
    expect(titles(await read()).sort()).toEqual(['asthma', 'latex', 'nuts']);
    await later(DAY + 5);
    await doctor.catalogue.sync();
    expect(titles(await patientRecords(doctor, of))).toEqual(['asthma']);
    expect((await patientsOf(doctor))[0]).not.toHaveProperty('emergency');
  });
});

describe('the patient', () => {
  it('is alarmed once for one opening, and told who, why, until when and what was read', async () => {
    const { patient, doctor, read } = await scene();
    await allowInEmergency(patient, ['allergies', 'medications']);
    expect(await emergencies(patient)).toEqual([]);
    await openInEmergency(doctor, patient.address, 'unresponsive');
    await patient.catalogue.sync();
    expect(await alarmsOf(patient)).toBe(1);
    await read();
    await watchOpenings(patient, true);
    const [view, ...more] = await emergencies(patient);
    expect(more).toEqual([]);
    expect(view).toMatchObject({ who: doctor.address, reason: 'unresponsive', live: true });
    expect([...view!.sections].sort()).toEqual(['allergies', 'medications']);
    expect(view!.until - view!.at!).toBe(DAY);
    expect(view!.lines).toMatchObject([{ section: 'allergies', count: 2, refused: false }]);
    expect(view!.lines[0]!.keepers).toHaveLength(2);
    const [line] = (await activity(patient)).items.filter(({ kind }) => kind === 'emergency');
    expect(line).toMatchObject({ who: doctor.address, until: view!.until, reason: 'unresponsive' });
    await lookedAtAlarms(patient);
    expect(await alarmsOf(patient)).toBe(0);
    expect(view!.transaction).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it('is alarmed by the keepers’ lines where the node hides the opening', async () => {
    const { w, network, patient, doctor, read } = await scene();
    await allowInEmergency(patient, ['allergies']);
    const topic = registryInterface.getEvent('EmergencyOpened')!.topicHash;
    const tell: NonNullable<Manners['tell']> = (log) => (log.topics[0] === topic ? undefined : log);
    const fooled = await w.open(PATIENT, network, 'patient', { tell });
    await openInEmergency(doctor, patient.address, 'life');
    await read();
    await fooled.catalogue.sync();
    expect([await emergencies(fooled), await alarmsOf(fooled)]).toEqual([[], 0]);
    expect(await watchOpenings(fooled, true)).toBe(1);
    const [line] = (await activity(fooled)).items;
    expect(line).toMatchObject({ kind: 'opened', purpose: PURPOSE_BITS.BTG, section: 'allergies', count: 2 });
  });

  it('ends it at once, and the same doctor cannot open it again', async () => {
    const { w, patient, doctor, read, may } = await scene();
    await allowInEmergency(patient, ['allergies', 'medications']);
    await openInEmergency(doctor, patient.address, 'life');
    const page = await read();
    await importOwn(patient, allergy('bees'));
    await drainOutbox(patient);
    await doctor.catalogue.sync();
    w.sent.length = 0;
    await endEmergency(patient, doctor.address);
    expect(w.sent).toHaveLength(1);
    expect(await may(doctor, PURPOSE_BITS.BTG)).toBe(false);
    // Before the doctor's wallet has learned of it, keepers refuse already.
    expect(titles(await read())).not.toContain('bees');
    expect(await codeOf(readRecord(doctor, patient.address, page.items[0]!.id))).toBe('no-consent');
    await doctor.catalogue.sync();
    expect(await patientsOf(doctor)).toEqual([]);
    expect(titles(await read())).toEqual([]);
    expect(await codeOf(openInEmergency(doctor, patient.address, 'life'))).toBe('emergency-forbidden');
    expect(await emergencies(patient)).toMatchObject([{ live: false }]);
    expect(await codeOf(endEmergency(patient, doctor.address))).toBe('not-found');
    expect(await allowedInEmergency(patient)).toEqual([]);
  });

  it('ends one doctor’s opening and leaves what another was given', async () => {
    const { w, network, registry, patient, doctor, of } = await scene();
    const other = await w.open(OTHER_DOCTOR, network, 'provider');
    await w.hire(registry, other);
    await share(patient, other);
    await allowInEmergency(patient, ['allergies']);
    await openInEmergency(doctor, patient.address, 'life');
    await endEmergency(patient, doctor.address);
    await other.catalogue.sync();
    expect(titles(await patientRecords(other, { ...of, section: 'allergies' })).sort()).toEqual(['latex', 'nuts']);
  });

  it('reads in Activity who gave something in their place', async () => {
    const { w, network, registry, patient, doctor } = await scene();
    const other = await w.open(OTHER_DOCTOR, network, 'provider');
    await w.hire(registry, other);
    const folder = (await patient.folders()).tag('allergies');
    const { timestamp } = (await w.evm.provider.getBlock('latest'))!;
    const terms = { folder, from: 0, until: timestamp + DAY, purposes: 1 };
    const me = registry.as(await w.evm.impersonate(patient.address));
    const delegation = { ...terms, grantee: doctor.address, rights: Right.Read | Right.Share };
    await me.getFunction('grant').send([delegation], toHex(fill(32, 1)));
    const delegate = registry.as(await w.evm.impersonate(doctor.address));
    const given = { ...terms, grantee: other.address, rights: Right.Read };
    await delegate.getFunction('grantAs').send(patient.address, [given], toHex(fill(32, 2)));
    await patient.catalogue.sync();
    const [line] = (await activity(patient)).items;
    expect(line).toMatchObject({ kind: 'shared', recipient: other.address, by: doctor.address });
  });
});

describe('the reason', () => {
  it('is read by the patient alone, is never the same twice, and is bound to who and where', async () => {
    const [doctor, patient, stranger] = [7, 8, 9].map((n) => evenKey(fill(32, n)));
    const place = {
      chainId: 1,
      registry: `0x${'11'.repeat(20)}`,
      patient: `0x${'22'.repeat(20)}`,
      doctor: `0x${'33'.repeat(20)}`,
    };
    for (const reason of EMERGENCY_REASONS) {
      const notes = [0, 1].map(() => sealReason(doctor!.secret, patient!.publicX, place, reason));
      const [one, two] = await Promise.all(notes);
      expect(one).toHaveLength(32);
      expect(one).not.toEqual(two);
      expect(await openReason(patient!.secret, doctor!.publicX, place, one!)).toBe(reason);
      expect(await openReason(stranger!.secret, doctor!.publicX, place, one!)).toBeUndefined();
      const elsewhere = { ...place, chainId: 2 };
      expect(await openReason(patient!.secret, doctor!.publicX, elsewhere, one!)).toBeUndefined();
      const changed = one!.map((byte, i) => (i === 20 ? byte ^ 1 : byte));
      expect(await openReason(patient!.secret, doctor!.publicX, place, changed)).toBeUndefined();
    }
    expect(await openReason(patient!.secret, doctor!.publicX, place, fill(32))).toBeUndefined();
  });

  it('that another wallet left out takes nothing from what is told', async () => {
    const { w, registry, patient, doctor } = await scene();
    await allowInEmergency(patient, ['allergies']);
    const folder = (await patient.folders()).tag('allergies');
    const itself = registry.as(await w.evm.impersonate(doctor.address));
    await itself.getFunction('breakGlass').send(patient.address, folder, toHex(fill(32, 5)));
    await patient.catalogue.sync();
    const [view] = await emergencies(patient);
    expect(view).toMatchObject({ who: doctor.address, live: true, sections: ['allergies'] });
    expect(view).not.toHaveProperty('reason');
    await endEmergency(patient, doctor.address);
    expect((await emergencies(patient))[0]!.live).toBe(false);
  });
});

describe('a wallet that is locked in the middle of it', () => {
  it('has allowed, opened and ended all or nothing, and goes on after the next unlocking', async () => {
    const { w, network, patient, doctor } = await scene();
    waits = new Waits();
    const open = async (seed: typeof PATIENT, kind: 'patient' | 'provider') => {
      const session = await w.open(seed, network, kind);
      waits?.watch(session.client.provider, 'send');
      waits?.watch(session.sponsor, 'submit');
      return session;
    };
    const patientOpens = () => open(PATIENT, 'patient');
    const stopped = async (opens: () => Promise<Session>, operate: (session: Session) => Promise<unknown>) => {
      let count = 0;
      for (const at of [1, 2, 4, 7, 11, 16, 22, 30, 45, 60]) {
        const session = await opens();
        waits!.after(at, () => session.wipe());
        const code = await codeOf(operate(session));
        expect(['vault-locked', 'none', 'not-found']).toContain(code);
        if (code === 'vault-locked') count++;
      }
      waits!.after(Infinity, () => undefined);
      return count;
    };
    expect(await stopped(patientOpens, (s) => allowInEmergency(s, ['allergies', 'problems']))).toBeGreaterThan(2);
    await allowInEmergency(await patientOpens(), ['allergies', 'problems']);
    const openings = await stopped(
      () => open(DOCTOR, 'provider'),
      (s) => openInEmergency(s, patient.address, 'life'),
    );
    expect(openings).toBeGreaterThan(2);
    await openInEmergency(await open(DOCTOR, 'provider'), patient.address, 'life');
    // Each transaction was of both sections.
    const broken = w.sent.map(({ calls }) => calls.map((data) => registryInterface.parseTransaction({ data })!.name));
    for (const calls of broken.filter((names) => names.includes('breakGlassFor'))) expect(calls).toHaveLength(2);
    expect(await stopped(patientOpens, (s) => endEmergency(s, doctor.address))).toBeGreaterThan(1);
    const unlocked = await patientOpens();
    await codeOf(endEmergency(unlocked, doctor.address));
    await unlocked.catalogue.sync();
    expect((await emergencies(unlocked)).every(({ live }) => !live)).toBe(true);
  }, 400_000);
});
