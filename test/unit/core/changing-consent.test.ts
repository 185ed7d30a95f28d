import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeConsent } from '../../../extension/core/wallet/change-consent.ts';
import { saveByHand } from '../../../extension/core/wallet/by-hand.ts';
import { followOpenings } from '../../../extension/core/wallet/follow-openings.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { addMark } from '../../../extension/core/wallet/marks.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { eraseItem, moveItem } from '../../../extension/core/wallet/rearrange.ts';
import { openRecords } from '../../../extension/core/wallet/records.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import { seenBy } from '../../../extension/core/wallet/seen-by.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { withdrawDue } from '../../../extension/core/wallet/withdraw.ts';
import { allergy, codeOf, importOwn, titles, world } from './wallets.ts';

const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const condition = (text: string) => ({ resourceType: 'Condition', code: { text }, subject: { display: 'me' } });

async function shared(sections: Parameters<typeof giveConsent>[1]['sections'] = ['allergies', 'problems']) {
  const w = await world();
  const { patient, doctor } = await w.clinic();
  await importOwn(patient, allergy('Peanut'));
  await importOwn(patient, condition('Asthma'));
  await drainOutbox(patient);
  const until = now() + 7 * DAY;
  const given = await giveConsent(patient, {
    origin: 'https://clinic.example',
    recipient: doctor.address,
    recipientName: 'Dr Aziz',
    principalName: 'M. S.',
    purpose: 'TREAT',
    reason: 'test',
    sections,
    rights: ['read'],
    until,
  });
  const key = { consentId: given.consent.consentId, recipient: doctor.address };
  return { w, patient, doctor, until, key };
}
const reads = async (doctor: Session) => {
  await doctor.catalogue.sync();
  return titles(await openRecords(doctor, {})).toSorted();
};
const live = async (patient: Session) => (await ownConsents(patient)).filter((c) => c.live.length > 0);

describe('a consent', () => {
  it('is narrowed to some of its sections, and its reader has the others no more', async () => {
    const { patient, doctor, until, key } = await shared();
    expect(await reads(doctor)).toEqual(['Asthma', 'Peanut']);
    await changeConsent(patient, key, { sections: ['allergies'], until });
    expect(await reads(doctor)).toEqual(['Peanut']);
    expect((await live(patient)).map((c) => [c.consentId, c.sections])).toEqual([[key.consentId, ['allergies']]]);
  });

  it('is given another end, with the words it had', async () => {
    const { patient, doctor, until, key } = await shared();
    const changed = await changeConsent(patient, key, { sections: ['allergies', 'problems'], until: until + DAY });
    expect(changed?.consentId).not.toBe(key.consentId);
    expect(changed?.receipt).toMatchObject({ recipientName: 'Dr Aziz', principalName: 'M. S.', reason: 'test' });
    expect((await live(patient)).map((c) => [c.until, c.sections.toSorted()])).toEqual([
      [until + DAY, ['allergies', 'problems']],
    ]);
    expect(await reads(doctor)).toEqual(['Asthma', 'Peanut']);
  });

  it('is never widened, and what has ended is not given again', async () => {
    const { patient, doctor, until, key } = await shared(['allergies']);
    await changeConsent(patient, key, { sections: ['allergies', 'problems', 'medications'], until });
    expect((await live(patient)).flatMap((c) => c.sections)).toEqual(['allergies']);
    expect(await codeOf(changeConsent(patient, key, { sections: ['problems'], until }))).toBe('bad-request');
    expect(await reads(doctor)).toEqual(['Peanut']);
    expect(await codeOf(changeConsent(patient, { consentId: '0x00' }, { sections: ['allergies'], until }))).toBe(
      'not-found',
    );
  });

  it('says when its reader last opened something, as keepers tell it', async () => {
    const { patient, doctor } = await shared();
    expect((await ownConsents(patient))[0]?.looked).toBeUndefined();
    await reads(doctor);
    await followOpenings(patient);
    expect(Math.abs(((await ownConsents(patient))[0]?.looked ?? 0) - now())).toBeLessThan(60);
  });
});

it('what somebody is said to see is what they get, whatever the person did before', { timeout: 240_000 }, async () => {
  const acts = fc.array(fc.constantFrom('add', 'correct', 'note', 'hide', 'show', 'erase', 'move', 'condition'), {
    minLength: 4,
    maxLength: 9,
  });
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: 0, max: 7 }), async (done, choice) => {
      const { patient, doctor } = await shared(['allergies']);
      for (const [i, act] of done.entries()) {
        const items = (await filteredOwn(patient, { section: 'allergies' })).items;
        const item = items[choice % Math.max(1, items.length)];
        if (act === 'add') await saveByHand(patient, JSON.stringify(allergy(`Dust ${i}`)));
        else if (act === 'condition') await saveByHand(patient, JSON.stringify(condition(`Ache ${i}`)));
        else if (item === undefined) continue;
        else if (act === 'correct') await saveByHand(patient, JSON.stringify(allergy(`Right ${i}`)), item.id);
        else if (act === 'erase') await eraseItem(patient, item.id);
        else if (act === 'move') await moveItem(patient, item.id, 'unsorted', false);
        else await addMark(patient, item.id, act, 'said');
      }
      await patient.catalogue.sync();
      await drainOutbox(patient);
      await withdrawDue(patient);
      const [consent] = await live(patient);
      expect((await seenBy(patient, consent!)).map(({ title }) => title).toSorted()).toEqual(await reads(doctor));
    }),
    { numRuns: 8 },
  );
});
