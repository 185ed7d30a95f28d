import { describe, expect, it } from 'vitest';
import type { ImportReport } from '../../../extension/core/records/import-plan.ts';
import { commitOwnImport, planOwnImport } from '../../../extension/core/wallet/import-records.ts';
import { addMark, besideOf } from '../../../extension/core/wallet/marks.ts';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { json, PATIENT, world } from './wallets.ts';

const condition = (status: string, lastUpdated?: string, name = 'Asthma') => ({
  resourceType: 'Condition',
  id: 'c1',
  identifier: [{ system: 'https://clinic.example/conditions', value: '77' }],
  ...(lastUpdated !== undefined && { meta: { lastUpdated } }),
  clinicalStatus: { coding: [{ code: status }] },
  code: { text: name },
});

async function patient(): Promise<Session> {
  const w = await world();
  const session = await w.open(PATIENT, (await w.deploy()).network);
  await ensureMembership(session);
  return session;
}
async function add(session: Session, resource: object, source = 'export.json'): Promise<ImportReport> {
  const job = await session.storage.stage(json(resource), 'export.json', source);
  const report = await planOwnImport(session, job);
  await commitOwnImport(session, job, report);
  return report;
}
const listed = async (session: Session) =>
  (await filteredOwn(session, {})).items.map(({ title, status = 'now' }) => `${title} ${status}`);

describe('a thing that comes again, changed where it comes from', () => {
  it('is the later version of the one that is here, which is still there to be read', async () => {
    const session = await patient();
    await add(session, condition('active', '2024-01-01T10:00:00Z'));
    const { taken, newer } = await add(session, condition('resolved', '2025-01-01T10:00:00+01:00'));
    expect([taken, newer]).toEqual([1, 1]);
    expect(await listed(session)).toEqual(['Asthma past']);
    const [item] = (await filteredOwn(session, {})).items;
    const { earlier } = await besideOf(session, session.address, item?.id ?? '');
    expect(earlier.map((one) => one.item.status)).toEqual([undefined]);
  });

  it('is left out where the one that is here is later', async () => {
    const session = await patient();
    await add(session, condition('resolved', '2025-01-01T10:00:00Z'));
    const { taken, skipped } = await add(session, condition('active', '2024-01-01T10:00:00Z'));
    expect([taken, skipped.map(({ reason }) => reason)]).toEqual([0, ['older-version']]);
    expect(await listed(session)).toEqual(['Asthma past']);
  });

  it('stands beside it where nobody can say which is later', async () => {
    const session = await patient();
    await add(session, condition('active'));
    const { taken, newer } = await add(session, condition('resolved', '2025-01-01T10:00:00Z'));
    expect([taken, newer]).toEqual([1, 0]);
    expect((await listed(session)).sort()).toEqual(['Asthma now', 'Asthma past']);
  });

  it('takes the place of nothing that another site gave, or that the person typed', async () => {
    const session = await patient();
    await add(session, condition('active', '2024-01-01T10:00:00Z'), 'https://clinic.example');
    const others = ['https://other.example', 'export.json'];
    for (const source of others) {
      const report = await add(session, condition('resolved', '2025-01-01T10:00:00Z', `By ${source}`), source);
      expect([report.taken, report.newer]).toEqual([1, 0]);
    }
    expect((await listed(session)).length).toBe(3);
    const typed = await patient();
    await add(typed, condition('active', '2024-01-01T10:00:00Z'), 'by hand');
    expect((await add(typed, condition('resolved', '2025-01-01T10:00:00Z'))).newer).toBe(0);
    expect((await listed(typed)).sort()).toEqual(['Asthma now', 'Asthma past']);
  });

  it('is the later one by no time that is yet to come', async () => {
    const session = await patient();
    await add(session, condition('active', '2924-01-01T10:00:00Z'));
    const { newer, skipped } = await add(session, condition('resolved', '2025-01-01T10:00:00Z'));
    expect([newer, skipped]).toEqual([0, []]);
  });

  it('stands beside it again once the person says that they are two things', async () => {
    const session = await patient();
    await add(session, condition('active', '2024-01-01T10:00:00Z'));
    await add(session, condition('active', '2025-01-01T10:00:00Z', 'Hay fever'));
    const [later] = (await filteredOwn(session, {})).items;
    const [earlier] = (await besideOf(session, session.address, later?.id ?? '')).earlier;
    await addMark(session, earlier?.item.id ?? '', 'apart');
    expect((await listed(session)).sort()).toEqual(['Asthma now', 'Hay fever now']);
    expect((await besideOf(session, session.address, later?.id ?? '')).earlier).toEqual([]);
    expect(await besideOf(session, session.address, earlier?.item.id ?? '')).not.toHaveProperty('later');
    // It is not joined to it again by coming once more.
    await add(session, condition('resolved', '2026-01-01T10:00:00Z', 'Hay fever'));
    expect((await listed(session)).sort()).toEqual(['Asthma now', 'Hay fever past']);
  });
});
