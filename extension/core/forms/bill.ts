import { billOf, etherOf, moneyOf, weiIn, type Bill } from '../care/bill.ts';
import { textAt } from '../fhir/resource.ts';
import { dateOf, filled, listOf, ME, some, type Element } from './elements.ts';
import type { Field, Values } from './field.ts';
import type { Form } from './form.ts';

/** What one bill is for, at most. */
const LINES = ['1', '2', '3'];

const lineFields = (n: string): Field[] => [
  { key: `item${n}`, kind: 'text', ...(n === '1' ? { required: true } : { needs: [`ether${n}`] }) },
  { key: `ether${n}`, kind: 'ether', ...(n === '1' ? { required: true } : { needs: [`item${n}`] }) },
];

/** Lines that have an amount, in wei. */
const linesIn = (v: Values) =>
  LINES.flatMap((n) => {
    const wei = weiIn(v[`ether${n}`] ?? '');
    return wei === undefined ? [] : [{ text: v[`item${n}`] ?? '', wei }];
  });

/** What all lines of a bill are together, in wei. */
export const totalOf = (values: Values): bigint => sumOf(linesIn(values));
const sumOf = (lines: Bill['lines']): bigint => lines.reduce((sum, { wei }) => sum + wei, 0n);

/** Elements of a FHIR R4 Invoice that asks for these lines. @param said FHIR date, and what else there is to say */
export function invoiceOf(
  lines: Bill['lines'],
  { date, note }: { readonly date: string | undefined; readonly note: string | undefined },
): Element {
  const total = moneyOf(sumOf(lines));
  return filled({
    status: 'issued',
    subject: ME,
    date,
    lineItem: lines.map(({ text, wei }, i) => ({
      sequence: i + 1,
      chargeItemCodeableConcept: { text },
      priceComponent: [{ type: 'base', amount: moneyOf(wei) }],
    })),
    totalNet: total,
    totalGross: total,
    note: listOf(filled({ text: note })),
  });
}

/** What a patient is asked to pay for, line by line, in ether: see `care/bill.ts`. */
export const BILL: Form = {
  kind: 'bill',
  type: 'Invoice',
  fields: [
    ...LINES.flatMap(lineFields),
    { key: 'date', kind: 'date', whole: true, required: true },
    { key: 'note', kind: 'long' },
  ],
  owns: ['status', 'subject', 'date', 'lineItem', 'totalNet', 'totalGross', 'note'],
  make: (v) => invoiceOf(linesIn(v), { date: v['date'], note: v['note'] }),
  read: (invoice) => {
    const bill = billOf(invoice);
    const lines = typeof bill === 'object' ? bill.lines.slice(0, LINES.length) : [];
    const written = lines.flatMap(({ text, wei }, i) => [
      [`item${i + 1}`, text],
      [`ether${i + 1}`, etherOf(wei)],
    ]);
    return some({
      ...(Object.fromEntries(written) as Values),
      date: dateOf(textAt(invoice, 'date')),
      note: textAt(invoice, 'note.0.text'),
    });
  },
};
