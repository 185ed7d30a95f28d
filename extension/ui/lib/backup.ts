import { wallet } from '../../adapters/messaging/ui-client.ts';
import { partsOfWallet, type BackupProgress } from '../../adapters/backup/read-wallet.ts';
import { headOf, lookThrough, restoreWallet, type Restored } from '../../adapters/backup/restore-wallet.ts';
import { endRestore } from '../../adapters/backup/unfinished.ts';
import { sealParts } from '../../core/backup/file.ts';
import { newHead, openByPassword, openByWords, type BackupHead, type BackupKey } from '../../core/backup/header.ts';
import { SalusError } from '../../core/errors.ts';
import { fromWords, toWords } from '../../core/keys/mnemonic.ts';
import { deriveKey } from '../../core/vault/derive-key.ts';
import type { FileTarget } from './file-target.ts';
import type { OpenBy, OpenedBackup } from './opened-backup.ts';

interface MakeBackup {
  /** The recovery words, by which it opens. */
  readonly words: readonly string[];
  /** By which it opens too, where the person chose one. */
  readonly password?: string;
  readonly made: Date;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BackupProgress) => void;
}

/**
 * Writes everything that this browser keeps into one sealed file. Where that fails, nothing of the file is kept.
 * @throws SalusError `storage-full`, `taking-out-stopped`; the signal's reason
 */
async function makeBackup(target: FileTarget, wanted: MakeBackup): Promise<BackupProgress> {
  const { made, signal, onProgress, password } = wanted;
  let last: BackupProgress = { entriesDone: 0, entries: 0, bytes: 0, left: 0 };
  const entropy = fromWords(wanted.words.join(' '));
  try {
    const head = await newHead(entropy, password === undefined ? undefined : { text: password, deriveKey });
    await target.write(head.bytes);
    const told = (so: BackupProgress) => onProgress((last = so));
    const parts = partsOfWallet(Math.floor(made.valueOf() / 1_000), { signal, onProgress: told });
    for await (const bytes of sealParts(parts, head)) {
      signal.throwIfAborted();
      await target.write(bytes);
    }
    // Still open: else nobody asked for this file any more.
    await wallet.safety();
    signal.throwIfAborted();
    await target.finish();
    return last;
  } catch (error) {
    await target.abandon();
    throw error;
  } finally {
    entropy.fill(0);
  }
}

/** @throws SalusError `bad-words`, `backup-of-other`, `wrong-password`, `backup-damaged`; the signal's reason */
async function openBackup(
  file: File,
  head: BackupHead,
  by: OpenBy,
  reading: { readonly signal: AbortSignal; readonly onRead: (bytes: number) => void },
): Promise<OpenedBackup> {
  const key = await keyOf(head, by);
  const { made, entries } = await lookThrough(file, head, key, reading);
  const bring = async (onRead: (bytes: number) => void) => {
    // Another page may have made one meanwhile, whose data this would take the place of.
    if ((await wallet.status()).vault !== 'none') throw new SalusError('vault-exists', 'There is a wallet already.');
    return restoreWallet(file, head, key, { signal: reading.signal, onRead });
  };
  return { words: toWords(key.entropy), made, entries, bring };
}

const keyOf = (head: BackupHead, by: OpenBy): Promise<BackupKey> =>
  'words' in by ? openByWords(head, fromWords(by.words)) : openByPassword(head, by.password, deriveKey);

/** The wallet is made of the words: what was brought back counts from now on, in the network that was in use. */
async function finishRestore({ chosen }: Restored): Promise<void> {
  await endRestore();
  if (chosen === undefined) return;
  const known = await wallet.networks();
  if (known.some(({ key, inUse }) => key === chosen && !inUse)) await wallet.useNetwork(chosen);
}

/** Loaded when a backup is made or brought back. */
const backups = { finishRestore, headOf, makeBackup, openBackup };
export default backups;
