import * as v from 'valibot';
import { NetworkSchema } from '../core/network/descriptor.ts';
import { RpcCode, RpcError } from './errors.ts';
import {
  DecryptSchema,
  FieldListSchema,
  MessageKeySchema,
  PermissionsSchema,
  PersonalSignSchema,
  TypedDataSchema,
  TypedDataV3Schema,
} from './params/account.ts';
import {
  AddChainSchema,
  ChainSchema,
  NODE_METHODS,
  NodeParamsSchema,
  TransactionSchema,
  type NodeMethod,
} from './params/chain.ts';
import { none, shortText } from './params/common.ts';
import {
  AccessRequestSchema,
  ConsentIdSchema,
  ListRequestSchema,
  ReadRequestSchema,
  VerifyRequestSchema,
  WriteRequestSchema,
} from './params/health.ts';

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
