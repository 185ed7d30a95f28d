import { folderName, seenName, type FolderRow } from '../catalogue/model.ts';
import { readKeyring } from '../custody/keyring-object.ts';
import { isSalusError } from '../errors.ts';
import type { LogHead } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Somebody who keeps a part of the keys. */
export interface KeyKeeper {
  readonly account: string;
  /** Who runs it. */
  readonly operator: string;
  readonly host: string;
  /** Milliseconds since the epoch at which it last answered; absent before the first time. */
  readonly seen?: number;
  /** Parts that it was not given yet, since it was away. */
  readonly waiting: number;
  /**
   * How its list of openings stands: another one confirms that it is the same for everybody, some of it is still to be confirmed, or it
   * is not to be relied on. Absent before the first time.
   */
  readonly log?: 'confirmed' | 'waiting' | 'broken';
}

/** Who keeps the keys of what this account shared. */
export interface KeyKeepers {
  /** So many must agree to each opening. */
  readonly needed: number;
  readonly keepers: readonly KeyKeeper[];
  /** Something that was shared is kept by others than the network names now. */
  readonly outdated: boolean;
}

/** @returns undefined on a network where nobody keeps keys */
export async function keyKeepers(session: Session): Promise<KeyKeepers | undefined> {
  const { custody } = session.network;
  if (custody === undefined) return undefined;
  const { undelivered, logHeads } = await session.state.read();
  const seen = await session.catalogue.rows.getAll<number>(custody.keepers.map(({ account }) => seenName(account)));
  const keepers = custody.keepers.map(({ account, operator, url }, i): KeyKeeper => {
    const waiting = undelivered.filter(({ keeper }) => keeper === account).length;
    const at = seen[i];
    const head = logHeads.find(({ keeper }) => keeper === account);
    return {
      account,
      operator,
      host: new URL(url).host,
      ...(at !== undefined && { seen: at }),
      waiting,
      ...(head && { log: logOf(head) }),
    };
  });
  const named = accountsIn(custody.keepers.map(({ account }) => account));
  const kept = await Promise.all((await keyringsOf(session)).map((keyring) => keptBy(session, keyring)));
  return { needed: custody.threshold, keepers, outdated: kept.some((by) => by !== undefined && by !== named) };
}

function logOf({ broken, unconfirmed, waiting }: LogHead): NonNullable<KeyKeeper['log']> {
  if (broken === true || unconfirmed === true) return 'broken';
  return waiting === undefined ? 'confirmed' : 'waiting';
}

const accountsIn = (accounts: readonly string[]): string => accounts.toSorted().join();

/** Digests of the keyrings of this account's folders. */
async function keyringsOf(session: Session): Promise<string[]> {
  const folders = await session.folders();
  const registry = session.newest.registry.toLowerCase();
  const names = folders.all.map((tag) => folderName(registry, session.address, tag));
  const rows = await session.catalogue.rows.getAll<FolderRow>(names);
  return [...new Set(rows.flatMap((row) => row?.keyring ?? []))];
}

async function keptBy({ storage }: Session, keyring: string): Promise<string | undefined> {
  try {
    return accountsIn((await readKeyring(storage, keyring)).managers);
  } catch (error) {
    if (!isSalusError(error) || error.code === 'vault-locked') throw error;
    return undefined; // it cannot be read now: nothing is known
  }
}
