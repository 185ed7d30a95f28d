import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commitOwnImport, planOwnImport } from '../../../extension/core/wallet/import-records.ts';
import { addIssuer, chooseColumns, knownIssuers, removeIssuer } from '../../../extension/core/wallet/reading.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { cardIssuer, cardKeys } from '../../fixtures/card-issuer.ts';
import type { MemoryStorage } from './memory-storage.ts';
import { world } from './wallets.ts';

const ISSUER = 'https://issuer.example';
let card = '';
let keySet = '';
beforeAll(async () => {
  const keys = cardKeys();
  const issued = await cardIssuer(ISSUER, keys).issue({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ fullUrl: 'resource:0', resource: { resourceType: 'Patient', name: [{ family: 'Muster' }] } }],
  });
  card = issued.asJWS();
  ({ keySet } = keys);
});

let session: Session;
let storage: MemoryStorage;
let stored: () => unknown;
beforeEach(async () => {
  const { clinic, slots } = await world();
  session = (await clinic()).patient;
  storage = session.storage as MemoryStorage;
  stored = () => [...slots.values()];
});

const plan = async (text: string) => {
  const job = await storage.stage(new Blob([text]), 'x', 'x');
  return { job, report: await planOwnImport(session, job) };
};
const signature = async () => (await plan(card)).report.files[0]?.cards[0]?.signature;

describe('what a person says of how files are read', () => {
  it('an issuer’s keys check its cards until they are removed', async () => {
    expect(await signature()).toBe('unchecked');
    await addIssuer(session, ISSUER, keySet);
    expect(await signature()).toBe('good');
    expect(await knownIssuers(session)).toMatchObject([{ issuer: ISSUER, byFile: true }]);
    // Those of another do not.
    await removeIssuer(session, ISSUER);
    await addIssuer(session, 'https://other.example', keySet);
    expect(await signature()).toBe('unchecked');
    await removeIssuer(session, 'https://other.example');
    expect(await knownIssuers(session)).toEqual([]);
  });

  it('keys that the issuer is asked for take the place of what was known of it', async () => {
    const { x } = (JSON.parse(keySet) as { keys: { x: string }[] }).keys[0]!;
    await addIssuer(session, ISSUER, JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', x, y: x }] }));
    expect(await signature()).toBe('wrong');
    storage.issuers.set(ISSUER, keySet);
    await addIssuer(session, ISSUER);
    expect(await signature()).toBe('good');
    expect(await knownIssuers(session)).toMatchObject([{ issuer: ISSUER, byFile: false }]);
    await expect(addIssuer(session, ISSUER, 'no keys')).rejects.toMatchObject({ code: 'keys-unreadable' });
    expect(await signature()).toBe('good');
  });

  it('columns are remembered for tables with the same headings', async () => {
    const table = 'Day;Value\n03.04.2025;70\n';
    const { report } = await plan(table);
    expect(report).toMatchObject({ kind: 'document', taken: 1 });
    const header = report.files[0]?.tables[0]?.header ?? '';
    await chooseColumns(session, { header, columns: [{ is: 'date' }, { is: 'weight', unit: 'kg' }] });
    const next = await plan('Day;Value\n05.04.2025;71\n06.04.2025;72\n');
    expect(next.report).toMatchObject({ total: 3, taken: 3, sections: { vitals: 2, documents: 1 } });
    expect(await commitOwnImport(session, next.job, next.report)).toHaveLength(2);
    expect((await plan('Day;Other\n05.04.2025;71\n')).report).toMatchObject({ kind: 'document' });
  });

  it('is sealed', async () => {
    await addIssuer(session, ISSUER, keySet);
    await chooseColumns(session, { header: '0x01', columns: [{ is: 'temperature' }] });
    const onDisk = JSON.stringify(stored());
    for (const text of ['issuer.example', 'temperature', btoa('issuer.example').slice(0, 16)]) {
      expect(onDisk).not.toContain(text);
    }
  });
});
