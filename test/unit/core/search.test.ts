import { describe, expect, it } from 'vitest';
import { wordsOf } from '../../../extension/core/catalogue/words.ts';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { filteredOwn, searchOwn, type Filter } from '../../../extension/core/wallet/search.ts';
import { allergy, importOwn, PATIENT, world } from './wallets.ts';

describe('a search', () => {
  it('takes words without case, accents and compatibility forms', () => {
    expect(wordsOf('Hæmoglobin A1c – Überempfindlichkeit')).toEqual(['hæmoglobin', 'a1c', 'uberempfindlichkeit']);
    expect(wordsOf('ﬁbrin (µg/L)')).toEqual(['fibrin', 'μg', 'l']);
    expect(wordsOf('ペニシリン')).toEqual(wordsOf('ペニシリン'));
    expect(wordsOf(' – ')).toEqual([]);
  });

  it('finds titles by the beginnings of their words, those first that begin so', async () => {
    const w = await world();
    const patient = await w.open(PATIENT, (await w.deploy()).network);
    await ensureMembership(patient);
    for (const title of ['Peanut oil', 'Oil of peanuts', 'Pénicilline V', 'Walnut', 'Bee sting']) {
      await importOwn(patient, allergy(title));
    }
    const find = async (text: string) => (await searchOwn(patient, text)).map((item) => item.title);
    expect(await find('pea')).toEqual(['Peanut oil', 'Oil of peanuts']);
    expect(await find('OIL')).toEqual(['Oil of peanuts', 'Peanut oil']);
    expect(await find('oil pea')).toEqual(['Oil of peanuts', 'Peanut oil']);
    expect(await find('peni')).toEqual(['Pénicilline V']);
    expect(await find('nut')).toEqual([]);
    expect(await find('peanut sting')).toEqual([]);
    expect(await find('  ')).toEqual([]);
    // A slip is forgiven where nothing is spelt so.
    expect(await find('penut')).toEqual(['Oil of peanuts', 'Peanut oil']);
    expect(await find('penciilin')).toEqual(['Pénicilline V']);
    expect(await find('wlanut')).toEqual(['Walnut']);
    expect(await find('xyz')).toEqual([]);
  });

  it('is narrowed by section, state, year and author, with words or without', async () => {
    const w = await world();
    const patient = await w.open(PATIENT, (await w.deploy()).network);
    await ensureMembership(patient);
    const entries = [
      { ...allergy('Latex'), recordedDate: '2020-01-02' },
      { ...allergy('Latex gloves'), recordedDate: '2024-05-06', clinicalStatus: { coding: [{ code: 'resolved' }] } },
      { resourceType: 'Condition', code: { text: 'Latex dermatitis' }, recordedDate: '2024-01-01' },
    ];
    const entry = entries.map((resource) => ({ resource }));
    await importOwn(patient, { resourceType: 'Bundle', type: 'collection', entry });
    const titles = (items: readonly { title: string }[]) => items.map(({ title }) => title);
    const search = async (filter: Filter) => titles(await searchOwn(patient, 'latex', filter));
    const list = async (filter: Filter) => titles((await filteredOwn(patient, filter)).items);
    for (const find of [search, list]) {
      expect((await find({ section: 'allergies' })).sort()).toEqual(['Latex', 'Latex gloves']);
      expect(await find({ status: 'past' })).toEqual(['Latex gloves']);
      expect(await find({ date: '2024', section: 'problems' })).toEqual(['Latex dermatitis']);
      expect(await find({ by: 'others' })).toEqual([]);
      expect((await find({ by: 'me' })).length).toBe(3);
    }
  });

  it('reads as many rows in a long record as in a short one', async () => {
    const w = await world();
    const patient = await w.open(PATIENT, (await w.deploy()).network);
    await ensureMembership(patient);
    const [rows] = [...w.catalogues.values()];
    let read = 0;
    const get = rows!.get.bind(rows);
    rows!.get = (names) => {
      read += names.length;
      return get(names);
    };
    const cost = async () => {
      const again = await w.open(PATIENT, patient.client.network); // nothing of it is in memory
      read = 0;
      expect((await searchOwn(again, 'latex')).length).toBe(1);
      return read;
    };
    await importOwn(patient, allergy('Latex'));
    const short = await cost();
    const many = Array.from({ length: 600 }, (_, i) => ({ resource: allergy(`Number ${i} of ${i % 7}`) }));
    await importOwn(patient, { resourceType: 'Bundle', type: 'collection', entry: many });
    expect(await cost()).toBeLessThanOrEqual(short);
  });
});
