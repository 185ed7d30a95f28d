import type { Bytes } from '../../extension/core/bytes.ts';
import type { RegistryEvent } from '../../extension/core/chain/events.ts';
import type { BlockRef, Position } from '../../extension/core/chain/follower.ts';
import type { EntryPlace } from '../../extension/core/custody/entry-key.ts';

/** A folder of one patient in one registry. Addresses are 0x hex in lower case throughout. */
export interface FolderName {
  readonly registry: string;
  readonly patient: string;
  readonly folder: number;
}

/** What the chain says of an entry. */
export type IndexedEntry = Omit<EntryPlace, 'chainId' | 'commitment'> & { readonly commitment: Bytes };

/** From one position to another. */
export interface Move {
  readonly from: Position;
  readonly to: Position;
}

/**
 * What a keeper knows of the chain. Each change is whole and durable with the position that it leads to. It is made only where the store
 * still is at `from`, in the scope that was opened last; each says whether it was: of several processes that follow the chain into one
 * store one is first, and the others open it again.
 */
export interface ChainRows {
  /** Begins anew where what there is was taken from another chain, or other registries. @returns how far the chain was followed */
  open(scope: string): Promise<Position>;
  /** What came up to and including the newest block of `to`. */
  take(events: readonly RegistryEvent[], move: Move): Promise<boolean>;
  /** What came after `block` did not happen. */
  rollBack(block: BlockRef, move: Move): Promise<boolean>;
  /** Nothing happened. */
  clear(move: Move): Promise<boolean>;
  /**
   * An entry by its id. Where an author added the same one again it is as it was first added: what it was sealed for.
   * @returns in the order of `ids`, undefined for those that are not on the chain, or that their patient withdrew
   */
  entries(registry: string, ids: readonly string[]): Promise<(IndexedEntry | undefined)[]>;
  /** Whether an author's entry in a folder, with any of these commitments, was withdrawn by its patient. */
  anyWithdrawn(folder: FolderName, author: string, commitments: readonly Bytes[]): Promise<boolean>;
  /**
   * Digests of the CIDs of entries that were withdrawn after one block and up to and including another, and that no entry has
   * which was not.
   */
  withdrawnRoots(after: number, through: number): Promise<readonly Bytes[]>;
  /** Whether an entry with this root was withdrawn, and none has it that was not. */
  isWithdrawn(root: Bytes): Promise<boolean>;
  /** Those of some records of a patient that were withdrawn up to and including a block. */
  withdrawnOf(
    whose: Pick<FolderName, 'registry' | 'patient'>,
    ids: readonly string[],
    through: number,
  ): Promise<readonly string[]>;
  /** The epoch that a folder is in; 0 where it never had another. */
  epochOf(folder: FolderName): Promise<number>;
  /** The longest head of a manager's log that is anchored in a registry. */
  anchorOf(registry: string, manager: string): Promise<LogAnchor | undefined>;
}

/** How long a log was, and its root then, as it stands on the chain. */
export interface LogAnchor {
  readonly size: number;
  readonly root: Bytes;
  readonly block: number;
}

/** A keyring with this manager's shares of it. */
export interface KeptKeyring {
  readonly registry: string;
  readonly patient: string;
  /** Of the object, 32 bytes. */
  readonly digest: Bytes;
  /** dag-cbor. */
  readonly object: Bytes;
  /** As they stand at rest: see `keys.ts`. */
  readonly shares: readonly { readonly folder: number; readonly epoch: number; readonly sealed: Bytes }[];
}

/** Keyrings of one patient that may wait to be anchored. */
export const MOST_WAITING = 8;

/** The shares that a keeper keeps. */
export interface ShareRows {
  /**
   * Keeps a keyring, durably; one that is here already stays as it is. Of a patient's keyrings that are anchored nowhere only the
   * {@link MOST_WAITING} newest are kept.
   * @returns false, and nothing is kept, for one that was erased
   */
  keep(keyring: KeptKeyring): Promise<boolean>;
  /**
   * Forgets some of a patient's keyrings with the shares of them, durably, and for good: none of them is kept again. What is not
   * this patient's, or not here, stays as it is.
   * @param keyrings digests, 32 bytes
   */
  erase(whose: Pick<FolderName, 'registry' | 'patient'>, keyrings: readonly Bytes[]): Promise<void>;
  /** The share that answers: of the newest anchored keyring of the folder that is here and has the epoch. */
  shareFor(folder: FolderName, epoch: number): Promise<{ readonly keyring: Bytes; readonly sealed: Bytes } | undefined>;
}

/** One line of the log of openings. */
export interface Line {
  /** Whose record it speaks of, 0x hex. */
  readonly patient: string;
  /** 16 bytes drawn by chance, which keep a body from being guessed from its leaf. */
  readonly blind: Bytes;
  /** dag-cbor: see `opening.ts`. */
  readonly body: Bytes;
  /** RFC 9162 leaf: SHA-256(0x00 ‖ blind ‖ SHA-256(body)). */
  readonly leaf: Bytes;
}

/** A line, and its place in the log. */
export interface NumberedLine extends Omit<Line, 'patient'> {
  readonly number: number;
}

/** A request that counts once. */
export interface Once {
  readonly signer: string;
  /** 0x hex. */
  readonly nonce: string;
  /** Block that it names. */
  readonly block: number;
}

/**
 * How many blocks later a nonce may be forgotten: several times as many as a request may be old, so that none counts again where a
 * reorganisation makes its block a recent one once more.
 */
export const NONCE_BLOCKS = 256;

/** What a keeper wrote down of what it did: it only grows. */
export interface LogRows {
  /** Whether a request counted before. */
  has(once: Pick<Once, 'signer' | 'nonce'>): Promise<boolean>;
  /**
   * Adds a line and has its request count, both or none, durably. Requests of {@link NONCE_BLOCKS} blocks before are forgotten.
   * @param once undefined for what adds to a request that counted already
   * @throws ManagerError `replayed`
   */
  append(line: Line, once?: Once): Promise<void>;
  /** Lines that there are. */
  size(): Promise<number>;
  line(index: number): Promise<Omit<Line, 'patient'> | undefined>;
  /** Lines that speak of one patient's record, from a number on, in their order. */
  linesOf(patient: string, after: number, most: number): Promise<readonly NumberedLine[]>;
  /** Root of the tree over the first `size` lines. */
  root(size: number): Promise<Uint8Array>;
  /** RFC 9162 section 2.1.3.1. @throws RangeError where there is no such line */
  inclusion(index: number, size: number): Promise<readonly Uint8Array[]>;
  /** RFC 9162 section 2.1.4.1. @throws RangeError where the log never had these sizes in this order */
  consistency(first: number, second: number): Promise<readonly Uint8Array[]>;
}

/** A head of a log with all the signatures that are known of it: see `checkpoint.ts`. */
export interface SeenHead {
  readonly size: number;
  readonly root: Bytes;
  readonly note: string;
}

/** Heads of logs: of the others', as they were cosigned here, and of this keeper's own, as the others cosigned it. */
export interface HeadRows {
  /** The newest one. @param manager whose log it is, 0x hex in lower case */
  seen(manager: string): Promise<SeenHead | undefined>;
  /**
   * Keeps it in place of the one before, durably.
   * @returns false, and nothing is kept, where the one before is another by now
   */
  see(manager: string, head: SeenHead, before: SeenHead | undefined): Promise<boolean>;
}

/** Where a keeper keeps what must outlive it. Nothing of it is half done, whenever the process ends. Several may be open on one database. */
export interface KeeperStore {
  readonly chain: ChainRows;
  readonly shares: ShareRows;
  readonly log: LogRows;
  readonly heads: HeadRows;
  close(): Promise<void>;
}
