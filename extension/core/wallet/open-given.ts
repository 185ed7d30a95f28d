import {
  folderName,
  UNOPENED,
  unopenedPrefix,
  type EntryRow,
  type FolderRow,
  type GrantRow,
} from '../catalogue/model.ts';
import { fromHex, toHex } from '../bytes.ts';
import { PURPOSE_BITS } from '../consent/purposes.ts';
import type { EntryPlace } from '../custody/entry-key.ts';
import type { Keepers } from '../custody/keepers.ts';
import { isForLater, isSalusError, noConsent } from '../errors.ts';
import type { Reader } from './reader.ts';
import { openableFolders, type Use } from './sharing.ts';

/** Entries asked for with one request. */
const MOST_AT_ONCE = 100;

/**
 * Has keepers give the keys of what patients let this account read and it has not opened yet. Each request is written down by the
 * keepers: it is made when somebody wants to see, never by itself.
 * @param use what for; the keepers are told its purpose
 * @param patient whose; everybody's where none is named
 * @returns how many entries could not be opened now, since too few keepers answer
 */
export async function openGiven(reader: Reader, use: Use, patient?: string): Promise<number> {
  const { keepers } = reader;
  if (keepers === undefined) return 0;
  return keepers.inTurn(async () => {
    const folders = await openableFolders(reader, use, patient);
    const left = await Promise.all(folders.map((folder) => openFolder(reader, keepers, folder, use)));
    return left.reduce((sum, n) => sum + n, 0);
  });
}

/**
 * Opens one entry that somebody wants to see and that was not opened yet.
 * @returns it as it stands then
 * @throws SalusError `no-consent`, `managers-unreachable`
 */
export async function openEntry(reader: Reader, row: EntryRow, use: Use): Promise<EntryRow> {
  const { keepers } = reader;
  if (keepers === undefined || row.state !== 'closed') return row;
  return keepers.inTurn(async () => {
    const grant = (await openableFolders(reader, use, row.patient)).find(
      (g) => g.registry === row.registry && g.folder === row.folder,
    );
    if (grant === undefined) throw noConsent();
    await giveKeys(reader, keepers, grant, [row], use);
    return (await reader.catalogue.entry(row.registry, row.id)) ?? row;
  });
}

async function openFolder(reader: Reader, keepers: Keepers, grant: GrantRow, use: Use): Promise<number> {
  const { rows } = reader.catalogue;
  for (;;) {
    const { items: names } = await UNOPENED.page(rows, MOST_AT_ONCE, { prefix: unopenedPrefix(grant) });
    const entries = (await rows.getAll<EntryRow>(names)).filter((row) => row !== undefined);
    if (entries.length === 0) return 0;
    try {
      await giveKeys(reader, keepers, grant, entries, use);
    } catch (error) {
      if (isSalusError(error, 'no-consent')) return 0;
      if (isSalusError(error) && isForLater(error)) return entries.length;
      throw error;
    }
    if (names.length < MOST_AT_ONCE) return 0;
  }
}

/** Asks for the keys of entries of one folder, and opens them. */
async function giveKeys(
  { catalogue, network: { chainId } }: Reader,
  keepers: Keepers,
  { registry, patient, folder, purposes }: GrantRow,
  entries: readonly EntryRow[],
  { purpose = ownPurpose(purposes) }: Use,
): Promise<void> {
  const { keyring } = (await catalogue.rows.get<FolderRow>(folderName(registry, patient, folder))) ?? {};
  // Its patient has not given it to the keepers of this network (yet).
  if (keyring === undefined) throw noConsent();
  const places = entries.map(({ author, epoch, commitment }): EntryPlace => {
    return { chainId, registry, patient, folder, epoch, author, commitment: fromHex(commitment) };
  });
  const wanted = { folder: { chainId, registry, patient, folder }, keyring, places };
  const ids = entries.map(({ id }) => id);
  const keys = await keepers.read(wanted, ids, purpose);
  await catalogue.gaveKeys(new Map(entries.map((row, i) => [row, toHex(keys[i] ?? new Uint8Array())])));
}

/** A purpose that the grant is for. A delegate reads for the family, whatever else it may let others see it for. */
const ownPurpose = (purposes: number): number =>
  purposes & PURPOSE_BITS.FAMRQT ? PURPOSE_BITS.FAMRQT : purposes & -purposes;
