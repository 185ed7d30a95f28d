import type { TypedDataField } from 'ethers';
import * as v from 'valibot';
import {
  EraseRequestSchema,
  LogRequestSchema,
  ReadRequestSchema,
  SealRequestSchema,
  WithdrawnRequestSchema,
  signedMessage,
  type EraseRequest,
  type LogRequest,
  type ReadRequest,
  type SealRequest,
  type WithdrawnRequest,
} from '../../extension/core/custody/keeper-messages.ts';
import {
  ERASE_TYPES,
  LOG_TYPES,
  managerDomain,
  READ_TYPES,
  registryDomain,
  SEAL_TYPES,
} from '../../extension/core/registry/typed-data.ts';
import { signerOf } from '../../extension/core/registry/signed-calls.ts';
import { ManagerError } from '../errors.ts';

/** What a request must be for. */
export interface Addressee {
  readonly chainId: number;
  /** In lower case. */
  readonly registries: readonly string[];
  /** Account of this manager. */
  readonly account: string;
}

const isOneBit = (purpose: number): boolean => purpose !== 0 && (purpose & (purpose - 1)) === 0;

/** A signed wish to read. @throws ManagerError `bad-request`, `bad-signature` */
export function parseRead(body: unknown, to: Addressee): ReadRequest {
  const request = parse(ReadRequestSchema, body);
  if (!isOneBit(request.purpose))
    throw new ManagerError('bad-request', 'A record is read for one purpose: name one bit.');
  check(request, READ_TYPES, registryDomain, to);
  return request;
}

/** A signed wish to seal. @throws ManagerError `bad-request`, `bad-signature` */
export function parseSeal(body: unknown, to: Addressee): SealRequest {
  const request = parse(SealRequestSchema, body);
  check(request, SEAL_TYPES, registryDomain, to);
  return request;
}

/** A patient's signed wish to be told of openings. @throws ManagerError `bad-request`, `bad-signature` */
export function parseLog(body: unknown, to: Addressee): LogRequest {
  const request = parse(LogRequestSchema, body);
  check(request, LOG_TYPES, managerDomain, to);
  return request;
}

/** A patient's signed wish to have shares erased. @throws ManagerError `bad-request`, `bad-signature` */
export function parseErase(body: unknown, to: Addressee): EraseRequest {
  const request = parse(EraseRequestSchema, body);
  check(request, ERASE_TYPES, managerDomain, to);
  return request;
}

/** Which records are said to be withdrawn: the chain says so to everybody. @throws ManagerError `bad-request` */
export function parseWithdrawn(body: unknown, { registries }: Pick<Addressee, 'registries'>): WithdrawnRequest {
  const request = parse(WithdrawnRequestSchema, body);
  requireRegistry(request.registry, registries);
  return request;
}

function parse<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw new ManagerError('bad-request', 'The body is not a request in the form that the protocol has.');
}

/** Accounts that are contracts (ERC-1271) are not taken. */
function check(
  request: ReadRequest | SealRequest | LogRequest | EraseRequest,
  types: Record<string, TypedDataField[]>,
  domainOf: typeof registryDomain,
  { chainId, registries, account }: Addressee,
): void {
  const { registry, signer, manager, signature } = request;
  const signed = signerOf(domainOf(chainId, registry), types, signedMessage(request), signature);
  if (signed?.toLowerCase() !== signer)
    throw new ManagerError('bad-signature', `The signature is not the signer's, for chain ${chainId}. Sign again.`);
  if (manager !== account.toLowerCase())
    throw new ManagerError('bad-request', 'The request is to another manager. Sign one to this manager.');
  requireRegistry(registry, registries);
}

/** @throws ManagerError `bad-request` */
export function requireRegistry(registry: string, registries: readonly string[]): void {
  if (!registries.includes(registry))
    throw new ManagerError('bad-request', `This manager keeps shares for ${registries.join(', ')} only.`);
}
