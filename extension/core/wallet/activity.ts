import { ACTIVITY, entryName, type ActivityRow, type ChainRow, type EntryRow } from '../catalogue/model.ts';
import type { Page } from '../catalogue/sorted-list.ts';
import type { EmergencyReason } from '../consent/emergency-reason.ts';
import type { FolderKind, Section } from '../records/sections.ts';
import { reasonGiven } from './reason-given.ts';
import { timeOf } from './records.ts';
import { settlementOf, type Settlement } from './settlement.ts';
import type { Session } from './session.ts';
import { isNamedByPatient, namesIn, ownConsents } from './sharing.ts';

/** One thing that happened to the patient's record, as the chain has it. */
export type ActivityEvent = {
  readonly block: number;
  readonly transaction: string;
  readonly settlement: Settlement;
  /** Unix seconds; absent while it waits for the chain, or no node says. */
  readonly at?: number;
  /** The name of the reader is the patient's own word. */
  readonly named?: true;
} & (
  | {
      readonly kind: 'added';
      readonly author: string;
      /** As the patient's own receipts call this member. */
      readonly authorName?: string;
      readonly own: boolean;
      readonly section: Section;
      readonly count: number;
    }
  | {
      readonly kind: 'shared';
      readonly recipient: string;
      readonly recipientName?: string;
      readonly sections: readonly FolderKind[];
      readonly until: number;
      readonly live: boolean;
      /** The delegate who gave it in the patient's place. */
      readonly by?: string;
      readonly byName?: string;
    }
  | {
      /** A doctor opened sections in an emergency. */
      readonly kind: 'emergency';
      readonly who: string;
      readonly whoName?: string;
      readonly sections: readonly FolderKind[];
      readonly until: number;
      /** What they said; absent where it cannot be read. */
      readonly reason?: EmergencyReason;
    }
  | {
      readonly kind: 'erased';
    }
  | {
      /** Somebody asked without consent, was refused, and the network counts it against them. */
      readonly kind: 'reported';
      readonly who: string;
      readonly whoName?: string;
      /** Absent for a folder that is none of this person's. */
      readonly section?: FolderKind;
    }
  | {
      /** On the chain, and in no list of what happened. */
      readonly kind: 'chain';
      readonly what: ChainRow['what'];
      readonly who?: string;
      readonly whoName?: string;
      readonly sections: readonly FolderKind[];
    }
  | {
      readonly kind: 'ended';
      readonly recipient: string;
      readonly recipientName?: string;
      readonly sections: readonly FolderKind[];
    }
  | {
      /** Somebody opened something, or was refused, as keepers wrote it down. */
      readonly kind: 'opened';
      readonly refused: boolean;
      readonly who: string;
      readonly whoName?: string;
      /** Absent for a folder that is none of this person's. */
      readonly section?: FolderKind;
      /** Items in what was opened. */
      readonly count: number;
      /** Bits. */
      readonly purpose: number;
      /** How many keepers have it in their logs. */
      readonly keepers: number;
    }
);

/** What concerns the record; or all that the chain has of the account, which has no openings. */
const OF = {
  record: (row: ActivityRow) => row.kind !== 'chain',
  chain: (row: ActivityRow) => row.kind !== 'opened',
};

/**
 * One page of what was added, shared, ended and opened, newest first.
 * @param before as the page before gave it in `next`
 */
export async function activity(
  session: Session,
  { before, limit = 50, of = 'record' }: { before?: string | undefined; limit?: number; of?: keyof typeof OF } = {},
): Promise<Page<ActivityEvent>> {
  const { rows } = session.catalogue;
  const [{ items, next }, consents, { final }, folders] = await Promise.all([
    ACTIVITY.page(rows, limit, { before, where: OF[of] }),
    ownConsents(session),
    session.catalogue.head(),
    session.folders(),
  ]);
  const names = new Map([...namesIn(consents)].map(([address, name]) => [address.toLowerCase(), name]));
  const nameOf = (address: string) => names.get(address.toLowerCase());
  const family = new Set(consents.filter(isNamedByPatient).map(({ recipient }) => recipient.toLowerCase()));
  const named = (address: string) => (family.has(address.toLowerCase()) ? ({ named: true } as const) : {});
  const live = new Set(consents.flatMap((c) => (c.live.length > 0 ? [`${c.transaction}/${c.recipient}`] : [])));
  const sectionsOf = (tags: readonly number[]) => tags.flatMap((tag) => folders.kind(tag) ?? []);
  const toEvent = async (row: ActivityRow): Promise<ActivityEvent> => {
    const { block, transaction } = row;
    const at = block > 0 ? await timeOf(session, block) : undefined;
    const place = { block, transaction, settlement: settlementOf(block, final), ...(at !== undefined && { at }) };
    if (row.kind === 'added') {
      const { author, section, count } = row;
      const authorName = nameOf(author);
      return {
        ...place,
        kind: 'added',
        author,
        ...(authorName && { authorName }),
        own: author === session.address,
        section,
        count,
      };
    }
    if (row.kind === 'opened') {
      const { kind, refused, who, folder, records, purpose, keepers } = row;
      const [whoName, section] = [nameOf(who), folders.kind(folder)];
      const count = await itemsIn(session, records);
      const said = { kind, refused, who, count, purpose, keepers: keepers.length };
      // Of what keepers say the time is theirs, and nothing has to settle.
      const when = { block, transaction, settlement: 'final' as const, at: row.at };
      return { ...when, ...said, ...named(who), ...(whoName && { whoName }), ...(section && { section }) };
    }
    if (row.kind === 'erased') return { ...place, kind: 'erased' };
    if (row.kind === 'reported') {
      const { kind, who, folder } = row;
      const [whoName, section] = [nameOf(who), folders.kind(folder)];
      return { ...place, kind, who, ...named(who), ...(whoName && { whoName }), ...(section && { section }) };
    }
    if (row.kind === 'chain') {
      const { kind, what, who, folder } = row;
      const sections = folder === undefined ? [] : sectionsOf([folder]);
      if (who === undefined) return { ...place, kind, what, sections };
      const whoName = nameOf(who);
      return { ...place, kind, what, who, ...(whoName && { whoName }), sections };
    }
    if (row.kind === 'emergency') {
      const { kind, registry, who, until, note } = row;
      const reason = await reasonGiven(session, { registry, transaction, doctor: who, note });
      const said = { kind, who, sections: sectionsOf(row.folders), until, ...(reason && { reason }) };
      const whoName = nameOf(who);
      return { ...place, ...said, ...(whoName && { whoName }) };
    }
    const { recipient } = row;
    const recipientName = nameOf(recipient);
    const whom = {
      ...{ recipient, ...(recipientName && { recipientName }), ...named(recipient) },
      sections: sectionsOf(row.folders),
    };
    if (row.kind === 'ended') return { ...place, kind: 'ended', ...whom };
    const byName = row.by === undefined ? undefined : nameOf(row.by);
    const by = { ...(row.by && { by: row.by }), ...(byName && { byName }) };
    return {
      ...place,
      kind: 'shared',
      ...whom,
      until: row.until,
      live: live.has(`${transaction}/${recipient}`),
      ...by,
    };
  };
  return { items: await Promise.all(items.map(toEvent)), ...(next !== undefined && { next }) };
}

/** How many items some entries hold, whichever registry they are in. */
export async function itemsIn({ catalogue, deployments }: Session, ids: readonly string[]): Promise<number> {
  const names = deployments.flatMap(({ registry }) => ids.map((id) => entryName(registry.toLowerCase(), id)));
  const entries = await catalogue.rows.getAll<EntryRow>(names);
  return entries.reduce((sum, entry) => sum + (entry?.items.length ?? 0), 0);
}
