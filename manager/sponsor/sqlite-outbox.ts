import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import { later, transaction } from '../sqlite-work.ts';
import type { Charge, Outgoing, OutgoingRows } from './outbox.ts';

/** Closed transactions that are remembered, to answer repetitions. */
const MOST_CLOSED = 10_000;
/** Days whose spending is remembered: today, and what is still settled of yesterday. */
const DAYS_KEPT = 2;

const wei = v.pipe(
  v.string(),
  v.regex(/^\d+$/),
  v.transform((digits) => BigInt(digits)),
);
const RowSchema = v.object({
  nonce: v.number(),
  key: v.string(),
  to: v.string(),
  data: v.string(),
  gasLimit: wei,
  state: v.picklist(['open', 'succeeded', 'reverted', 'lost']),
  tries: v.array(
    v.object({ hash: v.string(), raw: v.string(), maxFeePerGas: wei, maxPriorityFeePerGas: wei, at: v.number() }),
  ),
  charge: v.object({ purses: v.array(v.string()), day: v.number(), wei }),
});

const write = (row: Outgoing): string =>
  JSON.stringify(row, (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
const read = (value: unknown): Outgoing => v.parse(RowSchema, JSON.parse(String(value)));

/** Transactions of one account and what was spent on them, in the tables `outgoing` and `spent`. */
export function sqliteOutgoing(db: DatabaseSync, account: string): OutgoingRows {
  const put = db.prepare('INSERT OR REPLACE INTO outgoing VALUES (?, ?, ?, ?, ?)');
  const end = db.prepare('DELETE FROM outgoing WHERE account = ? AND nonce = ?');
  const endOld = db.prepare(
    `DELETE FROM outgoing WHERE account = ?1 AND open = 0 AND nonce <=
      (SELECT nonce FROM outgoing WHERE account = ?1 AND open = 0 ORDER BY nonce DESC LIMIT 1 OFFSET ${MOST_CLOSED})`,
  );
  const from = db.prepare('SELECT value FROM outgoing WHERE account = ? AND nonce >= ? ORDER BY nonce');
  const open = db.prepare('SELECT value FROM outgoing WHERE account = ? AND open = 1 ORDER BY nonce');
  const byKey = db.prepare('SELECT value FROM outgoing WHERE account = ? AND key = ? ORDER BY nonce DESC LIMIT 1');
  const readSpent = db.prepare('SELECT wei FROM spent WHERE account = ? AND purse = ? AND day = ?');
  const putSpent = db.prepare('INSERT OR REPLACE INTO spent VALUES (?, ?, ?, ?)');
  const endSpent = db.prepare('DELETE FROM spent WHERE account = ? AND day BETWEEN 0 AND ?');

  const spentOf = (purse: string, day: number): bigint =>
    BigInt(String(readSpent.get(account, purse, day)?.['wei'] ?? 0));
  function charge({ purses, day, wei: amount }: Charge, sign: 1n | -1n): void {
    for (const purse of purses) {
      for (const when of [day, ALWAYS])
        putSpent.run(account, purse, when, String(spentOf(purse, when) + sign * amount));
    }
    endSpent.run(account, day - DAYS_KEPT);
  }
  const putRow = (row: Outgoing) => put.run(account, row.nonce, row.key, row.state === 'open' ? 1 : 0, write(row));

  return {
    from: (nonce) => later(() => from.all(account, nonce).map((row) => read(row['value']))),
    open: () => later(() => open.all(account).map((row) => read(row['value']))),
    byKey: (key) =>
      later(() => {
        const row = byKey.get(account, key);
        return row && read(row['value']);
      }),
    add: (row) =>
      later(() =>
        transaction(db, () => {
          charge(row.charge, 1n);
          putRow(row);
        }),
      ),
    put: (row, refund) =>
      later(() =>
        transaction(db, () => {
          if (refund > 0n) charge({ ...row.charge, wei: refund }, -1n);
          putRow(row);
          endOld.run(account);
        }),
      ),
    remove: (row) =>
      later(() =>
        transaction(db, () => {
          charge(row.charge, -1n);
          end.run(account, row.nonce);
        }),
      ),
    spent: (purse, day) => later(() => spentOf(purse, day ?? ALWAYS)),
  };
}

/** In place of a day: since the beginning. */
const ALWAYS = -1;
