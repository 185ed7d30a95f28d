import * as v from 'valibot';
import { type Bytes } from '../../extension/core/bytes.ts';
import { fits } from '../../extension/core/custody/dealing.ts';
import type { Group } from '../../extension/core/custody/group.ts';
import { DealRequestSchema } from '../../extension/core/custody/keeper-messages.ts';
import { decodeKeyring, sharePlace, type KeyringObject } from '../../extension/core/custody/keyring-object.ts';
import { openShare } from '../../extension/core/custody/share-capsule.ts';
import { isSalusError } from '../../extension/core/errors.ts';
import { cidOf, DAG_CBOR, digestOf } from '../../extension/core/storage/cid.ts';
import { ManagerError } from '../errors.ts';
import { parseAuthorization, verifyStore } from '../uploads/authorization.ts';
import type { ChainIndex } from './chain-index.ts';
import type { KeeperKeys } from './keys.ts';
import { requireRegistry, type Addressee } from './requests.ts';
import type { KeptKeyring, ShareRows } from './store.ts';

/** What {@link acceptDealing} needs. */
export interface DealParts {
  readonly to: Addressee;
  readonly group: Group;
  readonly keys: KeeperKeys;
  readonly shares: ShareRows;
  readonly index: Pick<ChainIndex, 'catchUp'>;
  /** Whether somebody is an active member. @throws ChainError */
  readonly isActive: (registry: string, who: string) => Promise<boolean>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

type Deal = v.InferOutput<typeof DealRequestSchema>;

/** A dealing that is on the disk. */
export interface Accepted {
  readonly registry: string;
  /** Of the keyring's object, 32 bytes. */
  readonly keyring: Bytes;
}

/**
 * Keeps a manager's shares of a keyring, once its patient has proved to be the dealer and each share to be what was committed to.
 * @param header the authorization: of `Store` over the digest of the keyring's object
 * @throws ManagerError `bad-request`, `bad-signature`, `stale`, `not-a-member`, `erased`; ChainError
 */
export async function acceptDealing(parts: DealParts, body: unknown, header: string | undefined): Promise<Accepted> {
  const { to, keys, now } = parts;
  const parsed = v.safeParse(DealRequestSchema, body);
  if (!parsed.success)
    throw new ManagerError('bad-request', 'The body must be {registry, keyring, shares: [{folder, epoch, capsule}]}.');
  const deal = parsed.output;
  const { registry } = deal;
  requireRegistry(registry, to.registries);
  const authorization = parseAuthorization(header, Math.floor(now() / 1000));
  const keyring = decode(deal.keyring);
  const cid = await cidOf(DAG_CBOR, deal.keyring);
  verifyStore(authorization, cid, { chainId: to.chainId, registry });
  requireOwn(keyring, deal, to);
  if (authorization.member.toLowerCase() !== keyring.patient)
    throw new ManagerError('bad-signature', 'A keyring is dealt by its patient alone.');
  // A keyring that was anchored just now does not have to make way for another one.
  await parts.index.catchUp();
  if (!(await parts.isActive(registry, authorization.member)))
    throw new ManagerError('not-a-member', 'The account is not an active member of the registry. Join it first.');
  const digest = digestOf(cid);
  const shares: KeptKeyring['shares'][number][] = [];
  for (const { folder, epoch, capsule } of deal.shares) {
    const value = await checkedShare(parts, keyring, { folder, epoch, capsule });
    shares.push({ folder, epoch, sealed: keys.seal(value, { keyring: digest, folder, epoch }) });
    value.fill(0);
  }
  const { patient } = keyring;
  if (!(await parts.shares.keep({ registry, patient, digest, object: deal.keyring, shares })))
    throw new ManagerError('erased', 'These shares were erased by their patient. Deal anew.');
  return { registry, keyring: digest };
}

function decode(bytes: Uint8Array): KeyringObject {
  try {
    return decodeKeyring(bytes);
  } catch (error) {
    if (!isSalusError(error)) throw error;
    throw new ManagerError('bad-request', 'The keyring is not in the form that the protocol has.');
  }
}

/** The keyring is of this network, this manager is in it, and a share came for each of its folders. */
function requireOwn(keyring: KeyringObject, { registry, shares }: Deal, { chainId, account }: Addressee): void {
  if (keyring.chainId !== chainId || keyring.registry !== registry)
    throw new ManagerError('bad-request', 'The keyring is for another chain or registry.');
  if (!keyring.managers.includes(account.toLowerCase()))
    throw new ManagerError('bad-request', 'This manager is not in the keyring.');
  const name = ({ folder, epoch }: { folder: number; epoch: number }) => `${folder}/${epoch}`;
  const dealt = new Set(keyring.folders.map(name));
  const isWhole = shares.length === dealt.size && new Set([...dealt, ...shares.map(name)]).size === dealt.size;
  if (!isWhole || new Set(shares.map(name)).size !== shares.length)
    throw new ManagerError('bad-request', 'A keyring comes with one share for each of its folders and epochs.');
}

/** The value of a share that is this manager's and fits the commitments. */
async function checkedShare(
  { to, group, keys }: DealParts,
  keyring: KeyringObject,
  { folder, epoch, capsule }: Deal['shares'][number],
): Promise<Bytes> {
  const place = sharePlace(keyring, { manager: to.account, folder, epoch });
  if (place === undefined) throw badShare();
  const value = await openShare(keys.encryption.secret, capsule, place).catch((error: unknown) => {
    // A place that has no bytes is nobody's.
    if (isSalusError(error) || error instanceof RangeError) throw badShare();
    throw error;
  });
  if (fits(group, place.commitments, { keeper: place.keeper, value })) return value;
  value.fill(0);
  throw badShare();
}

const badShare = (): ManagerError =>
  new ManagerError('bad-request', 'A share is not what its keyring commits to, or not to this manager. Deal anew.');
