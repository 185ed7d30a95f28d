import { describe, expect, it } from 'vitest';
import { checkCopies, copiesChecked } from '../../../extension/core/wallet/check-copies.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import type { MemoryStorage } from './memory-storage.ts';
import { allergy, importOwn, world } from './wallets.ts';

async function record() {
  const { patient } = await (await world()).clinic();
  for (const substance of ['Peanut', 'Latex']) await importOwn(patient, allergy(substance));
  await drainOutbox(patient);
  return { patient, storage: patient.storage as MemoryStorage };
}

describe('copies at keepers', () => {
  it('are looked for now and then, and at once when the person asks', async () => {
    const { patient } = await record();
    expect(await copiesChecked(patient)).toBeUndefined();
    const first = await checkCopies(patient);
    expect(first).toMatchObject({ asked: 2, there: 2, lost: 0, away: 0 });
    expect(await copiesChecked(patient)).toEqual(first);
    expect(await checkCopies(patient)).toBeUndefined();
    expect(await checkCopies(patient, true)).toMatchObject({ there: 2 });
  });

  it('that were lost are told, and counted no more', async () => {
    const { patient, storage } = await record();
    storage.answers = 'lost';
    expect(await checkCopies(patient, true)).toMatchObject({ asked: 2, there: 0, lost: 2 });
    const rows = await storage.openRows(patient.address);
    expect(rows.every(({ replicas }) => replicas.length === 0)).toBe(true);
  });

  it('of which a keeper that is away says nothing stay counted', async () => {
    const { patient, storage } = await record();
    storage.answers = 'away';
    expect(await checkCopies(patient, true)).toMatchObject({ asked: 2, there: 0, lost: 0, away: 2 });
    expect([...storage.ledger.values()].every(({ replicas }) => replicas.length > 0)).toBe(true);
  });

  it('are not looked for where there is nothing', async () => {
    const { patient } = await (await world()).clinic();
    expect(await checkCopies(patient, true)).toBeUndefined();
  });
});
