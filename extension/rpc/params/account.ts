import * as v from 'valibot';
import type { SignRequest } from '../../core/signing/signable.ts';
import { address, shortText } from './common.ts';

/** Characters of what is to be signed: all of it is shown, and a person can read no more than this. */
const LONGEST_SIGNED = 65_536;
const signed = v.pipe(shortText(LONGEST_SIGNED), v.title('text'));
const isAddress = (value: string): boolean => v.is(address, value);

/** `[data, address]`. Turned round as well, as other wallets take it. A third element, a password elsewhere, is not looked at. */
export const PersonalSignSchema = v.pipe(
  v.tuple([signed, v.pipe(signed, v.title('account'))]),
  v.transform(([first, second]) => (isAddress(first) && !isAddress(second) ? [second, first] : [first, second])),
  v.tuple([signed, address]),
  v.transform(([data, account]): SignRequest => ({ form: 'text', address: account, data })),
);

/** `[address, typed data]`, as an object or as JSON. Kept as JSON: what is shown and what is signed are read from one text. */
export const TypedDataSchema = v.pipe(
  v.tuple([address, v.pipe(v.union([v.string(), v.record(v.string(), v.unknown())]), v.title('typed data'))]),
  v.transform(([account, data]) => [account, typeof data === 'string' ? data : JSON.stringify(data)] as const),
  v.tuple([address, signed]),
  v.transform(([account, data]): SignRequest => ({ form: 'typed', address: account, data })),
);

/** `[address, typed data]` of version 3: the same, without lists. */
export const TypedDataV3Schema = v.pipe(
  TypedDataSchema,
  v.transform((request): SignRequest => ({ ...request, form: 'typed-v3' })),
);

/** `[fields, address]`, or turned round: the form from before EIP-712. */
const fieldList = v.pipe(v.array(v.record(v.string(), v.unknown())), v.title('fields'));
export const FieldListSchema = v.pipe(
  v.union([v.tuple([fieldList, address]), v.tuple([address, fieldList])]),
  v.transform((params) => (typeof params[0] === 'string' ? params : params.toReversed())),
  v.transform(([account, fields]) => [account, JSON.stringify(fields)]),
  v.tuple([address, signed]),
  v.transform(([account, data]): SignRequest => ({ form: 'typed-v1', address: account, data })),
);

/** `[address]`. */
export const MessageKeySchema = v.pipe(
  v.tuple([address]),
  v.transform(([account]) => ({ address: account })),
);

export type MessageKeyRequest = v.InferOutput<typeof MessageKeySchema>;

/** `[message, address]`; the message's JSON in hex. */
export const DecryptSchema = v.pipe(
  v.tuple([
    v.pipe(shortText(1_000_000), v.regex(/^0x([0-9a-fA-F]{2})+$/, 'expected hex'), v.title('message')),
    address,
  ]),
  v.transform(([data, account]) => ({ data, address: account })),
);

export type DecryptRequest = v.InferOutput<typeof DecryptSchema>;

/** EIP-2255. Access to records is asked for by `health_requestAccess` and ended by `health_endConsent`. */
export const PermissionsSchema = v.tuple([v.strictObject({ eth_accounts: v.looseObject({}) })]);
