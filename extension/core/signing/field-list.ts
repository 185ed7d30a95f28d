import { getBytes, solidityPackedKeccak256 } from 'ethers';
import * as v from 'valibot';
import { SalusError } from '../errors.ts';
import { valueText, wrong, type SignedField } from './typed-data.ts';

/** Solidity's, short names too: they are signed as they are written. */
const TYPE = /^(address|bool|string|bytes\d*|u?int\d*)$/;

const FieldListSchema = v.pipe(
  v.array(
    v.strictObject({
      type: v.pipe(v.string(), v.regex(TYPE)),
      name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
      value: v.unknown(),
    }),
  ),
  v.minLength(1),
  v.maxLength(100),
);

/** A list of fields, read: what is signed, and its digest (32 bytes, hex). */
export interface FieldList {
  readonly fields: readonly SignedField[];
  readonly digest: string;
}

/**
 * Reads the payload of `eth_signTypedData`, which came before EIP-712: a list of fields, bound to no site and no chain.
 * Its digest is keccak256(keccak256(packed "type name" of each) ‖ keccak256(packed values)).
 * @param text JSON
 * @throws SalusError `not-signable`
 */
export function readFieldList(text: string): FieldList {
  const list = parse(text);
  try {
    const fields = list.map(({ type, name, value }) => ({ path: name, type, value: valueText(type, value) }));
    const types = list.map(({ type }) => type);
    const heads = list.map(({ type, name }) => `${type} ${name}`);
    const schema = solidityPackedKeccak256(
      heads.map(() => 'string'),
      heads,
    );
    const values = solidityPackedKeccak256(
      types,
      fields.map(({ type, value }) => packable(type, value)),
    );
    return { fields, digest: solidityPackedKeccak256(['bytes32', 'bytes32'], [schema, values]) };
  } catch (error) {
    // The library's own messages quote the value.
    throw error instanceof SalusError ? error : wrong('a value does not have the type it is declared with.');
  }
}

function parse(text: string) {
  try {
    return v.parse(FieldListSchema, JSON.parse(text));
  } catch {
    throw wrong('it is not a list of fields with type, name and value.');
  }
}

/** What the packer takes for what is shown. */
function packable(type: string, value: string): unknown {
  if (type === 'bool') return value === 'true';
  return type === 'bytes' ? getBytes(value) : value;
}
