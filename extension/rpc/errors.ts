import { isSalusError, NodeError, type ErrorCode } from '../core/errors.ts';

/** Error codes of EIP-1193 and JSON-RPC 2.0. */
export const RpcCode = {
  UserRejected: 4001,
  Unauthorized: 4100,
  UnsupportedMethod: 4200,
  Disconnected: 4900,
  /** EIP-3326. */
  UnrecognizedChain: 4902,
  InvalidRequest: -32600,
  InvalidParams: -32602,
  Internal: -32603,
  LimitExceeded: -32005,
} as const;
export type RpcCode = (typeof RpcCode)[keyof typeof RpcCode];

/** What a page gets when a request fails. `data.reason` is a fixed word a program can act on. */
export interface RpcErrorData {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly reason: string };
}

/** A `ProviderRpcError` (EIP-1193) on the wallet's side of the fence. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: RpcCode;
  readonly reason: string | undefined;

  constructor(code: RpcCode, message: string, reason?: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export const userRejected = () => new RpcError(RpcCode.UserRejected, 'The person did not approve this request.');

const FOR_PAGES: Partial<Record<ErrorCode, RpcCode>> = {
  'vault-locked': RpcCode.Unauthorized,
  'no-consent': RpcCode.Unauthorized,
  'not-signable': RpcCode.InvalidParams,
  'not-decryptable': RpcCode.InvalidParams,
  'not-found': RpcCode.InvalidParams,
  'not-json': RpcCode.InvalidParams,
  'not-fhir': RpcCode.InvalidParams,
  'nothing-to-import': RpcCode.InvalidParams,
  'too-large': RpcCode.InvalidParams,
  'not-a-member': RpcCode.InvalidParams,
  'no-recipient-key': RpcCode.InvalidParams,
  'no-keepers': RpcCode.InvalidParams,
  'role-forbids': RpcCode.Unauthorized,
  'account-locked': RpcCode.Unauthorized,
  'payer-forbidden': RpcCode.InvalidParams,
  'order-over': RpcCode.InvalidParams,
  'not-sent': RpcCode.Internal,
  'chain-unreachable': RpcCode.Disconnected,
  'wrong-chain': RpcCode.Disconnected,
  'managers-unreachable': RpcCode.Disconnected,
  'sponsor-refused': RpcCode.Disconnected,
};

/** Any failure as a page may see it. What is not known is told as nothing more than an internal error. */
export function toRpcError(error: unknown): RpcErrorData {
  if (error instanceof RpcError) {
    return { code: error.code, message: error.message, ...(error.reason && { data: { reason: error.reason } }) };
  }
  if (isSalusError(error)) {
    return { code: FOR_PAGES[error.code] ?? RpcCode.Internal, message: error.message, data: { reason: error.code } };
  }
  return { code: RpcCode.Internal, message: 'The wallet could not do this. Nothing was changed.' };
}

/** The same for a request of a page: a node's own answer goes to it as it is, revert data and all. */
export function toPageError(error: unknown): Pick<RpcErrorData, 'code' | 'message'> & { readonly data?: unknown } {
  if (!(error instanceof NodeError)) return toRpcError(error);
  const { code, message, data } = error;
  return { code, message, ...(data !== undefined && { data }) };
}
