import * as dagCbor from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { fromHex, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { cidFromDigest, cidOf, DAG_CBOR } from '../storage/cid.ts';
import { MOST_KEEPERS } from './dealing.ts';
import { SIZE } from './group.ts';
import type { SharePlace } from './share-capsule.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{40}$/));
const element = v.custom<Bytes>((x) => x instanceof Uint8Array && x.byteLength === SIZE, `expected ${SIZE} bytes`);

/** Folders, each in one epoch, of one keyring. */
const MOST_FOLDERS = 64;

/**
 * Who keeps the shares of some folders' secrets, and what was committed to as they were dealt. Public; holds no key. Its digest is what
 * `KeyringSet` anchors for each of its folders. A folder stands in it once for each epoch that it had.
 */
const KeyringSchema = v.pipe(
  v.strictObject({
    v: v.literal(1),
    context: v.literal('salus/keyring/v2'),
    chainId: count,
    /** Addresses are in lower case. */
    registry: address,
    patient: address,
    /** Which dealing this is, drawn by chance. */
    split: v.pipe(count, v.maxValue(0xffff_ffff)),
    /** Answers that are needed. */
    k: v.pipe(count, v.minValue(1), v.maxValue(MOST_KEEPERS)),
    /** Accounts of the managers. The first has share 1. */
    managers: v.pipe(v.array(address), v.minLength(1), v.maxLength(MOST_KEEPERS)),
    folders: v.pipe(
      v.array(v.strictObject({ folder: count, epoch: count, commitments: v.array(element) })),
      v.minLength(1),
      v.maxLength(MOST_FOLDERS),
    ),
  }),
  v.check(
    ({ k, managers, folders }) =>
      k <= managers.length &&
      new Set(managers).size === managers.length &&
      folders.every(({ commitments }) => commitments.length === k) &&
      new Set(folders.map(({ folder, epoch }) => `${folder}/${epoch}`)).size === folders.length,
    'expected k commitments for each folder, and each manager once',
  ),
);
export type KeyringObject = v.InferOutput<typeof KeyringSchema>;

/** @returns its bytes (dag-cbor), and the CID whose digest the chain holds */
export async function encodeKeyring(keyring: KeyringObject): Promise<{ cid: CID; bytes: Bytes }> {
  const bytes = Uint8Array.from(dagCbor.encode(keyring));
  return { cid: await cidOf(DAG_CBOR, bytes), bytes };
}

/** @throws SalusError `sealed-data-damaged` */
export function decodeKeyring(bytes: Uint8Array): KeyringObject {
  try {
    return v.parse(KeyringSchema, dagCbor.decode(bytes));
  } catch {
    throw new SalusError('sealed-data-damaged', 'This keyring is not in a form this version understands.');
  }
}

/**
 * Reads one from where blocks are.
 * @param digest as it is on the chain, 0x hex
 * @throws SalusError `block-missing`, `sealed-data-damaged`
 */
export async function readKeyring(
  source: { block(cid: string): Promise<Bytes> },
  digest: string,
): Promise<KeyringObject> {
  return decodeKeyring(await source.block(cidFromDigest(fromHex(digest)).toString()));
}

/**
 * The place of one manager's share of one folder in one epoch.
 * @returns undefined where the manager, or the folder in that epoch, is not in the keyring
 */
export function sharePlace(
  { chainId, registry, patient, split, k, managers, folders }: KeyringObject,
  of: { readonly manager: string; readonly folder: number; readonly epoch: number },
): SharePlace | undefined {
  const keeper = managers.indexOf(of.manager.toLowerCase()) + 1;
  const dealt = folders.find(({ folder, epoch }) => folder === of.folder && epoch === of.epoch);
  if (keeper === 0 || dealt === undefined) return undefined;
  const { folder, epoch, commitments } = dealt;
  const { manager } = of;
  return { chainId, registry, patient, folder, epoch, split, k, n: managers.length, keeper, manager, commitments };
}
