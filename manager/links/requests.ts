import { createHash } from 'node:crypto';
import * as v from 'valibot';
import {
  AskLinkSchema,
  KeepLinkSchema,
  LONGEST_SECONDS,
  ManifestRequestSchema,
  type KeepLinkRequest,
} from '../../extension/core/health-links/messages.ts';
import { signerOf } from '../../extension/core/registry/signed-calls.ts';
import { ASK_LINK_TYPES, KEEP_LINK_TYPES, managerDomain } from '../../extension/core/registry/typed-data.ts';
import { ManagerError } from '../errors.ts';

/** Oldest signature taken, and how far a sender's clock may be ahead, in seconds. */
const MAX_AGE = 300;
const MAX_LEAD = 60;
const ID_BYTES = 32;

interface Domain {
  readonly chainId: number;
  readonly registry: string;
}

/** A member's signed wish to have a link kept, and the digest of its file. @throws ManagerError `bad-request`, `stale`, `bad-signature` */
export function parseKeep(body: unknown, domain: Domain, now: number): KeepLinkRequest & { readonly digest: string } {
  const request = parse(KeepLinkSchema, body);
  requireFresh(request.at, now);
  if (request.expires <= now || request.expires > now + LONGEST_SECONDS)
    throw new ManagerError('bad-request', 'A link ends later than now and within a year.');
  const digest = `0x${createHash('sha256').update(request.file).digest('hex')}`;
  const { signer, id, expires, most, passcode, at } = request;
  requireSigner(domain, KEEP_LINK_TYPES, { signer, id, file: digest, expires, most, passcode, at }, request.signature);
  return { ...request, digest };
}

/** Its owner's signed wish. @returns the account @throws ManagerError `bad-request`, `stale`, `bad-signature` */
export function parseAsk(body: unknown, id: string, act: 'end' | 'uses', domain: Domain, now: number): string {
  const { signer, at, signature } = parse(AskLinkSchema, body);
  requireFresh(at, now);
  requireSigner(domain, ASK_LINK_TYPES, { signer, id, act, at }, signature);
  return signer;
}

/** @throws ManagerError `bad-request` */
export const parseManifestRequest = (body: unknown): v.InferOutput<typeof ManifestRequestSchema> =>
  parse(ManifestRequestSchema, body);

/** The id in a path, 43 signs of base64url, as 0x hex. @throws ManagerError `not-found`, as for any link that is none */
export function idIn(path: string): string {
  const bytes = Buffer.from(path, 'base64url');
  if (bytes.byteLength !== ID_BYTES || bytes.toString('base64url') !== path) throw noLink();
  return `0x${bytes.toString('hex')}`;
}

/** What is told of a link that is unknown, over, used up, locked or ended. */
export const noLink = (): ManagerError =>
  new ManagerError('not-found', 'This link leads to nothing, or to nothing any more.');

function parse<T>(schema: v.GenericSchema<unknown, T>, body: unknown): T {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  throw new ManagerError('bad-request', 'The body is not a request in the form that the protocol has.');
}

function requireFresh(at: number, now: number): void {
  if (now - at > MAX_AGE || at - now > MAX_LEAD)
    throw new ManagerError(
      'stale',
      'The signature is too old, or from the future. Set the clock right and sign again.',
    );
}

/** Accounts that are contracts (ERC-1271) are not taken. */
function requireSigner(
  { chainId, registry }: Domain,
  types: typeof ASK_LINK_TYPES,
  message: Readonly<Record<string, unknown>> & { readonly signer: string },
  signature: string,
): void {
  const signed = signerOf(managerDomain(chainId, registry), types, message, signature);
  if (signed?.toLowerCase() === message.signer) return;
  throw new ManagerError('bad-signature', `The signature is not the signer's, for registry ${registry}. Sign again.`);
}
