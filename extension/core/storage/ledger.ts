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
  readonly anchor?: { readonly transaction: string; readonly block: number };
}

export const isDurable = (row: LedgerRow, durableAt: number): boolean => row.replicas.length >= durableAt;
