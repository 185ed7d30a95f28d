import { ALLOWED_IN_EMERGENCY, EMERGENCIES } from '../catalogue/emergencies.ts';
import { ACTIVITY, isLive, type ActivityRow, type GrantRow } from '../catalogue/model.ts';
import { MOST_IN_EMERGENCY, type EmergencyReason } from '../consent/emergency-reason.ts';
import { PURPOSE_BITS } from '../consent/purposes.ts';
import { SalusError } from '../errors.ts';
import { SELECTION, type FolderKind, type Section } from '../records/sections.ts';
import { act, orUnknown } from './act.ts';
import { itemsIn } from './activity.ts';
import { dealFolders } from './deal.ts';
import { reasonGiven } from './reason-given.ts';
import { timeOf } from './records.ts';
import type { Deployment, Session } from './session.ts';
import { isAsSigned, lookAfter } from './unsettled.ts';

/** What happened last, in which openings are looked for. */
const MOST_LOOKED_AT = 1_000;

/** What a keeper wrote down of an emergency. */
export interface EmergencyLine {
  /** Unix seconds, by the keeper's clock. */
  readonly at: number;
  readonly section?: FolderKind;
  /** Items in what was opened. */
  readonly count: number;
  readonly refused: boolean;
  /** Accounts of the keepers whose logs have it. */
  readonly keepers: readonly string[];
}

/** One doctor's opening of own sections in an emergency. */
export interface EmergencyView {
  readonly who: string;
  readonly sections: readonly FolderKind[];
  /** What they said; absent where it cannot be read. */
  readonly reason?: EmergencyReason;
  /** Unix seconds: of its block, where a node says; and its end. */
  readonly at?: number;
  readonly until: number;
  /** Neither over nor ended. */
  readonly live: boolean;
  readonly block: number;
  readonly transaction: string;
  /** Newest first. */
  readonly lines: readonly EmergencyLine[];
}

/** Own sections that a doctor may open in an emergency, as the chain has it. */
export async function allowedInEmergency(session: Session): Promise<Section[]> {
  const folders = await session.folders();
  const kinds = (await allowedTags(session)).map((tag) => folders.kind(tag));
  return kinds.filter((kind): kind is Section => kind !== undefined && kind !== SELECTION);
}

async function allowedTags({ catalogue, newest }: Session): Promise<number[]> {
  const rows = await ALLOWED_IN_EMERGENCY.all(catalogue.rows, `${newest.registry.toLowerCase()}|`);
  return rows.map(({ folder }) => folder).toReversed();
}

/**
 * Says which sections a doctor may open in an emergency from now on, by one transaction; keepers get shares of them first. To allow
 * fewer needs no keepers. What is open stays open: {@link endEmergency} ends it.
 * @throws SalusError `bad-request` for too many; `no-keepers`, `managers-unreachable`, `sponsor-refused`, `outcome-unknown`
 */
export function allowInEmergency(session: Session, sections: readonly Section[]): Promise<void> {
  return session.oneDealing(async () => {
    if (sections.length > MOST_IN_EMERGENCY) {
      throw new SalusError('bad-request', `Choose at most ${MOST_IN_EMERGENCY} sections.`);
    }
    await session.catalogue.sync();
    const { newest, address } = session;
    const { calls, client } = newest;
    const [before, folders] = await Promise.all([allowedTags(session), session.folders()]);
    const wanted = [...new Set(sections)].map((section) => folders.tag(section));
    const on = wanted.filter((tag) => !before.includes(tag));
    const off = before.filter((tag) => !wanted.includes(tag));
    const keyring = on.length === 0 ? undefined : await dealFolders(session, wanted);
    const signed = [
      ...(keyring === undefined ? [] : [keyring]),
      ...(on.length === 0 ? [] : [await calls.allowEmergency(on, true)]),
      ...(off.length === 0 ? [] : [await calls.allowEmergency(off, false, on.length === 0 ? 0 : 1)]),
    ];
    if (signed.length === 0) return;
    await act(session, newest, signed, async () => {
      const allowed = await client.openInEmergency(address, [...on, ...off]);
      return on.every((tag) => allowed.includes(tag)) && !off.some((tag) => allowed.includes(tag));
    });
    await orUnknown(() => session.catalogue.sync());
  });
}

/** Who opened something in an emergency, the newest first, with what keepers wrote down of it. */
export async function emergencies(session: Session): Promise<EmergencyView[]> {
  const { rows } = session.catalogue;
  const openings = await EMERGENCIES.all(rows);
  if (openings.length === 0) return [];
  const [{ items }, now] = await Promise.all([ACTIVITY.page(rows, MOST_LOOKED_AT), session.catalogue.time()]);
  const acts = [...Map.groupBy(openings, (row) => `${row.transaction}/${row.grantee}`).values()];
  const views = await Promise.all(acts.map((act) => viewOf(session, act, items, now)));
  return views.filter((view) => view !== undefined).sort((a, b) => b.block - a.block);
}

async function viewOf(
  session: Session,
  rows: readonly GrantRow[],
  happened: readonly ActivityRow[],
  now: number,
): Promise<EmergencyView | undefined> {
  const [first] = rows;
  if (first === undefined) return undefined;
  const { grantee: who, registry, block, transaction, until, receipt: note } = first;
  const given = { registry, transaction, doctor: who, note };
  const folders = await session.folders();
  const [at, reason] = await Promise.all([timeOf(session, block), reasonGiven(session, given)]);
  const lines: EmergencyLine[] = [];
  for (const line of happened) {
    if (line.kind !== 'opened' || line.who.toLowerCase() !== who.toLowerCase()) continue;
    if ((line.purpose & PURPOSE_BITS.BTG) === 0 || !rows.some(({ folder }) => folder === line.folder)) continue;
    const section = folders.kind(line.folder);
    const { refused, keepers } = line;
    const count = await itemsIn(session, line.records);
    lines.push({ at: line.at, ...(section && { section }), count, refused, keepers });
  }
  return {
    who,
    sections: rows.flatMap(({ folder }) => folders.kind(folder) ?? []),
    ...(reason && { reason }),
    ...(at !== undefined && { at }),
    until,
    live: rows.some((row) => isLive(row, now)),
    block,
    transaction,
    lines,
  };
}

/**
 * Ends what one doctor opened in an emergency, and lets nobody open these sections in one until they are allowed again: else the same
 * doctor could open them once more at once. What the doctor was given of them otherwise ends with it.
 * @throws SalusError `not-found` where nothing is open; `outcome-unknown`, `sponsor-refused`
 */
export function endEmergency(session: Session, who: string): Promise<void> {
  return session.oneReader(who, async () => {
    const open = async () => {
      const now = await session.catalogue.time();
      const all = await EMERGENCIES.all(session.catalogue.rows, `${who.toLowerCase()}|`);
      return all.filter((row) => isLive(row, now));
    };
    let rows = await open();
    if (rows.length === 0) {
      await session.catalogue.sync();
      rows = await open();
    }
    if (rows.length === 0) throw new SalusError('not-found', 'This has ended.');
    for (const [registry, some] of Map.groupBy(rows, (row) => row.registry)) {
      await endOf(
        session,
        session.deployment(registry),
        who,
        some.map(({ folder }) => folder),
      );
    }
  });
}

async function endOf(session: Session, deployment: Deployment, who: string, folders: number[]): Promise<void> {
  const { calls, client, registry } = deployment;
  const signed = [await calls.revoke(who, folders), await calls.allowEmergency(folders, false)];
  const isOver = async () =>
    (await isAsSigned(session, deployment, signed)) &&
    (await client.openInEmergency(session.address, folders)).length === 0;
  await act(session, deployment, signed, isOver);
  // It has ended, whether or not the list can say so yet.
  await orUnknown(() => session.catalogue.sync());
  await lookAfter(session, { kind: 'ended', recipient: who, registry, calls: signed });
}
