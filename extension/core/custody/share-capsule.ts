import { concat, equal, fromHex, sha256, uintBytes, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { eciesOpen, eciesSeal } from '../keys/ecies.ts';
import { folderBytes, type FolderPlace } from './entry-key.ts';
import { SIZE } from './group.ts';

/** What a share is a share of, and whose. */
export interface SharePlace extends FolderPlace {
  /** Which dealing of the secret it belongs to: shares of two dealings do not go together. */
  readonly split: number;
  readonly k: number;
  readonly n: number;
  /** 1 to n. */
  readonly keeper: number;
  /** Account of the manager that keeps it. */
  readonly manager: string;
  /** Of the dealing. */
  readonly commitments: readonly Uint8Array[];
}

const CONTEXT = utf8('salus/share/v1');

/**
 * SHA-256 of "salus/share/v1" ‖ chain (8) ‖ registry (20) ‖ patient (20) ‖ folder (6) ‖ epoch (2) ‖ split (4) ‖ k (1) ‖ n (1) ‖
 * keeper (1) ‖ manager (20) ‖ commitments (32 each)
 */
const bindingOf = (place: SharePlace): Promise<Bytes> =>
  sha256(
    concat(
      CONTEXT,
      folderBytes(place),
      uintBytes(place.split, 4),
      ...[place.k, place.n, place.keeper].map((number) => uintBytes(number, 1)),
      fromHex(place.manager),
      ...place.commitments,
    ),
  );

/**
 * Seals a share to its manager, bound to its place.
 * @param publicX the manager's registered key (x coordinate)
 * @returns ECIES of binding (32) ‖ share (32)
 */
export async function sealShare(publicX: Uint8Array, value: Uint8Array, place: SharePlace): Promise<Bytes> {
  const plain = concat(await bindingOf(place), value);
  const capsule = eciesSeal(publicX, plain);
  plain.fill(0);
  return capsule;
}

/** @throws SalusError `wrong-key` where it is not for this manager; `sealed-data-damaged` where it is of another place */
export async function openShare(secretKey: Uint8Array, capsule: Uint8Array, place: SharePlace): Promise<Bytes> {
  const plain = await eciesOpen(secretKey, capsule);
  const isOfPlace = plain.byteLength === 2 * SIZE && equal(plain.slice(0, SIZE), await bindingOf(place));
  const value = plain.slice(SIZE);
  plain.fill(0);
  if (isOfPlace) return value;
  throw new SalusError('sealed-data-damaged', 'This share was made for another folder, dealing or manager.');
}
