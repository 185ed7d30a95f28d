import * as v from 'valibot';
import { PURPOSES } from '../core/consent/purposes.ts';
import { NetworkSchema } from '../core/network/descriptor.ts';
import { SECTIONS } from '../core/records/sections.ts';
import type { SignRequest } from '../core/signing/signable.ts';
import { RpcCode, RpcError } from './errors.ts';

const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address'), v.title('account'));
const shortText = (most: number) => v.pipe(v.string(), v.maxLength(most));
const section = v.picklist(SECTIONS);
const seconds = v.pipe(v.number(), v.safeInteger());
/** Each once, in the order given. */
const distinct = <T>(list: readonly T[]): T[] => [...new Set(list)];
const none = v.optional(v.union([v.tuple([]), v.strictObject({})]));

/** Longest time a page may ask for: a year. */
const LONGEST_SECONDS = 366 * 86_400;

const AccessRequestSchema = v.strictObject({
  /** HL7 v3 PurposeOfUse. */
  purpose: v.picklist(PURPOSES),
  sections: v.pipe(v.array(section), v.minLength(1), v.maxLength(SECTIONS.length), v.transform(distinct)),
  rights: v.optional(
    v.pipe(v.array(v.picklist(['read', 'write'])), v.minLength(1), v.maxLength(2), v.transform(distinct)),
    ['read'],
  ),
  /** Seconds. */
  duration: v.pipe(seconds, v.minValue(60), v.maxValue(LONGEST_SECONDS)),
  /** Shown to the person as the site's own words. */
  reason: v.pipe(shortText(300), v.nonEmpty()),
  /** The member who will read; `name` is the site's claim. */
  recipient: v.strictObject({ address, name: v.optional(shortText(120)) }),
});
export type AccessRequest = v.InferOutput<typeof AccessRequestSchema>;

const ListRequestSchema = v.strictObject({
  patient: v.optional(address),
  section: v.optional(section),
  /** `code` or `system|code`. */
  code: v.optional(shortText(300)),
  /** FHIR dates; compared as text, so `2026` and `2026-05-01` both work. */
  from: v.optional(v.pipe(v.string(), v.regex(/^\d{4}/))),
  to: v.optional(v.pipe(v.string(), v.regex(/^\d{4}/))),
  /** `next` of the page before. */
  after: v.optional(shortText(200)),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)), 100),
});
export type ListRequest = v.InferOutput<typeof ListRequestSchema>;

const ReadRequestSchema = v.strictObject({ patient: address, id: shortText(200) });
export type ReadRequest = v.InferOutput<typeof ReadRequestSchema>;

const WriteRequestSchema = v.pipe(
  v.strictObject({
    /** Left out: an offer to the wallet's own patient. */
    patient: v.optional(address),
    /** Left out: each resource goes to the section it belongs in (offers only). */
    section: v.optional(section),
    resource: v.optional(v.looseObject({ resourceType: v.string() })),
    bundle: v.optional(v.looseObject({ resourceType: v.literal('Bundle') })),
  }),
  v.check((w) => (w.resource === undefined) !== (w.bundle === undefined), 'expected either resource or bundle'),
  v.check((w) => w.patient === undefined || w.section !== undefined, 'expected a section'),
);
export type WriteRequest = v.InferOutput<typeof WriteRequestSchema>;

const VerifyRequestSchema = v.pipe(
  v.strictObject({
    patient: address,
    id: shortText(200),
    resource: v.optional(v.looseObject({ resourceType: v.string() })),
    /** Base64, as `health_readRecord` gives them. */
    bytes: v.optional(v.pipe(v.string(), v.base64())),
  }),
  v.check((w) => (w.resource === undefined) !== (w.bytes === undefined), 'expected either resource or bytes'),
);
export type VerifyRequest = v.InferOutput<typeof VerifyRequestSchema>;

const ConsentIdSchema = v.strictObject({ consentId: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)) });
export type ConsentId = v.InferOutput<typeof ConsentIdSchema>;

/** Characters of what is to be signed: all of it is shown, and a person can read no more than this. */
const LONGEST_SIGNED = 65_536;
const signed = v.pipe(shortText(LONGEST_SIGNED), v.title('text'));
const isAddress = (value: string): boolean => v.is(address, value);

/** `[data, address]`. Turned round as well, as other wallets take it. A third element, a password elsewhere, is not looked at. */
const PersonalSignSchema = v.pipe(
  v.tuple([signed, v.pipe(signed, v.title('account'))]),
  v.transform(([first, second]) => (isAddress(first) && !isAddress(second) ? [second, first] : [first, second])),
  v.tuple([signed, address]),
  v.transform(([data, account]): SignRequest => ({ form: 'text', address: account, data })),
);

/** `[address, typed data]`, as an object or as JSON. Kept as JSON: what is shown and what is signed are read from one text. */
const TypedDataSchema = v.pipe(
  v.tuple([address, v.pipe(v.union([v.string(), v.record(v.string(), v.unknown())]), v.title('typed data'))]),
  v.transform(([account, data]) => [account, typeof data === 'string' ? data : JSON.stringify(data)] as const),
  v.tuple([address, signed]),
  v.transform(([account, data]): SignRequest => ({ form: 'typed', address: account, data })),
);

/** `[address, typed data]` of version 3: the same, without lists. */
const TypedDataV3Schema = v.pipe(
  TypedDataSchema,
  v.transform((request): SignRequest => ({ ...request, form: 'typed-v3' })),
);

/** `[fields, address]`, or turned round: the form from before EIP-712. */
const fieldList = v.pipe(v.array(v.record(v.string(), v.unknown())), v.title('fields'));
const FieldListSchema = v.pipe(
  v.union([v.tuple([fieldList, address]), v.tuple([address, fieldList])]),
  v.transform((params) => (typeof params[0] === 'string' ? params : params.toReversed())),
  v.transform(([account, fields]) => [account, JSON.stringify(fields)]),
  v.tuple([address, signed]),
  v.transform(([account, data]): SignRequest => ({ form: 'typed-v1', address: account, data })),
);

const MessageKeySchema = v.pipe(
  v.tuple([address]),
  v.transform(([account]) => ({ address: account })),
);

/** `[message, address]`; the message's JSON in hex. */
const DecryptSchema = v.pipe(
  v.tuple([
    v.pipe(shortText(1_000_000), v.regex(/^0x([0-9a-fA-F]{2})+$/, 'expected hex'), v.title('message')),
    address,
  ]),
  v.transform(([data, account]) => ({ data, address: account })),
);

const quantity = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{1,64}$/, 'expected a number in hex'));
/** EIP-3860 and what nodes pass on. */
const LONGEST_CALLDATA = 131_072;
const calldata = v.pipe(shortText(2 + 2 * LONGEST_CALLDATA), v.regex(/^0x([0-9a-fA-F]{2})*$/, 'expected hex'));

/** `[transaction]`. Gas, fees and nonce are checked for their form alone: the wallet chooses its own. */
const TransactionSchema = v.pipe(
  v.tuple([
    v.strictObject({
      from: address,
      to: address,
      value: v.optional(quantity, '0x0'),
      data: v.optional(calldata),
      input: v.optional(calldata),
      chainId: v.optional(quantity),
      gas: v.optional(quantity),
      gasLimit: v.optional(quantity),
      gasPrice: v.optional(quantity),
      maxFeePerGas: v.optional(quantity),
      maxPriorityFeePerGas: v.optional(quantity),
      nonce: v.optional(quantity),
      type: v.optional(v.picklist(['0x0', '0x2'])),
    }),
  ]),
  v.check(
    ([t]) => t.data === undefined || t.input === undefined || t.data === t.input,
    'expected one of data and input',
  ),
  v.transform(([{ from, to, value, data, input, chainId }]) => ({
    from,
    to,
    value,
    data: (data ?? input ?? '0x').toLowerCase(),
    ...(chainId !== undefined && { chainId }),
  })),
);
export type TransactionRequest = v.InferOutput<typeof TransactionSchema>;

/** Params of the node's own methods: positional; what they mean is the node's affair. */
const NodeParamsSchema = v.optional(v.pipe(v.array(v.unknown()), v.maxLength(4)));

/** Methods that only read the chain and are answered by the health network's node. */
export const NODE_METHODS = [
  'eth_blockNumber',
  'eth_call',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
] as const;
export type NodeMethod = (typeof NODE_METHODS)[number];
export const isNodeMethod = (method: string): method is NodeMethod => NODE_METHODS.includes(method as NodeMethod);

/** EIP-2255. Access to records is asked for by `health_requestAccess` and ended by `health_endConsent`. */
const PermissionsSchema = v.tuple([v.strictObject({ eth_accounts: v.looseObject({}) })]);

const ChainSchema = v.pipe(
  v.tuple([v.object({ chainId: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{1,64}$/, 'expected a chain id in hex')) })]),
  v.transform(([{ chainId }]) => ({ chainId })),
);
export type Chain = v.InferOutput<typeof ChainSchema>;

/** EIP-3085; of it the wallet only looks at the chain. */
const AddChainSchema = v.pipe(
  v.tuple([v.looseObject({ chainId: quantity })]),
  v.transform(([{ chainId }]) => ({ chainId })),
);

/** Every method a page may call, with what its params must be. Anything else is answered with 4200. */
export const METHODS = {
  ...(Object.fromEntries(NODE_METHODS.map((method) => [method, NodeParamsSchema])) as Record<
    NodeMethod,
    typeof NodeParamsSchema
  >),
  eth_chainId: none,
  net_version: none,
  eth_accounts: none,
  eth_requestAccounts: none,
  personal_sign: PersonalSignSchema,
  eth_signTypedData: FieldListSchema,
  eth_signTypedData_v3: TypedDataV3Schema,
  eth_signTypedData_v4: TypedDataSchema,
  eth_getEncryptionPublicKey: MessageKeySchema,
  eth_decrypt: DecryptSchema,
  eth_sendTransaction: TransactionSchema,
  wallet_getPermissions: none,
  wallet_requestPermissions: PermissionsSchema,
  wallet_revokePermissions: PermissionsSchema,
  wallet_switchEthereumChain: ChainSchema,
  wallet_addEthereumChain: AddChainSchema,
  health_getCapabilities: none,
  health_requestAccess: AccessRequestSchema,
  health_addNetwork: NetworkSchema,
  health_getConsents: none,
  health_endConsent: ConsentIdSchema,
  health_listRecords: ListRequestSchema,
  health_readRecord: ReadRequestSchema,
  health_writeRecord: WriteRequestSchema,
  health_verifyRecord: VerifyRequestSchema,
} as const;
export type Method = keyof typeof METHODS;

/** A page's request as the content script passes it on. `id` is the content script's own, 128 random bits. */
export const WireRequestSchema = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  method: shortText(100),
  params: v.optional(v.unknown()),
});
export type WireRequest = v.InferOutput<typeof WireRequestSchema>;

const isMethod = (name: string): name is Method => Object.hasOwn(METHODS, name);

/**
 * Parses method and params. Health methods take one object, bare or as the only element of an array.
 * @throws RpcError 4200 for an unknown method, -32602 naming the first field that is wrong
 */
export function parseRequest(request: WireRequest): { method: Method; params: unknown } {
  const { method, params } = request;
  if (!isMethod(method))
    throw new RpcError(RpcCode.UnsupportedMethod, `This wallet has no method “${method.slice(0, 60)}”.`);
  const health = method.startsWith('health_') && METHODS[method] !== none;
  const list = Array.isArray(params) ? (params as unknown[]) : undefined;
  const value = health && list?.length === 1 ? list[0] : (params ?? undefined);
  const parsed = v.safeParse(METHODS[method], value);
  if (parsed.success) return { method, params: parsed.output };
  const [issue] = parsed.issues;
  const path = issue.path?.map((p) => String(p.key)).join('.') ?? 'params';
  // `issue.expected` speaks of types and fixed words only; what was received is never repeated.
  throw new RpcError(
    RpcCode.InvalidParams,
    `${method}: “${path}” is not valid (expected ${issue.expected ?? 'another value'}).`,
    'params',
  );
}
