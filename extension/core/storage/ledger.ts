import { CID } from 'multiformats/cid';
import { fromHex } from '../bytes.ts';
import { recordId } from '../registry/heads.ts';
import { digestOf } from './cid.ts';

/** What this browser knows of an entry or object it made or fetched: where copies are, and where it stands on the chain. */
export interface LedgerRow {
  /** Root CID. */
  readonly root: string;
  /** `entry`: sealed records. `object`: a consent, keyring or profile object. */
  readonly kind: 'entry' | 'object';
  /** Folder tag; 0 for objects. */
  readonly folder: number;
  /** Registry that the folder is in, whose key it was sealed under; absent for objects. */
  readonly registry?: string;
  /** Epoch it was sealed under; -1 for a capsule or an object. */
  readonly epoch: number;
  /**
   * Capsule (hex) with the content key to the author, who is not the patient and wraps it for the readers before it goes to the chain; as
   * long as the entry is not final.
   */
  readonly draft?: string;
  /** It was written for something that the chain is to have first: until then it is not recorded. */
  readonly held?: true;
  /** Id of the entry whose place it took, which was sealed for another epoch and never reached the chain. */
  readonly instead?: string;
  readonly patient: string;
  readonly author: string;
  /** Hex. */
  readonly commitment: string;
  /** Bytes of all its blocks. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Managers that stored it and gave it back unchanged. */
  readonly replicas: readonly string[];
  /** When a manager last gave back a block of it that was asked for by chance (milliseconds since the epoch). */
  readonly checked?: number;
  readonly anchor?: { readonly transaction: string; readonly block: number };
  /** The block of its anchor will not be undone any more. */
  readonly final?: boolean;
}

/** Entries of one record in this browser, how many of them enough managers have, and how many are on the chain. */
export interface LedgerCounts {
  readonly entries: number;
  readonly durable: number;
  readonly anchored: number;
}

/** Id that the registry gives an entry. */
export const idOf = (row: LedgerRow): string =>
  recordId({
    patient: row.patient,
    author: row.author,
    folder: row.folder,
    cid: digestOf(CID.parse(row.root)),
    commitment: fromHex(row.commitment),
  });

export const isDurable = (row: LedgerRow, durableAt: number): boolean => row.replicas.length >= durableAt;

/** The accounts, in lower case, whose wallets look after a row: its author brings it to the chain, its patient keeps it. */
export const keepersOf = ({ patient, author }: LedgerRow): string[] => [
  ...new Set([patient.toLowerCase(), author.toLowerCase()]),
];

/** Whether there is still something to do before a row can be left alone. */
export const isOpen = (row: LedgerRow, durableAt: number): boolean =>
  !isDurable(row, durableAt) || (row.kind === 'entry' && !row.final);
