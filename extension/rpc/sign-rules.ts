import type { SiweMessage } from '../core/signing/siwe.ts';
import type { Signable } from '../core/signing/signed-fields.ts';
import type { TypedData } from '../core/signing/typed-data.ts';
import type { Network } from '../core/network/descriptor.ts';
import { meaningOf } from '../core/registry/known-calls.ts';
import { RpcCode, RpcError } from './errors.ts';
import type { TransactionRequest } from './params/chain.ts';

/** Who asks for a signature, and of whom. */
export interface Signing {
  /** Of the page, as the browser says. */
  readonly origin: string;
  /** The wallet's own account. */
  readonly address: string;
  readonly chainId: number;
  /** Every registry of the network. */
  readonly registries: readonly string[];
}

/** What the wallet itself signs for the registry and for managers; see `core/registry/typed-data.ts`, where a test compares them. */
export const OWN_ACTS: ReadonlySet<string> = new Set([
  'Join',
  'SetKey',
  'Grant',
  'GrantAs',
  'Revoke',
  'Rotate',
  'AddRecords',
  'WithdrawRecords',
  'SetKeyring',
  'AllowEmergency',
  'BreakGlass',
  'Request',
  'Redeem',
  'Order',
  'PlaceOrder',
  'Fulfil',
  'CancelOrder',
  'Voucher',
  'Read',
  'Seal',
  'Kept',
  'Erase',
  'Erased',
  'Withdrawn',
  'Openings',
  'Store',
  'KeepLink',
  'AskLink',
]);

/**
 * Refuses what no page may have signed, so that it never comes before the person.
 * @throws RpcError -32602 `wrong-chain`; 4100 `use-health-methods`, `siwe-mismatch`
 */
export function checkSignable(signable: Signable, signing: Signing): void {
  if (signable.form === 'typed') checkTypedData(signable, signing);
  else if (signable.form === 'text' && signable.siwe) checkSiwe(signable.siwe, signing);
}

/**
 * The same for a transaction.
 * @throws RpcError -32602 `wrong-chain`; 4100 `use-health-methods`
 */
export function checkTransaction({ to, data, chainId }: TransactionRequest, network: Network): void {
  if (chainId !== undefined && BigInt(chainId) !== BigInt(network.chainId)) {
    throw new RpcError(RpcCode.InvalidParams, 'This transaction is for another chain (eth_chainId).', 'wrong-chain');
  }
  if (meaningOf(network, to, data).kind !== 'forbidden') return;
  throw new RpcError(
    RpcCode.Unauthorized,
    'The wallet sends no such call to a contract of the health network. Consent and records go through the health_ methods.',
    'use-health-methods',
  );
}

function checkTypedData({ chainId, verifyingContract, primaryType }: TypedData, signing: Signing): void {
  if (chainId !== undefined && chainId !== String(signing.chainId)) {
    throw new RpcError(
      RpcCode.InvalidParams,
      'The domain of this typed data names another chain (eth_chainId).',
      'wrong-chain',
    );
  }
  // A page gets consent by asking for it, never by having the registry's own calls signed as if they were any data.
  const registry = signing.registries.some((r) => r.toLowerCase() === verifyingContract?.toLowerCase());
  if (registry || OWN_ACTS.has(primaryType)) {
    throw new RpcError(
      RpcCode.Unauthorized,
      'Acts of the health registry are not signed for pages. Use health_requestAccess, health_endConsent or health_writeRecord.',
      'use-health-methods',
    );
  }
}

function checkSiwe({ scheme, domain, uri, address, chainId }: SiweMessage, signing: Signing): void {
  const { origin, host, protocol } = new URL(signing.origin);
  const fields = {
    scheme: scheme === undefined || `${scheme}:` === protocol,
    domain: domain === host,
    address: address.toLowerCase() === signing.address.toLowerCase(),
    URI: new URL(uri).origin === origin,
    'Chain ID': BigInt(chainId) === BigInt(signing.chainId),
  };
  const [wrong] = Object.entries(fields).find(([, matches]) => !matches) ?? [];
  if (wrong === undefined) return;
  throw new RpcError(
    RpcCode.Unauthorized,
    `The ${wrong} of this sign-in text is not that of this page, account and chain (EIP-4361).`,
    'siwe-mismatch',
  );
}
