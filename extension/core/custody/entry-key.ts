import { concat, fromHex, uintBytes, utf8, type Bytes } from '../bytes.ts';
import { isKeeper, publicShare, weightsAtZero } from './dealing.ts';
import type { Group, Term } from './group.ts';
import { elementOf, isAnswer, outputOf, type Answer } from './voprf.ts';

/** A folder of one patient in one epoch, in one registry. */
export interface FolderPlace {
  readonly chainId: number;
  /** Address, 20 bytes in hex. */
  readonly registry: string;
  readonly patient: string;
  readonly folder: number;
  readonly epoch: number;
}

/** What an entry's key is made for. All of it is on the chain. */
export interface EntryPlace extends FolderPlace {
  readonly author: string;
  /** What the author committed to, 32 bytes: the root over its salted items, which no other entry has. */
  readonly commitment: Uint8Array;
}

const COMMITMENT_BYTES = 32;
const CONTEXT = utf8('salus/entry/v2');
/** Bytes of an entry's key: the first of the 64 that the function gives. */
const KEY_BYTES = 32;

export const folderBytes = ({ chainId, registry, patient, folder, epoch }: FolderPlace): Bytes =>
  concat(uintBytes(chainId, 8), fromHex(registry), fromHex(patient), uintBytes(folder, 6), uintBytes(epoch, 2));

/** "salus/entry/v2" ‖ chain (8) ‖ registry (20) ‖ patient (20) ‖ folder (6) ‖ epoch (2) ‖ author (20) ‖ commitment (32) */
export function entryInput(entry: EntryPlace): Bytes {
  const { author, commitment } = entry;
  if (commitment.byteLength !== COMMITMENT_BYTES) throw new RangeError(`a commitment has ${COMMITMENT_BYTES} bytes`);
  return concat(CONTEXT, folderBytes(entry), fromHex(author), commitment);
}

/** Key of an entry, from its folder's secret: the patient's own way, which asks nobody. */
export function ownEntryKey(group: Group, secret: Uint8Array, entry: EntryPlace): Bytes {
  const input = entryInput(entry);
  return outputOf(input, group.multiply(secret, elementOf(group, input))).slice(0, KEY_BYTES);
}

/** What a keeper answered for a batch of entries. */
export interface KeeperAnswer extends Answer {
  /** 1 to n. */
  readonly keeper: number;
}

export interface Combined {
  /** In the order of the entries. Absent where fewer than k keepers answered rightly. */
  readonly keys?: readonly Bytes[];
  /** Keepers whose answer is not what their share gives. */
  readonly wrong: readonly number[];
}

/**
 * Keys of entries from the answers of k keepers, each proven against what was committed to when the folder's secret was dealt.
 * @param commitments k of them: see {@link Dealing}
 */
export function combine(
  group: Group,
  commitments: readonly Uint8Array[],
  entries: readonly EntryPlace[],
  answers: readonly KeeperAnswer[],
): Combined {
  const inputs = entries.map(entryInput);
  const elements = inputs.map((input) => elementOf(group, input));
  const isRight = (answer: KeeperAnswer): boolean =>
    isKeeper(answer.keeper) && isAnswer(group, publicShare(group, commitments, answer.keeper), elements, answer);
  const right = new Map<number, KeeperAnswer>();
  const wrong: number[] = [];
  for (const answer of answers) {
    if (right.size === commitments.length) break;
    if (right.has(answer.keeper)) continue;
    if (isRight(answer)) right.set(answer.keeper, answer);
    else wrong.push(answer.keeper);
  }
  if (right.size < commitments.length) return { wrong };
  const weights = weightsAtZero(group, [...right.keys()]);
  const keys = inputs.map((input, i) => {
    const terms = [...right.values()].map((answer, a): Term => [weights[a] as Bytes, answer.evaluated[i] as Bytes]);
    return outputOf(input, group.sum(terms)).slice(0, KEY_BYTES);
  });
  return { keys, wrong };
}
