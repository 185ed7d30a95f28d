import { describe, expect, it } from 'vitest';
import { toHex } from '../../../extension/core/bytes.ts';
import { PURPOSE_BITS } from '../../../extension/core/consent/purposes.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { giveConsent, type Decision } from '../../../extension/core/wallet/give-consent.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import { sharePicked } from '../../../extension/core/wallet/selections.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { listOwn, listShared } from './listings.ts';
import { allergy, importOwn, OTHER_DOCTOR, PATIENT, world } from './wallets.ts';

const COVERAGE = {
  resourceType: 'Coverage',
  status: 'active',
  beneficiary: { display: 'Mira Sandoval' },
  payor: [{ display: 'Example Insurance' }],
  subscriberId: 'M-1',
};

/** A patient with an allergy and an insurance, and a payer whom a registrar let in. */
async function scene() {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await registry
    .as(await w.evm.impersonate(patient.address))
    .getFunction('join')
    .send(toHex(patient.keyring.encryption.publicX));
  const payer = await w.open(OTHER_DOCTOR, registry.network, 'provider');
  await registry.as(w.evm.who.registrar).getFunction('enrol').send(payer.address, Role.Payer);
  await registry
    .as(await w.evm.impersonate(payer.address))
    .getFunction('setKey')
    .send(toHex(payer.keyring.encryption.publicX));
  await importOwn(patient, allergy('Latex'));
  await importOwn(patient, COVERAGE);
  await drainOutbox(patient);
  const give = (changes: Partial<Decision> = {}) =>
    giveConsent(patient, {
      origin: 'https://insurance.example',
      recipient: payer.address,
      purpose: 'HPAYMT',
      reason: 'To pay a bill',
      sections: ['insurance'],
      rights: ['read'],
      until: Math.floor(Date.now() / 1_000) + 3_600,
      ...changes,
    });
  return { w, patient, payer, give };
}

describe('a payer', () => {
  it('reads the insurance for payment, and nothing else of the record', async () => {
    const { patient, payer, give } = await scene();
    const latex = (await listOwn(patient)).items.find(({ title }) => title === 'Latex')!;
    await give();
    const { items } = await listShared(payer);
    expect(items.map(({ type, section }) => [type, section])).toEqual([['Coverage', 'insurance']]);
    const read = (id: string, purpose: number) => readRecord(payer, patient.address, id, { purpose });
    expect((await read(items[0]!.id, PURPOSE_BITS.HPAYMT)).item.type).toBe('Coverage');
    for (const purpose of [PURPOSE_BITS.TREAT, PURPOSE_BITS.HRESCH, PURPOSE_BITS.HPAYMT | PURPOSE_BITS.TREAT])
      await expect(read(items[0]!.id, purpose)).rejects.toMatchObject({ code: 'no-consent' });
    await expect(read(latex.id, PURPOSE_BITS.HPAYMT)).rejects.toMatchObject({ code: 'no-consent' });
  });

  it.each<[string, Partial<Decision>]>([
    ['for another purpose', { purpose: 'TREAT' }],
    ['another section', { sections: ['allergies'] }],
    ['another section beside', { sections: ['insurance', 'allergies'] }],
    ['the right to add', { rights: ['read', 'write'] }],
    ['what others may be let see', { passOn: ['HPAYMT'] }],
  ])('is given nothing: %s', async (_what, changes) => {
    const { w, patient, give } = await scene();
    const before = w.sent.length;
    await expect(give(changes)).rejects.toMatchObject({ code: 'payer-forbidden' });
    expect(w.sent, 'nothing was signed away').toHaveLength(before);
    expect(await ownConsents(patient)).toEqual([]);
  });

  it('is given nothing that was picked from anywhere', async () => {
    const { patient, payer } = await scene();
    const { items } = await listOwn(patient);
    const terms = {
      origin: 'https://insurance.example',
      recipient: payer.address,
      reason: 'To pay a bill',
      rights: ['read'] as const,
    };
    const until = Math.floor(Date.now() / 1_000) + 3_600;
    await expect(
      sharePicked(patient, { ids: [items[0]!.id] }, { ...terms, purpose: 'HPAYMT', until }),
    ).rejects.toMatchObject({ code: 'payer-forbidden' });
    expect(await ownConsents(patient)).toEqual([]);
  });
});
