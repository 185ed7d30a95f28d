import { gzipSync } from 'node:zlib';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ItemStatus } from '../../../extension/core/fhir/present/status.ts';
import { Directory } from '../../../extension/core/forms/directory/directory.ts';
import { warningsOf, type Checkable } from '../../../extension/core/forms/warnings.ts';
import type { DirectoryName } from '../../../extension/core/forms/field.ts';

const FOLDER = join(import.meta.dirname, '../../../extension/core/forms/directory');
const english = new Directory('en-GB');
const find = (name: DirectoryName, typed: string, directory = english) =>
  directory.find(name, typed).map(({ text }) => text);

describe('the directory', () => {
  it('finds by the beginning of any word, without accents and case, in four languages', () => {
    expect(find('diseases', 'hyperten')[0]).toBe('High blood pressure');
    expect(find('diseases', 'blood press')[0]).toBe('High blood pressure');
    expect(find('diseases', 'Bluthoch')[0]).toBe('High blood pressure');
    expect(find('diseases', 'bluthoch', new Directory('de'))[0]).toBe('Bluthochdruck');
    expect(find('diseases', 'gurtel', new Directory('de-AT'))[0]).toBe('Gürtelrose');
    expect(find('diseases', 'migra', new Directory('es'))[0]).toBe('Migraña');
    expect(find('diseases', 'سكري', new Directory('ar-EG'))[0]).toBe('السكري من النوع 1');
    expect(find('substances', 'البنس', new Directory('ar'))[0]).toBe('بنسلين');
    expect(find('medicines', 'ايبوبروفين')[0]).toBe('Ibuprofen');
    expect(find('substances', 'penic')[0]).toBe('Penicillin');
    expect(find('vaccines', 'mmr')[0]).toBe('Measles, mumps and rubella');
    expect(find('tests', 'hba1c')[0]).toBe('Haemoglobin A1c');
    expect(find('medicines', 'xyzzy')).toEqual([]);
    expect(find('medicines', ' ')).toEqual([]);
  });

  it('has each code once and in its form, and each name in each language', () => {
    const forms: Record<string, RegExp> = {
      'diseases.ts': /^[A-Z]\d\d(\.\d)?$/,
      'medicines.ts': /^[A-Z]\d\d[A-Z]{2}\d\d$/,
      'vaccines.ts': /^J07[A-Z]{1,2}(\d\d)?$/,
      'tests.ts': /^\d+-\d$/,
      'substances.ts': /^([a-z-]+|)$/,
    };
    for (const [file, form] of Object.entries(forms)) {
      const text = readFileSync(join(FOLDER, file), 'utf8');
      const rows = [...text.matchAll(/`\n([^`]*)`/g)].flatMap(([, table = '']) => table.trim().split('\n'));
      const codes = rows.map((row) => row.split('|')[0] ?? '');
      expect(codes.filter((code) => !form.test(code))).toEqual([]);
      const told = codes.filter((code) => code !== '');
      expect(told.filter((code, i) => told.indexOf(code) !== i)).toEqual([]);
      for (const row of rows)
        expect(
          row
            .split('|')
            .slice(-4)
            .every((cell) => cell.length > 1),
        ).toBe(true);
      // A digit that distinguishes: LOINC, mod 10 by Luhn (LOINC Users' Guide, “check digit”).
      if (file === 'tests.ts') expect(told.filter((code) => !hasCheckDigit(code))).toEqual([]);
    }
    expect(english.size).toBeGreaterThan(400);
  });

  it('is small', () => {
    const all = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file), 'utf8'));
    expect(gzipSync(all.join('\n')).byteLength).toBeLessThan(18_000);
  });
});

function hasCheckDigit(code: string): boolean {
  const [number = '', check] = code.split('-');
  const digits = number.split('').toReversed().map(Number);
  const sum = digits.reduce((n, digit, i) => {
    const one = i % 2 === 0 ? digit * 2 : digit;
    return n + (one > 9 ? one - 9 : one);
  }, 0);
  return (10 - (sum % 10)) % 10 === Number(check);
}

const item = (type: string) => (title: string, code?: string, status?: ItemStatus) =>
  ({ id: `${type} ${title}`, type, title, code, status }) satisfies Checkable;
const allergy = item('AllergyIntolerance');
const medicine = item('MedicationStatement');
const told = (allergies: Checkable[], medicines: Checkable[]) =>
  warningsOf({ allergies, medicines }, english).map((w) =>
    w.kind === 'allergy' ? `${w.allergy.title} / ${w.medicine.title}` : `${w.medicine.title} = ${w.other.title}`,
  );

describe('a warning', () => {
  it.each([
    ['Allergy to penicillin', 'Amoxicillin 500 mg capsules'],
    ['Penicillin', 'Augmentin'],
    ['Penizillinallergie: Penicillin V', 'Flucloxacillin'],
    ['Alergia a la penicilina', 'Amoxicilina'],
    ['حساسية من البنسلين', 'أموكسيسيلين 500 ملغ'],
    ['Ibuprofen', 'Diclofenac'],
    ['Ibuprofen', 'Aspirin (low dose)'],
    ['Sulfonamide', 'Cotrimoxazol'],
    ['Ramipril', 'Enalapril 5 mg'],
    ['Zanzibarine', 'Zanzibarine 20 mg tablets'],
  ])('is told for an allergy to %s and %s', (a, m) => {
    expect(told([allergy(a)], [medicine(m)])).toEqual([`${a} / ${m}`]);
  });
  it.each([
    ['Peanut', 'Metformin'],
    ['Penicillin', 'Paracetamol'],
    ['Grass pollen', 'Cetirizine'],
    ['Allergy', 'Allergy tablets'],
    ['Latex', 'Lactulose'],
    ['Penicillin', 'Ceftriaxone'],
  ])('is not told for an allergy to %s and %s', (a, m) => {
    expect(told([allergy(a)], [medicine(m)])).toEqual([]);
  });
  it('goes by codes where there are some', () => {
    const coded = medicine('Brand name', 'http://www.whocc.no/atc|J01CA04');
    expect(told([allergy('Penicillin')], [coded])).toHaveLength(1);
    expect(
      told([allergy('X', 'urn:oid:2.16.840.1.113883.6.73|N02BE01')], [medicine('Paracetamol 500 mg')]),
    ).toHaveLength(1);
  });
  it('is of what holds: not of what is refuted, over, or known not to be', () => {
    const amoxicillin = medicine('Amoxicillin');
    for (const status of ['denied', 'none', 'past', 'error'] as const) {
      expect(told([allergy('Penicillin', undefined, status)], [amoxicillin])).toEqual([]);
      expect(told([allergy('Penicillin')], [medicine('Amoxicillin', undefined, status)])).toEqual([]);
    }
    expect(told([allergy('Penicillin', undefined, 'unconfirmed')], [amoxicillin])).toHaveLength(1);
  });
  it('is told once for a medicine that is taken twice, whatever it is called', () => {
    expect(told([], [medicine('Paracetamol 500 mg'), medicine('Acetaminophen')])).toEqual([
      'Paracetamol 500 mg = Acetaminophen',
    ]);
    expect(told([], [medicine('Zanzibarine'), { ...medicine('zanzibarine'), id: 'other' }])).toHaveLength(1);
    expect(told([], [medicine('Metformin'), item('MedicationRequest')('Metformin')])).toEqual([]);
    expect(told([], [medicine('Metoprolol'), medicine('Metformin')])).toEqual([]);
  });
  it('can be asked for of one medicine', () => {
    const medicines = [medicine('Amoxicillin'), medicine('Ampicillin')];
    const of = (only: string) => warningsOf({ allergies: [allergy('Penicillin')], medicines }, english, only);
    expect(of(medicines[1]!.id)).toMatchObject([{ medicine: { title: 'Ampicillin' } }]);
  });
});
