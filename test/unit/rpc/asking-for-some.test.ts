import { describe, expect, it } from 'vitest';
import { originHash } from '../../../extension/core/registry/client.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { openRecords } from '../../../extension/core/wallet/records.ts';
import { allergy, importOwn, titles } from '../core/wallets.ts';
import { walletWorld } from './wallet-world.ts';

const SITE = 'https://clinic.example';
const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const sugar = (value: number, day: string) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '4548-4' }], text: `HbA1c ${value}` },
  effectiveDateTime: day,
  valueQuantity: { value, unit: '%' },
});

async function clinicWorld() {
  const world = await walletWorld();
  const { evm, registry, doctor, prompts, approvals, session } = world;
  await registry(evm.who.hospital).getFunction('setOrigin').send(originHash(SITE), true);
  await importOwn(session, sugar(6.8, '2026-03-01'));
  await importOwn(session, sugar(7.4, '2024-03-01'));
  await importOwn(session, allergy('Latex'));
  await drainOutbox(session);
  await world.connect(SITE);
  const request = {
    purpose: 'TREAT',
    sections: ['results'],
    reason: 'For your visit',
    recipient: { address: doctor.address },
  };
  const ask = (change: object) => world.ask(SITE, 'health_requestAccess', { ...request, ...change });
  const shown = async () => {
    const approval = await world.prompt();
    const view = await prompts.view(approval);
    if (view.kind !== 'access') throw new Error('another prompt');
    return { approval, view };
  };
  const yes = async (sections: readonly string[], until?: number) => {
    const approval = await world.prompt();
    const choice = { sections: sections as never, remember: true, ...(until !== undefined && { until }) };
    await approvals.settle(approval.id, { result: await prompts.carryOut(approval, choice) });
  };
  return { ...world, ask, shown, yes };
}

describe('a site asks', () => {
  it('for some records of a section: these are counted, named and given, and no others', async () => {
    const { ask, shown, yes, doctor, session } = await clinicWorld();
    const answer = ask({ records: { codes: ['http://loinc.org|4548-4'], from: '2025' }, duration: DAY });
    const { view } = await shown();
    expect(view.sections).toMatchObject([
      { section: 'results', count: 1, examples: ['HbA1c 6.8'], newest: '2026-03-01' },
    ]);
    await yes(['results']);
    expect(await answer).toMatchObject({ folders: [{ section: 'selection' }] });
    await drainOutbox(session);
    await doctor.catalogue.sync();
    expect(titles(await openRecords(doctor, {}))).toEqual(['HbA1c 6.8']);
    // It was a question of its own: nothing is answered from it.
    expect((await session.state.read()).remembered).toEqual([]);
  });

  it('for sections that would only help: they are not ticked, and may be given', async () => {
    const { ask, shown, yes } = await clinicWorld();
    const answer = ask({ optional: ['allergies'], duration: DAY });
    const { view } = await shown();
    expect(view.sections.map(({ section, ticked }) => [section, ticked])).toEqual([
      ['results', true],
      ['allergies', false],
    ]);
    await yes(['allergies']);
    expect(await answer).toMatchObject({ folders: [{ section: 'allergies' }] });
  });

  it('until a moment, and is given no longer than that', async () => {
    const { ask, yes } = await clinicWorld();
    const until = now() + DAY;
    const answer = ask({ until });
    await yes(['results'], until + 90 * DAY);
    expect(await answer).toMatchObject({ until });
  });

  it.each([
    ['neither an end nor a length', {}],
    ['both', { until: now() + DAY, duration: DAY }],
    ['an end that is over', { until: now() - 1 }],
    ['an end in ten years', { until: now() + 3_650 * DAY }],
    ['to write some records', { duration: DAY, rights: ['read', 'write'], records: { types: ['Observation'] } }],
    ['a section twice', { duration: DAY, optional: ['results'] }],
    ['records by a word that is none', { duration: DAY, records: { titles: ['HbA1c'] } }],
    ['records of no type', { duration: DAY, records: { types: [] } }],
    ['records from a day that is none', { duration: DAY, records: { from: 'yesterday' } }],
  ])('for %s: it is told what is wrong', async (_, change) => {
    const { ask } = await clinicWorld();
    await expect(ask(change)).rejects.toMatchObject({ code: -32602 });
  });
});
