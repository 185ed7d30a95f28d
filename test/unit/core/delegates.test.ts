import { afterEach, describe, expect, it } from 'vitest';
import { PURPOSE_BITS } from '../../../extension/core/consent/purposes.ts';
import { BY_PATIENT } from '../../../extension/core/consent/receipt.ts';
import { registryInterface, Right } from '../../../extension/core/registry/abi.ts';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { alarmsOf, lookedAtAlarms, watchOpenings } from '../../../extension/core/wallet/alarms.ts';
import { changeConsent } from '../../../extension/core/wallet/change-consent.ts';
import { endDelegate, giveInPlace, type InPlace } from '../../../extension/core/wallet/delegates.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { giveConsent, type Decision } from '../../../extension/core/wallet/give-consent.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { patientRecords, patientsOf } from '../../../extension/core/wallet/patients.ts';
import { publishConsent } from '../../../extension/core/wallet/publish-consent.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { namesIn, ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { consentsOf } from '../../../extension/rpc/site-permissions.ts';
import { fill } from './support.ts';
import { Waits } from './waits.ts';
import { allergy, codeOf, importOwn, OTHER_DOCTOR, PATIENT, share, titles, world } from './wallets.ts';

const DAY = 86_400;
const DAUGHTER = fill(32, 41);
const now = () => Math.floor(Date.now() / 1000);
let waits: Waits | undefined;
afterEach(() => waits?.stop());

/** A mother with an allergy and a condition, her daughter, who has a patient's account herself, and a doctor. */
async function family(given: Partial<Decision> = {}) {
  const w = await world();
  const clinic = await w.clinic();
  const { network, patient: mother, doctor } = clinic;
  await importOwn(mother, allergy('nuts'));
  await importOwn(mother, { resourceType: 'Condition', code: { text: 'asthma' } });
  await drainOutbox(mother);
  const daughter = await w.open(DAUGHTER, network);
  await ensureMembership(daughter);
  const until = now() + 30 * DAY;
  const { consent } = await giveConsent(mother, {
    origin: BY_PATIENT,
    recipient: daughter.address,
    recipientName: 'Ana',
    principalName: 'Mum',
    purpose: 'FAMRQT',
    passOn: ['TREAT'],
    reason: 'family',
    sections: ['allergies'],
    rights: ['read'],
    until,
    ...given,
  });
  await daughter.catalogue.sync();
  const wish = (changes: Partial<InPlace> = {}): InPlace => ({
    ...{ patient: mother.address, recipient: doctor.address, recipientName: 'Dr Noor' },
    ...{ sections: ['allergies'], purpose: 'TREAT', reason: 'she is ill', until: now() + DAY },
    ...changes,
  });
  const reads = async (who: Session) => {
    await who.catalogue.sync();
    return titles(await patientRecords(who, { patient: mother.address, section: 'allergies' }));
  };
  const may = async (who: Session, purpose = PURPOSE_BITS.TREAT) =>
    mother.client.may(who.address, mother.address, (await mother.folders()).tag('allergies'), Right.Read, purpose);
  return { w, ...clinic, mother, daughter, doctor, consent, until, wish, reads, may };
}
const live = async (session: Session) => {
  await session.catalogue.sync();
  return (await ownConsents(session)).filter((consent) => consent.live.length > 0);
};

describe('a delegate', () => {
  it('with a patient’s account reads what she was given, and knows what she may pass on, for what and until when', async () => {
    const { w, mother, daughter, consent, until, reads } = await family();
    expect(consent).toMatchObject({ rights: ['read', 'share'], sections: ['allergies'] });
    expect(await patientsOf(daughter)).toMatchObject([
      {
        patient: mother.address,
        name: 'Mum',
        sections: [{ section: 'allergies', passOn: { purposes: PURPOSE_BITS.FAMRQT | PURPOSE_BITS.TREAT, until } }],
      },
    ]);
    expect(await reads(daughter)).toEqual(['nuts']);
    // She read for the family, and that is what keepers wrote down.
    expect(w.keepers.reads()).toBeGreaterThan(0);
    await watchOpenings(mother, true);
    const [line] = (await activity(mother)).items;
    expect(line).toMatchObject({ kind: 'opened', whoName: 'Ana', named: true, purpose: PURPOSE_BITS.FAMRQT });
  });

  it('two who call themselves alike are two, each with their own record', async () => {
    const { w, network, mother, daughter, reads } = await family();
    const other = await w.open(fill(32, 42), network);
    await ensureMembership(other);
    await importOwn(other, allergy('cats'));
    await drainOutbox(other);
    await giveConsent(other, {
      ...{ origin: BY_PATIENT, recipient: daughter.address, principalName: 'Mum', purpose: 'FAMRQT', reason: 'test' },
      ...{ sections: ['allergies'], rights: ['read'], until: now() + DAY },
    });
    await daughter.catalogue.sync();
    const people = await patientsOf(daughter);
    expect(people.map(({ name }) => name)).toEqual(['Mum', 'Mum']);
    expect(people.map(({ patient }) => patient).sort()).toEqual([mother.address, other.address].sort());
    expect(await reads(daughter)).toEqual(['nuts']);
    expect(titles(await patientRecords(daughter, { patient: other.address, section: 'allergies' }))).toEqual(['cats']);
    expect((await daughter.catalogue.head()).summary.total).toBe(0);
  });

  it('who may only read passes nothing on', async () => {
    const { w, daughter, consent, wish } = await family({ passOn: undefined });
    expect(consent.rights).toEqual(['read']);
    expect((await patientsOf(daughter))[0]!.sections[0]).not.toHaveProperty('passOn');
    w.sent.length = 0;
    expect(await codeOf(giveInPlace(daughter, wish()))).toBe('beyond-delegation');
    expect(w.sent).toEqual([]);
  });

  it('may pass it on still when the patient changes the end, and not beyond that', async () => {
    const { mother, daughter, consent, wish } = await family();
    const until = now() + 2 * DAY;
    const changed = await changeConsent(mother, consent, { sections: ['allergies'], until });
    expect(changed).toMatchObject({ until, rights: ['read', 'share'], purposes: consent.purposes });
    expect(await codeOf(giveInPlace(daughter, wish({ until: until + 1 })))).toBe('beyond-delegation');
    expect(await codeOf(giveInPlace(daughter, wish({ until })))).toBe('none');
  });

  it('lets a doctor read in the patient’s place; the doctor opens it as any other, and the patient is told by whom', async () => {
    const { w, mother, daughter, doctor, wish, reads } = await family();
    w.sent.length = 0;
    await giveInPlace(daughter, wish());
    const names = w.sent.map(({ calls }) => calls.map((data) => registryInterface.parseTransaction({ data })!.name));
    expect(names).toEqual([['grantAsFor']]);
    expect(await reads(doctor)).toEqual(['nuts']);
    expect(await patientsOf(doctor)).toMatchObject([{ patient: mother.address, name: 'Mum' }]);
    await mother.catalogue.sync();
    expect(await alarmsOf(mother)).toBe(1);
    await lookedAtAlarms(mother);
    expect(await alarmsOf(mother)).toBe(0);
    const [line] = (await activity(mother)).items;
    expect(line).toMatchObject({ kind: 'shared', recipient: doctor.address, by: daughter.address, byName: 'Ana' });
    const [given] = (await live(mother)).filter(({ by }) => by !== undefined);
    expect(given).toMatchObject({ recipient: doctor.address, by: daughter.address, rights: ['read'] });
    expect(given!.receipt).toMatchObject({ delegate: daughter.address, reason: 'she is ill', purpose: 'TREAT' });
    // She can end it at once.
    await endConsent(mother, given!);
    await importOwn(mother, allergy('bees'));
    await drainOutbox(mother);
    expect(await reads(doctor)).toEqual([]);
    expect((await live(mother)).map(({ recipient }) => recipient)).toEqual([daughter.address]);
  });

  it('cannot widen it: another section, another purpose, a later end; nor is anything sent of it', async () => {
    const { w, mother, daughter, until, wish, may, doctor } = await family();
    w.sent.length = 0;
    const wider: Partial<InPlace>[] = [
      { sections: ['problems'] },
      { sections: ['allergies', 'problems'] },
      { purpose: 'HRESCH' },
      { until: until + 1 },
    ];
    for (const changes of wider) {
      expect(await codeOf(giveInPlace(daughter, wish(changes)))).toBe('beyond-delegation');
    }
    const senseless: Partial<InPlace>[] = [{ until: now() - 1 }, { recipient: mother.address }];
    for (const changes of senseless) expect(await codeOf(giveInPlace(daughter, wish(changes)))).toBe('bad-request');
    expect(await codeOf(giveInPlace(daughter, wish({ recipient: daughter.address })))).toBe('already-given');
    expect(await codeOf(giveInPlace(daughter, wish({ patient: w.evm.next().address })))).toBe('beyond-delegation');
    expect(await codeOf(giveInPlace(daughter, wish({ recipient: w.evm.next().address })))).toBe('not-a-member');
    expect(w.sent).toEqual([]);
    // What was sent past this wallet is refused by the chain.
    const folder = (await mother.folders()).tag('allergies');
    const own = { grantee: doctor.address, folder, from: 0, until, purposes: PURPOSE_BITS.TREAT, rights: Right.Read };
    for (const change of [
      { rights: Right.Read | Right.Share },
      { rights: Right.Write },
      { purposes: PURPOSE_BITS.HRESCH },
      { until: until + 1 },
      { folder: folder + 1 },
    ]) {
      const call = await daughter.newest.calls.grantAs(mother.address, [{ ...own, ...change }], fill(32, 9));
      expect(await codeOf(daughter.sponsor.submit([call], daughter.network.registry))).toBe('sponsor-refused');
    }
    expect(await may(doctor)).toBe(false);
  });

  it('takes nothing the place of that the patient gave, as the patient’s own node says', async () => {
    const { mother, daughter, doctor, wish, may } = await family();
    const { consentId } = await share(mother, doctor, ['read']);
    expect(await codeOf(giveInPlace(daughter, wish()))).toBe('already-given');
    await endConsent(mother, { consentId, recipient: doctor.address });
    expect(await may(doctor)).toBe(false);
    await giveInPlace(daughter, wish());
    expect(await may(doctor)).toBe(true);
    expect(await codeOf(giveInPlace(daughter, wish()))).toBe('already-given');
  });

  it('whose own grant was ended gives nothing more, whether or not the wallet has heard of it; what was given stays until its end', async () => {
    const { w, network, registry, mother, daughter, doctor, consent, wish, may } = await family();
    await giveInPlace(daughter, wish());
    const other = await w.open(OTHER_DOCTOR, network, 'provider');
    await w.hire(registry, other);
    // The catalogue is behind: the end comes while it gives.
    const sync = daughter.catalogue.sync.bind(daughter.catalogue);
    daughter.catalogue.sync = async () => {
      daughter.catalogue.sync = sync;
      await sync();
      await endConsent(mother, consent);
    };
    expect(await codeOf(giveInPlace(daughter, wish({ recipient: other.address })))).toBe('sponsor-refused');
    expect(await may(other)).toBe(false);
    expect(await codeOf(giveInPlace(daughter, wish({ recipient: other.address })))).toBe('beyond-delegation');
    expect(await may(doctor)).toBe(true);
    expect((await live(mother)).map(({ by }) => by)).toEqual([daughter.address]);
  });
});

describe('the end of a delegate', () => {
  it('ends what the delegate gave too, by one transaction, and nothing that the patient gave', async () => {
    const { w, network, registry, mother, daughter, doctor, consent, wish, may } = await family();
    const other = await w.open(OTHER_DOCTOR, network, 'provider');
    await w.hire(registry, other);
    await share(mother, other, ['read']);
    await giveInPlace(daughter, wish());
    await mother.catalogue.sync();
    w.sent.length = 0;
    await endDelegate(mother, consent);
    expect(w.sent).toHaveLength(1);
    expect(w.sent[0]!.calls).toHaveLength(2);
    expect([await may(daughter), await may(doctor), await may(other)]).toEqual([false, false, true]);
    expect((await live(mother)).map(({ recipient }) => recipient)).toEqual([other.address]);
    expect(await codeOf(endDelegate(mother, { consentId: `0x${'00'.repeat(32)}` }))).toBe('not-found');
  });

  it('ends also what was given while it was under way', async () => {
    const { mother, daughter, doctor, consent, wish, may } = await family();
    const submit = mother.sponsor.submit.bind(mother.sponsor);
    let first = true;
    mother.sponsor.submit = async (calls, to) => {
      if (first) {
        first = false;
        await giveInPlace(daughter, wish());
      }
      return submit(calls, to);
    };
    await endDelegate(mother, consent);
    expect([await may(daughter), await may(doctor)]).toEqual([false, false]);
    expect(await live(mother)).toEqual([]);
  });
});

describe('what a delegate says', () => {
  it('names nobody anew whom the patient named, is no site’s, and is not given further by it', async () => {
    const { w, network, registry, mother, daughter, doctor, wish } = await family();
    await giveConsent(mother, {
      ...{ origin: BY_PATIENT, recipient: doctor.address, recipientName: 'Dr Noor Aziz', purpose: 'TREAT' },
      ...{ reason: 'test', sections: ['problems'], rights: ['read'], until: now() + DAY },
    });
    await giveInPlace(daughter, wish({ recipientName: 'Ana' }));
    const other = await w.open(OTHER_DOCTOR, network, 'provider');
    await w.hire(registry, other);
    // A delegate's wallet of another make says that a site asked, that there is a rule, and that it may be passed on.
    const folder = (await mother.folders()).tag('allergies');
    const receipt = (await live(mother)).find(({ by }) => by !== undefined)!.receipt!;
    const said = {
      ...receipt,
      recipient: other.address,
      origin: 'https://evil.example',
      rights: ['read' as const, 'write' as const],
      rule: { sections: ['problems' as const] },
      passOn: ['TREAT' as const],
    };
    const content = {
      context: 'salus/consent/v3' as const,
      registry: registry.network.registry,
      patient: mother.address,
    };
    const keys = [mother, other].map(({ keyring }) => keyring.encryption.publicX);
    const digest = await publishConsent(daughter, { ...content, receipt: said }, keys);
    const terms = { grantee: other.address, folder, from: 0, until: now() + DAY, purposes: 1, rights: Right.Read };
    const call = await daughter.newest.calls.grantAs(mother.address, [terms], digest);
    await daughter.sponsor.submit([call], network.registry);
    const given = (await live(mother)).filter(({ by }) => by !== undefined);
    expect(given.map(({ recipient }) => recipient).sort()).toEqual([doctor.address, other.address].sort());
    expect(namesIn(await ownConsents(mother)).get(doctor.address)).toBe('Dr Noor Aziz');
    expect(await consentsOf(mother, 'https://evil.example')).toEqual([]);
    const theirs = given.find(({ recipient }) => recipient === other.address)!;
    expect(theirs.rights).toEqual(['read']);
    const terms2 = { sections: ['allergies' as const], until: now() + 2 * DAY };
    expect(await codeOf(changeConsent(mother, theirs, terms2))).toBe('bad-request');
  });

  it('under the words of something that the patient gave is told apart from it', async () => {
    const { network, mother, daughter, doctor } = await family({ sections: ['allergies', 'problems'] });
    const { consentId } = await share(mother, doctor, ['read']);
    const folder = (await mother.folders()).tag('problems');
    const terms = { grantee: doctor.address, folder, from: 0, until: now() + DAY, purposes: 1, rights: Right.Read };
    const digest = Uint8Array.from(Buffer.from(consentId.slice(2), 'hex'));
    const call = await daughter.newest.calls.grantAs(mother.address, [terms], digest);
    await daughter.sponsor.submit([call], network.registry);
    const toDoctor = (await live(mother)).filter(({ recipient }) => recipient === doctor.address);
    expect(toDoctor.map(({ sections, by }) => ({ sections, by }))).toEqual([
      { sections: ['allergies'], by: undefined },
      { sections: ['problems'], by: daughter.address },
    ]);
  });
});

describe('a wallet that is locked in the middle of it', () => {
  it('has given and ended all or nothing, and goes on after the next unlocking', async () => {
    const { w, network, mother, doctor, consent, wish, may } = await family();
    waits = new Waits();
    const open = async (seed: typeof DAUGHTER) => {
      const session = await w.open(seed, network);
      waits?.watch(session.client.provider, 'send');
      waits?.watch(session.sponsor, 'submit');
      waits?.watch(session.storage, 'putObject');
      return session;
    };
    const stopped = async (seed: typeof DAUGHTER, done: string, operate: (session: Session) => Promise<unknown>) => {
      let count = 0;
      for (const at of [1, 2, 4, 7, 11, 16, 22, 30, 45, 60]) {
        const session = await open(seed);
        waits!.after(at, () => session.wipe());
        const code = await codeOf(operate(session));
        expect(['vault-locked', 'none', done]).toContain(code);
        if (code === 'vault-locked') count++;
      }
      waits!.after(Infinity, () => undefined);
      return count;
    };
    expect(await stopped(DAUGHTER, 'already-given', (s) => giveInPlace(s, wish()))).toBeGreaterThan(2);
    const code = await codeOf(giveInPlace(await open(DAUGHTER), wish()));
    expect(['none', 'already-given']).toContain(code);
    expect(await may(doctor)).toBe(true);
    const given = w.sent.flatMap(({ calls }) => calls).map((data) => registryInterface.parseTransaction({ data })!);
    for (const { name, args } of given) if (name === 'grantAsFor') expect(args['terms']).toHaveLength(1);
    expect(await stopped(PATIENT, 'not-found', (s) => endDelegate(s, consent))).toBeGreaterThan(1);
    await codeOf(endDelegate(await w.open(PATIENT, network), consent));
    expect(await may(doctor)).toBe(false);
    expect(await live(mother)).toEqual([]);
  }, 400_000);
});
