import { SigningKey } from 'ethers';
import { concat, fromHex, toHex, type Bytes } from '../../extension/core/bytes.ts';
import { entryInput } from '../../extension/core/custody/entry-key.ts';
import type { Group } from '../../extension/core/custody/group.ts';
import { encodeReply, type KeeperReply } from '../../extension/core/custody/keeper-messages.ts';
import { answer, elementOf } from '../../extension/core/custody/voprf.ts';
import { eciesSeal } from '../../extension/core/keys/ecies.ts';
import { sodiumGroup } from './sodium-group.ts';
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

/** What is to be released, and to whom: all that it takes, so that it can be carried out in a thread of its own. */
export interface ReleaseOrder {
  readonly chainId: number;
  /** Of the request. */
  readonly nonce: Bytes;
  /** The registered key of whoever asked. */
  readonly publicX: Bytes;
  readonly parts: readonly (Omit<Part, 'sealed'> & {
    /** The share itself; wiped once it was used. */
    readonly value: Bytes;
  })[];
}

/** Carries orders out, here or elsewhere. */
export interface Releasing {
  /** @returns see {@link release} */
  release(order: ReleaseOrder): Promise<Bytes>;
  close(): Promise<void>;
}

/** Opens the shares that an order needs. @throws Error as {@link KeeperKeys.open} */
export function orderOf(
  keys: Pick<KeeperKeys, 'open'>,
  chainId: number,
  parts: readonly Part[],
  { nonce, publicX }: { readonly nonce: string; readonly publicX: Bytes },
): ReleaseOrder {
  const opened = parts.map(({ sealed, ...part }) => {
    const { keyring, epoch, entries } = part;
    return { ...part, value: keys.open(sealed, { keyring, folder: entries[0]?.folder ?? 0, epoch }) };
  });
  return { chainId, nonce: fromHex(nonce), publicX, parts: opened };
}

/** What the shares give for some entries, sealed to whoever asked: one answer with one proof for each epoch. */
export function release(group: Group, { chainId, nonce, publicX, parts }: ReleaseOrder): Bytes {
  try {
    const reply: KeeperReply = { v: 1, nonce, parts: parts.map(answerOf) };
    return eciesSeal(publicX, encodeReply(reply));
  } finally {
    for (const { value } of parts) value.fill(0);
  }

  function answerOf({ epoch, keyring, value, positions, entries }: ReleaseOrder['parts'][number]) {
    const elements = entries.map((entry) => elementOf(group, entryInput({ ...entry, chainId })));
    const { evaluated, proof } = answer(group, value, elements);
    return { epoch, keyring, positions: [...positions], evaluated: [...evaluated], proof };
  }
}

/** Carries orders out at once, in the thread that asks. */
export async function releasingHere(): Promise<Releasing> {
  const group = await sodiumGroup();
  return {
    release: (order) => new Promise((resolve) => resolve(release(group, order))),
    close: () => Promise.resolve(),
  };
}
