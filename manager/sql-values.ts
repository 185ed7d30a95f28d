import { own, type Bytes } from '../extension/core/bytes.ts';

/** 0x hex as a database stores it. */
export const blob = (hex: string): Uint8Array => Buffer.from(hex.slice(2), 'hex');

/** A column that holds bytes. */
export function bytesIn(row: Readonly<Record<string, unknown>>, column: string): Bytes {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`no bytes in ${column}`);
  return own(value);
}
