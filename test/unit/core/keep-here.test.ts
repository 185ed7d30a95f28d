import { describe, expect, it } from 'vitest';
import { SalusError } from '../../../extension/core/errors.ts';
import { keepHere } from '../../../extension/core/wallet/keep-here.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { allergy, codeOf, importOwn, PATIENT, world } from './wallets.ts';

const ENTRIES = 20;
const always = () => true;

/** A patient's words in another browser, which has nothing of the record yet. */
async function restored() {
  const w = await world();
  const { network, patient } = await w.clinic();
  for (let i = 0; i < ENTRIES; i++) await importOwn(patient, allergy(`Allergy ${i}`));
  await drainOutbox(patient);
  w.catalogues.clear();
  w.storages.clear();
  const again = await w.open(PATIENT, network);
  await again.catalogue.sync();
  const storage = w.storages.get(again.address)!;
  return { again, storage, held: () => storage.ledger.size };
}

describe('what others added, or another browser did', () => {
  it('is all kept here in one go', async () => {
    const { again, held } = await restored();
    await keepHere(again, always);
    expect(held()).toBe(ENTRIES);
    await keepHere(again, always);
    expect(held()).toBe(ENTRIES);
  });

  it('waits after each part for what the person does', async () => {
    const { again, held } = await restored();
    await keepHere(again, () => false);
    expect(held()).toBeGreaterThan(0);
    expect(held()).toBeLessThan(ENTRIES);
  });

  it('is kept, however much that is newer cannot be had', async () => {
    const { again, storage, held } = await restored();
    const adopt = storage.adopt.bind(storage);
    const gone = new Set<string>();
    storage.adopt = (row) => {
      if (gone.size < ENTRIES - 2) gone.add(row.root);
      return gone.has(row.root) ? Promise.reject(new SalusError('block-missing', 'gone')) : adopt(row);
    };
    for (let poll = 0; poll < 3; poll++) await keepHere(again, always);
    expect(held()).toBe(2);
    storage.adopt = adopt;
    await keepHere(again, always);
    expect(held()).toBe(ENTRIES);
  });

  it('counts as kept where the disk was full after it', async () => {
    const { again, storage, held } = await restored();
    const adopt = storage.adopt.bind(storage);
    storage.adopt = (row) => (held() >= 3 ? Promise.reject(new SalusError('storage-full', 'full')) : adopt(row));
    expect(await codeOf(keepHere(again, always))).toBe('storage-full');
    expect(held()).toBeGreaterThan(0);
    storage.adopt = adopt;
    for (let poll = 0; poll < 2; poll++) await keepHere(again, always);
    expect(held()).toBe(ENTRIES);
  });
});
