import type { Restored } from '../../adapters/backup/restore-wallet.ts';

/** What opens a backup: the recovery words, or the password that it has of its own. */
export type OpenBy = { readonly words: string } | { readonly password: string };

/** A backup that was read to its end and found whole. */
export interface OpenedBackup {
  readonly words: readonly string[];
  /** Unix seconds. */
  readonly made: number;
  readonly entries: number;
  /** Brings it back; see `restoreWallet`. Rejects with SalusError `vault-exists` where there is a wallet by now. */
  readonly bring: (onRead: (bytes: number) => void) => Promise<Restored>;
}
