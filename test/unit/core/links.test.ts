import { expect, it } from 'vitest';
import { commitOwnImport, planOwnImport } from '../../../extension/core/wallet/import-records.ts';
import { linkedItems } from '../../../extension/core/wallet/links.ts';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { json, PATIENT, world } from './wallets.ts';

const visit = (title: string, id: string) => ({ resourceType: 'Encounter', id, type: [{ text: title }] });

it('a reference leads to what its own source calls so, whatever another source calls so', async () => {
  const w = await world();
  const patient: Session = await w.open(PATIENT, (await w.deploy()).network);
  await ensureMembership(patient);
  const add = async (source: string, resource: object) => {
    const job = await patient.storage.stage(json(resource), 'file.json', source);
    await commitOwnImport(patient, job, await planOwnImport(patient, job));
  };
  await add('https://a.example', visit('Check at A', '1'));
  await add('https://b.example', visit('Check at B', '1'));
  const author = patient.address;
  const lead = async (source: string, ...references: string[]) =>
    Object.fromEntries(
      Object.entries(await linkedItems(patient, { author, source }, references)).map(([at, { title }]) => [at, title]),
    );
  expect(await lead('https://a.example', 'Encounter/1', 'https://a.example/fhir/Encounter/1/_history/2')).toEqual({
    'Encounter/1': 'Check at A',
    'https://a.example/fhir/Encounter/1/_history/2': 'Check at A',
  });
  expect(await lead('https://b.example', 'Encounter/1', 'Encounter/2')).toEqual({ 'Encounter/1': 'Check at B' });
  expect(await lead('https://c.example', 'Encounter/1')).toEqual({});
  expect(
    await linkedItems(patient, { author: `0x${'1'.repeat(40)}`, source: 'https://a.example' }, ['Encounter/1']),
  ).toEqual({});
});
