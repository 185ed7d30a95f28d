import { getAddress, getBigInt, TypedDataEncoder, type TypedDataField } from 'ethers';
import * as v from 'valibot';
import { SalusError } from '../errors.ts';

/** One value that is signed, by its path, as in `terms[0].grantee`. */
export interface SignedField {
  readonly path: string;
  /** EIP-712 type. */
  readonly type: string;
  /** As it is signed: numbers in decimal, bytes in hex, addresses with their checksum; empty for a list without items. */
  readonly value: string;
}

/** EIP-712 data, read: what is signed, and everything that goes into it. */
export interface TypedData {
  readonly primaryType: string;
  readonly domain: readonly SignedField[];
  readonly fields: readonly SignedField[];
  /** Of the domain; decimal digits. */
  readonly chainId?: string;
  /** Of the domain; EIP-55 checksummed. */
  readonly verifyingContract?: string;
  /** What the account signs, 32 bytes in hex. */
  readonly digest: string;
}

// Names are what encodeType is made of: one with brackets in it could pass for another type.
const name = v.pipe(v.string(), v.maxLength(100), v.regex(/^[A-Za-z_]\w*$/));
const typeName = v.pipe(v.string(), v.maxLength(100), v.regex(/^[A-Za-z_]\w*(\[\d*\])*$/));
const hex = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`)));
const PayloadSchema = v.strictObject({
  types: v.record(name, v.array(v.strictObject({ name, type: typeName }))),
  primaryType: name,
  domain: v.strictObject({
    name: v.optional(v.string()),
    version: v.optional(v.string()),
    chainId: v.optional(
      v.union([v.pipe(v.string(), v.regex(/^(0x[0-9a-fA-F]+|\d+)$/)), v.pipe(v.number(), v.safeInteger())]),
    ),
    verifyingContract: v.optional(hex(20)),
    salt: v.optional(hex(32)),
  }),
  message: v.record(v.string(), v.unknown()),
});
type Payload = v.InferOutput<typeof PayloadSchema>;
type Types = Map<string, TypedDataField[]>;

/** Fields of the domain in the order of EIP-712. */
const DOMAIN: readonly TypedDataField[] = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
];
const WIDTHS = Array.from({ length: 32 }, (_, i) => i + 1);
/** The atomic and dynamic types of EIP-712, whose names are always whole. */
const ATOMIC: ReadonlySet<string> = new Set([
  'address',
  'bool',
  'string',
  'bytes',
  ...WIDTHS.flatMap((width) => [`bytes${width}`, `uint${8 * width}`, `int${8 * width}`]),
]);
/** Names of Solidity that a type here cannot have: some libraries sign another name in their place. */
const ALIASES: Readonly<Record<string, string>> = {
  uint: 'it is written uint256.',
  int: 'it is written int256.',
  byte: 'it is written bytes1.',
  fixed: 'EIP-712 has no such type.',
  ufixed: 'EIP-712 has no such type.',
  function: 'EIP-712 has no such type.',
};
const SOLIDITY = /^(bytes|u?int|u?fixed)\d/;

export const wrong = (message: string) =>
  new SalusError('not-signable', `This typed data cannot be signed: ${message}`);

/**
 * Reads the payload of `eth_signTypedData_v4` (EIP-712). What is shown and what is signed come from the same walk over the declared
 * types; a value that could be read in two ways is refused rather than guessed.
 * @param text JSON
 * @param options.lists false for `eth_signTypedData_v3`, which has none; without them it is the same as v4
 * @throws SalusError `not-signable`, naming the part that is wrong and never repeating it
 */
export function readTypedData(text: string, { lists = true } = {}): TypedData {
  const payload = parse(text);
  const { primaryType, domain, message } = payload;
  const types = reachable(payload);
  if (!lists && [...types.values()].flat().some(({ type }) => type.endsWith(']'))) {
    throw wrong('version 3 has no lists; use eth_signTypedData_v4.');
  }
  checkDomainType(payload);
  const domainFields = DOMAIN.filter((field) => Object.hasOwn(domain, field.name));
  try {
    const encoder = TypedDataEncoder.from(Object.fromEntries(types));
    if (encoder.primaryType !== primaryType) throw wrong('primaryType is used inside another type.');
    const { chainId, verifyingContract } = domain;
    return {
      primaryType,
      domain: leavesOf(new Map(), domainFields, domain, ''),
      fields: leavesOf(types, types.get(primaryType) ?? [], message, ''),
      ...(chainId !== undefined && { chainId: getBigInt(chainId).toString() }),
      ...(verifyingContract !== undefined && { verifyingContract: getAddress(verifyingContract) }),
      digest: TypedDataEncoder.hash(domain, Object.fromEntries(types), message),
    };
  } catch (error) {
    // The library's own messages quote the value.
    throw error instanceof SalusError ? error : wrong('a value does not have the type it is declared with.');
  }
}

function parse(text: string): Payload {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong('it is not JSON.');
  }
  const parsed = v.safeParse(PayloadSchema, json);
  if (parsed.success) return parsed.output;
  const [top] = parsed.issues[0].path ?? [];
  const part = ['types', 'primaryType', 'domain', 'message'].find((known) => known === top?.key) ?? 'the object';
  throw wrong(`“${part}” is not what EIP-712 says.`);
}

/** The types that the message is made of; a page may declare more, which are not signed. */
function reachable({ types, primaryType }: Payload): Types {
  const found: Types = new Map();
  const visit = (type: string): void => {
    const base = type.replace(/\[.*$/, '');
    if (found.has(base)) return;
    if (Object.hasOwn(ALIASES, base)) throw wrong(`“${base}” is no type of EIP-712: ${ALIASES[base] ?? ''}`);
    const fields = Object.hasOwn(types, base) ? types[base] : undefined;
    if (ATOMIC.has(base) && fields === undefined) return;
    if (SOLIDITY.test(base) && !ATOMIC.has(base)) throw wrong('a number or bytes type has a width that there is not.');
    if (fields === undefined || fields.length === 0 || ATOMIC.has(base) || base === 'EIP712Domain') {
      throw wrong('a type is missing, empty, or has the name of another.');
    }
    found.set(base, fields);
    for (const field of fields) visit(field.type);
  };
  visit(primaryType);
  return found;
}

/** Where the page says what the domain is made of, it must be all of the domain that it gives: what is shown is what is signed. */
function checkDomainType({ types, domain }: Payload): void {
  const declared = types['EIP712Domain'];
  if (declared === undefined) return;
  const form = (fields: readonly TypedDataField[]) => fields.map((field) => `${field.type} ${field.name}`).join();
  if (form(declared) !== form(DOMAIN.filter((field) => Object.hasOwn(domain, field.name)))) {
    throw wrong('EIP712Domain does not list exactly the fields of the domain, in the order of EIP-712.');
  }
}

function leavesOf(types: Types, fields: readonly TypedDataField[], value: unknown, path: string): SignedField[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('a value is not an object.');
  return fields.flatMap((field) => {
    if (!Object.hasOwn(value, field.name)) throw wrong('a field of the message or the domain is missing.');
    const inner = (value as Record<string, unknown>)[field.name];
    return leaves(types, field.type, inner, path === '' ? field.name : `${path}.${field.name}`);
  });
}

function leaves(types: Types, type: string, value: unknown, path: string): SignedField[] {
  if (type.endsWith(']')) {
    if (!Array.isArray(value)) throw wrong('a value is not a list.');
    const item = type.slice(0, type.lastIndexOf('['));
    if (value.length === 0) return [{ path, type, value: '' }];
    return value.flatMap((inner, index) => leaves(types, item, inner, `${path}[${index}]`));
  }
  const fields = types.get(type);
  return fields === undefined ? [{ path, type, value: valueText(type, value) }] : leavesOf(types, fields, value, path);
}

/** A value as the encoder takes it. @throws for a value that the encoder would turn into something else */
export function valueText(type: string, value: unknown): string {
  if (type === 'bool') {
    if (typeof value !== 'boolean') throw wrong('a bool is neither true nor false.');
    return String(value);
  }
  if (type.includes('int')) return getBigInt(value as string | number).toString();
  if (typeof value !== 'string') throw wrong('a value is not a string.');
  if (type === 'string') return value;
  if (!/^0x([0-9a-fA-F]{2})*$/.test(value)) throw wrong('a value is not hex.');
  return type === 'address' ? getAddress(value) : value.toLowerCase();
}
