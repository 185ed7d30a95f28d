import { formatEther, parseEther } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { billOf, etherOf, moneyOf, weiIn, weiOf } from '../../../extension/core/care/bill.ts';
import { checkValues } from '../../../extension/core/forms/field.ts';
import { toResource, toValues } from '../../../extension/core/forms/form.ts';
import { FORMS, sectionFor } from '../../../extension/core/forms/forms.ts';
import { parseLossless } from '../../../extension/core/fhir/lossless.ts';
import type { Resource } from '../../../extension/core/fhir/resource.ts';
import { present } from '../../../extension/core/fhir/present/present.ts';

const amount = fc.bigInt({ min: 1n, max: 9_999_999n * 10n ** 18n });
const say = (key: string) => key;

describe('an amount in ether', () => {
  it('is as many wei as ethers has it, and is written and read without losing one', () => {
    fc.assert(
      fc.property(amount, (wei) => {
        const text = formatEther(wei);
        expect(weiIn(text)).toBe(parseEther(text));
        expect(weiIn(etherOf(wei))).toBe(wei);
        expect(weiOf(JSON.parse(JSON.stringify(moneyOf(wei))))).toBe(wei);
      }),
    );
  });

  it.each([
    '',
    '0',
    '0.0',
    '-1',
    '+1',
    '1e3',
    '.5',
    '1.',
    '0x10',
    ' 1',
    '1,5',
    '01',
    '٣',
    'NaN',
    'Infinity',
    '12345678',
  ])('is not %j', (text) => expect(weiIn(text)).toBeUndefined());
  it('has no more than eighteen places', () => {
    expect(weiIn('0.000000000000000001')).toBe(1n);
    expect(weiIn('0.0000000000000000001')).toBeUndefined();
  });
});

describe('the form of a bill', () => {
  const lines = fc.array(fc.tuple(fc.stringMatching(/^[A-Za-z]{1,20}$/), amount), { minLength: 1, maxLength: 3 });
  const valuesOf = (some: readonly (readonly [string, bigint])[]) => ({
    date: '2026-01-02',
    ...Object.fromEntries(
      some.flatMap(([text, wei], i) => [
        [`item${i + 1}`, text],
        [`ether${i + 1}`, etherOf(wei)],
      ]),
    ),
  });

  it('makes lines that add up to the total, to the wei, and reads them again', () => {
    fc.assert(
      fc.property(lines, (some) => {
        const { values, faults } = checkValues(FORMS.bill.fields, valuesOf(some));
        expect(faults).toEqual({});
        const invoice = parseLossless(JSON.stringify(toResource(FORMS.bill, values, say))) as Resource;
        const bill = billOf(invoice);
        expect(bill).toEqual({
          lines: some.map(([text, wei]) => ({ text, wei })),
          total: some.reduce((sum, [, wei]) => sum + wei, 0n),
        });
        expect(toValues(FORMS.bill, invoice)).toEqual(values);
      }),
    );
  });

  it('one wei more or less than its lines is no bill', () => {
    fc.assert(
      fc.property(lines, fc.constantFrom(-1n, 1n), (some, more) => {
        const invoice = toResource(FORMS.bill, valuesOf(some), say);
        const total = moneyOf(some.reduce<bigint>((sum, [, wei]) => sum + wei, more));
        expect(billOf({ ...invoice, totalNet: total, totalGross: total } as Resource)).toBe('unsound');
      }),
    );
  });

  it('takes no line without an amount, and none without words', () => {
    const of = (values: Record<string, string>) =>
      checkValues(FORMS.bill.fields, { date: '2026-01-02', item1: 'Visit', ether1: '0,02', ...values }).faults;
    expect(of({})).toEqual({});
    expect(of({ item2: 'X-ray' })).toEqual({ ether2: 'required' });
    expect(of({ ether2: '1' })).toEqual({ item2: 'required' });
    expect(of({ ether1: '0' })).toEqual({ ether1: 'ether' });
  });

  it('is filed where its author may write, with the insurance first', () => {
    expect(sectionFor('bill', ['results', 'insurance'])).toBe('insurance');
    expect(sectionFor('bill', ['medications'])).toBe('medications');
    expect(sectionFor('bill', [])).toBeUndefined();
    expect(sectionFor('allergy', ['medications'])).toBeUndefined();
  });

  it('is shown to the last digit', () => {
    const invoice = toResource(FORMS.bill, valuesOf([['Visit', 12_345_678_901_234_567n]]), say);
    expect(JSON.stringify(present(invoice))).toContain('0.012345678901234567');
  });
});
