import { fromHex } from '../bytes.ts';
import { currentId } from '../catalogue/claims.ts';
import { BAD, ENTRIES, WAITING, type EntryRow, type RecordItem } from '../catalogue/model.ts';
import type { Page } from '../catalogue/sorted-list.ts';
import { isForLater, isSalusError, SalusError, type ErrorCode } from '../errors.ts';
import { SELECTION, type Section } from '../records/sections.ts';
import { cidFromDigest } from '../storage/cid.ts';
import { find, timeOf } from './records.ts';
import type { Session } from './session.ts';

/** Lists that have every entry of the own record between them. */
export const OUT_LISTS = ['open', 'bad', 'waiting'] as const;
export type OutList = (typeof OUT_LISTS)[number];

const PAGE = 200;

/** One entry of the own record, to be taken out. */
export interface OutEntry {
  readonly row: EntryRow;
  /** Absent for a folder that is none of this person’s. */
  readonly section?: Section;
  /** Unix seconds at which it was recorded. */
  readonly at?: number;
  /** By which the storage host gives what is in it. */
  readonly ticket?: string;
  /** Why it does not open now, in place of a ticket. */
  readonly code?: ErrorCode;
}

/** Whose record it is must not change on the way. @throws SalusError `taking-out-stopped` */
function check(session: Session, owner: string): void {
  if (session.address !== owner) throw new SalusError('taking-out-stopped', 'Another account is in use now.');
}

/** One page of ids of entries. @param before as the page before gave it in `next` */
export async function outPage(session: Session, owner: string, list: OutList, before?: string): Promise<Page<string>> {
  check(session, owner);
  const { rows } = session.catalogue;
  const from = { before };
  if (list === 'open') return ENTRIES.page(rows, PAGE, from);
  const { items, ...next } = await (list === 'bad' ? BAD : WAITING).page(rows, PAGE, from);
  return { items: items.map((name) => name.split('/').at(-1) ?? ''), ...next };
}

/**
 * Opens one entry to be read.
 * @returns undefined for one that is not of this record
 * @throws SalusError `taking-out-stopped`, `vault-locked`
 */
export async function outEntry(session: Session, owner: string, id: string): Promise<OutEntry | undefined> {
  check(session, owner);
  const found = (await find(session, owner, id))?.row;
  if (found === undefined || found.state === 'closed' || found.state === 'withdrawn') return undefined;
  const row = { ...found, items: await Promise.all(found.items.map((item) => withLinks(session, item))) };
  const at = row.block > 0 ? await timeOf(session, row.block) : undefined;
  const section = (await session.folders()).kind(row.folder);
  // What was picked is taken out where it is.
  if (section === SELECTION) return undefined;
  const known = { row, ...(section && { section }), ...(at !== undefined && { at }) };
  if (row.state !== 'open') return { ...known, code: row.code ?? 'block-missing' };
  try {
    const key = await session.catalogue.openings.keyOf(session.catalogue.rows, row);
    const cid = cidFromDigest(fromHex(row.cid)).toString();
    return { ...known, ticket: await session.storage.openItems(cid, key, fromHex(row.commitment)) };
  } catch (error) {
    session.keyring.check();
    if (!isForLater(error)) throw error;
    return { ...known, code: isSalusError(error) ? error.code : 'block-missing' };
  }
}

/** An item that names others by the ids that they have now, which may have been sealed anew since. */
async function withLinks({ catalogue: { rows } }: Session, item: RecordItem): Promise<RecordItem> {
  const { patient, replaces, about } = item;
  const now = (id: string) => currentId(rows, patient, id);
  return {
    ...item,
    ...(replaces !== undefined && { replaces: await now(replaces) }),
    ...(about !== undefined && { about: await now(about) }),
  };
}
