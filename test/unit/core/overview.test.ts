import { expect, it } from 'vitest';
import { overviewOf } from '../../../extension/core/wallet/overview.ts';
import { importOwn, world } from './wallets.ts';

const NAMES = ['Amoxicillin', 'Metformin', 'Ramipril', 'Bisoprolol'];
const taken = (status: string, on?: string) => ({
  resourceType: 'MedicationStatement',
  status,
  subject: { reference: 'Patient/1' },
  ...(on && { effectiveDateTime: on }),
});

// What has no day stands in an order by chance: several are looked at.
it.each([
  ['is told where nobody knows which was first', [taken('active'), taken('completed')], NAMES],
  ['is told where nobody knows when it was over', [taken('active', '2025-03-01'), taken('completed')], NAMES],
  ['is told where nobody knows since when it is taken', [taken('active'), taken('completed', '2015')], NAMES],
  ['is told where it is taken again', [taken('completed', '2015'), taken('active', '2025-03-01')], NAMES],
  ['is not told where it was over later', [taken('active', '2015'), taken('completed', '2025-03-01')], []],
] as const)('a medicine %s', async (_, statements, told) => {
  const { patient } = await (await world()).clinic();
  const entry = NAMES.flatMap((text) =>
    statements.map((statement) => ({ resource: { ...statement, medicationCodeableConcept: { text } } })),
  );
  await importOwn(patient, { resourceType: 'Bundle', type: 'collection', entry });
  const { medicines } = await overviewOf(patient, '2026-01-01');
  expect(medicines.map(({ title }) => title).toSorted()).toEqual(told.toSorted());
});
