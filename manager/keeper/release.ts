import { SigningKey } from 'ethers';
import { concat, fromHex, toHex, type Bytes } from '../../extension/core/bytes.ts';
import { entryInput, type EntryPlace } from '../../extension/core/custody/entry-key.ts';
import type { Group } from '../../extension/core/custody/group.ts';
import { encodeReply, type KeeperReply } from '../../extension/core/custody/keeper-messages.ts';
import { answer, elementOf } from '../../extension/core/custody/voprf.ts';
import { eciesSeal } from '../../extension/core/keys/ecies.ts';
import type { KeeperKeys } from './keys.ts';
import type { FolderName, IndexedEntry, ShareRows } from './store.ts';

/** Entries of one epoch, and the share that answers for them. */
export interface Part {
  readonly epoch: number;
  readonly keyring: Bytes;
  readonly sealed: Bytes;
  readonly positions: readonly number[];
  readonly entries: readonly IndexedEntry[];
}

/** Entries by epoch, each with its share. @returns undefined where a share is missing */
export async function partsOf(
  shares: ShareRows,
  folder: FolderName,
  entries: readonly IndexedEntry[],
): Promise<Part[] | undefined> {
  const parts: Part[] = [];
  const all = entries.map((entry, position) => ({ entry, position }));
  for (const [epoch, group] of Map.groupBy(all, ({ entry }) => entry.epoch)) {
    const share = await shares.shareFor(folder, epoch);
    if (share === undefined) return undefined;
    const [positions, of] = [group.map(({ position }) => position), group.map(({ entry }) => entry)];
    parts.push({ epoch, ...share, positions, entries: of });
  }
  return parts;
}

/** Whether something can be sealed to a registered key: the registry takes any 32 bytes. */
export function isKey(publicX: Uint8Array): boolean {
  try {
    return SigningKey.computePublicKey(toHex(concat(Uint8Array.of(2), publicX))) !== '';
  } catch {
    return false;
  }
}

/**
 * What the shares give for some entries, sealed to whoever asked: one answer with one proof for each epoch.
 * @param nonce of the request, 0x hex
 * @param publicX the registered key of whoever asked
 */
export function release(
  { group, keys }: { readonly group: Group; readonly keys: KeeperKeys },
  chainId: number,
  parts: readonly Part[],
  { nonce, publicX }: { readonly nonce: string; readonly publicX: Uint8Array },
): Bytes {
  const reply: KeeperReply = { v: 1, nonce: fromHex(nonce), parts: parts.map((part) => answerOf(part)) };
  return eciesSeal(publicX, encodeReply(reply));

  function answerOf({ epoch, keyring, sealed, positions, entries }: Part): KeeperReply['parts'][number] {
    const places = entries.map((entry): EntryPlace => ({ ...entry, chainId }));
    const elements = places.map((place) => elementOf(group, entryInput(place)));
    const value = keys.open(sealed, { keyring, folder: places[0]?.folder ?? 0, epoch });
    try {
      const { evaluated, proof } = answer(group, value, elements);
      return { epoch, keyring, positions: [...positions], evaluated: [...evaluated], proof };
    } finally {
      value.fill(0);
    }
  }
}
