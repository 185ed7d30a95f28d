import type { Receipt } from '../consent/receipt.ts';
import type { Noted, Place } from '../chain/events.ts';
import type { Terms } from '../registry/signed-calls.ts';
import type { BlockRef, Standing } from '../chain/follower.ts';
import type { ErrorCode } from '../errors.ts';
import type { Measure } from '../fhir/present/measures.ts';
import { typeAndId } from '../fhir/references.ts';
import type { ItemStatus } from '../fhir/present/status.ts';
import type { Section } from '../records/sections.ts';
import { SortedList } from './sorted-list.ts';
import { wordsOf } from './words.ts';

/** One item in a list. `id` is `<entry id>/<position>`. */
export interface RecordItem {
  readonly id: string;
  readonly patient: string;
  readonly author: string;
  readonly section: Section;
  readonly folder: number;
  /** Registry its entry is in, in lower case. */
  readonly registry: string;
  readonly type: string;
  readonly title: string;
  readonly date?: string;
  readonly code?: string;
  /** How it stands, where what it names is not simply so. */
  readonly status?: ItemStatus;
  /** What it says in words. */
  readonly value?: string;
  readonly measures?: readonly Measure[];
  /** Reference to the visit that it belongs to. */
  readonly visit?: string;
  /** Hex digest of what it says. */
  readonly essence?: string;
  /** Which it is where it comes from (hex), and the instant at which it was changed there. */
  readonly identity?: string;
  readonly updated?: string;
  readonly mediaType: string;
  readonly size: number;
  readonly fullUrl?: string;
  readonly findings?: number;
  readonly source?: string;
  /** Id of the item that it corrects. */
  readonly replaces?: string;
  /** Id of the item that it says something of. */
  readonly about?: string;
  /** Ids that it had before it was sealed anew. */
  readonly was?: readonly string[];
  /** Its entry holds nothing else, and commits to it alone. */
  readonly alone?: true;
  /** In a selection: id of the item of the record that it is. */
  readonly picked?: string;
  /** 0 while its entry waits for the chain. */
  readonly block: number;
  readonly transaction: string;
  /** Hex SHA-256 of the plaintext. */
  readonly digest: string;
}

/** How an entry stands with this reader. */
export type EntryState =
  | 'open'
  /** A part of it could not be fetched; it is tried again. */
  | 'waiting'
  /** It cannot be opened, and is not tried again. */
  | 'bad'
  /** Not given to this reader, or no longer. */
  | 'closed'
  /** Its patient took it back: nothing of it is kept. */
  | 'withdrawn';

/** An entry as it is kept. Bytes are hex. */
export interface EntryRow {
  readonly registry: string;
  readonly id: string;
  readonly patient: string;
  readonly author: string;
  readonly folder: number;
  readonly epoch: number;
  readonly cid: string;
  readonly commitment: string;
  /** 0 while it waits for the chain. */
  readonly block: number;
  readonly index: number;
  readonly transaction: string;
  readonly state: EntryState;
  readonly code?: ErrorCode;
  /** Failed tries to fetch it, and when the next is due (milliseconds since the epoch). */
  readonly tries?: number;
  readonly due?: number;
  readonly items: readonly RecordItem[];
}

/** A folder as its records add up. */
export interface FolderRow {
  readonly head: string;
  readonly count: number;
  /** Of the newest rotation; 0 where there was none. */
  readonly epoch?: number;
  /** Digest (hex) of the object of its newest keyring. */
  readonly keyring?: string;
}

/** A grant as it stands by what happened on the chain. Its `rights` are 0 once it was withdrawn. */
export interface GrantRow extends Terms, Pick<Place, 'registry' | 'block' | 'transaction'> {
  readonly patient: string;
  readonly epoch: number;
  /** Hex digest of the object that says what it was given for. */
  readonly receipt: string;
  /** A rotation ended it. */
  readonly voided?: boolean;
  /** A delegate, who gave it in the patient's place: of this account's own record. */
  readonly by?: string;
}

/** A consent object that was opened; `receipt` is absent where it could not be, or is none. */
export interface ReceiptRow {
  readonly receipt?: Receipt;
  readonly tries?: number;
  readonly due?: number;
}

/** One thing that happened to the patient's record. */
export type ActivityRow = {
  readonly block: number;
  readonly transaction: string;
} & (
  | {
      readonly kind: 'added';
      readonly author: string;
      readonly section: Section;
      readonly count: number;
      readonly entry: string;
    }
  | {
      readonly kind: 'shared';
      readonly registry: string;
      readonly recipient: string;
      readonly folders: readonly number[];
      readonly until: number;
      readonly receipt: string;
      /** A delegate, who gave it in the patient's place. */
      readonly by?: string;
    }
  /** Something was erased. */
  | { readonly kind: 'erased' }
  | { readonly kind: 'ended'; readonly recipient: string; readonly folders: readonly number[] }
  /** A doctor opened folders in an emergency. */
  | {
      readonly kind: 'emergency';
      readonly registry: string;
      readonly who: string;
      readonly folders: readonly number[];
      readonly until: number;
      /** Why: hex. */
      readonly note: string;
    }
  /** Somebody asked without consent, was refused, and the network counts it against them. */
  | {
      readonly kind: 'reported';
      readonly who: string;
      readonly folder: number;
      /** Bits. */
      readonly purpose: number;
    }
  | ChainRow
  | OpeningRow
);

/** What nobody has to know of, and the chain has of the account all the same. */
export interface ChainRow {
  readonly kind: 'chain';
  readonly what:
    | Noted['what']
    /** Of a prescription or a test. */
    | 'ordered'
    | 'carried-out'
    | 'order-cancelled'
    | 'order-placed'
    | 'emergency-on'
    | 'emergency-off'
    | 'joined'
    /** Those who keep the keys got them, or got others. */
    | 'keys'
    | 'locked-anew'
    /** An entry was taken back whose content is elsewhere now. */
    | 'withdrawn'
    /** An entry that was taken back later. */
    | 'gone'
    /** An entry with what the patient said of items, or with items that were there before. */
    | 'beside'
    /** Picked things, in a folder of their own. */
    | 'picked'
    /** An entry that does not open, or not yet. */
    | 'unread';
  /** Who did it, where that is somebody else. */
  readonly who?: string;
  readonly folder?: number;
  /** Of a request: Unix second at which what is asked for would end, and bits of what it is for. */
  readonly until?: number;
  readonly purposes?: number;
}

/** Somebody opened entries of one folder, or was refused, as keepers' logs have it. */
export interface OpeningRow {
  readonly kind: 'opened';
  /** It was not opened. */
  readonly refused: boolean;
  readonly who: string;
  readonly folder: number;
  /** Ids of the entries. */
  readonly records: readonly string[];
  /** Bits. */
  readonly purpose: number;
  /** Unix seconds, by the clock of the keeper that says the earliest. */
  readonly at: number;
  /** Accounts of the keepers whose logs have it. */
  readonly keepers: readonly string[];
}

/** What is enough for home and for a prompt, whatever the length of the record. */
export interface Summary {
  readonly sections: Readonly<Partial<Record<Section, { readonly count: number; readonly newest?: string }>>>;
  readonly total: number;
  /** Entries of this account's own record; those of them on the chain. */
  readonly entries: number;
  readonly anchored: number;
  /** Entries that do not open, and those that are still to be fetched. */
  readonly bad: number;
  readonly waiting: number;
  /** Items of other people's records, by patient. */
  readonly theirs: number;
}
const EMPTY_SUMMARY: Summary = { sections: {}, total: 0, entries: 0, anchored: 0, bad: 0, waiting: 0, theirs: 0 };

/** What of one other person’s record is open to this account, and how many entries of it do not open. */
export interface PatientRow {
  readonly total: number;
  readonly sections: Readonly<Partial<Record<Section, number>>>;
  /** Of selections, by the section of each item. */
  readonly picked: Readonly<Partial<Record<Section, number>>>;
  readonly unreadable: number;
}
export const EMPTY_PATIENT: PatientRow = { total: 0, sections: {}, picked: {}, unreadable: 0 };
export const patientName = (patient: string): string => `patient/${patient.toLowerCase()}`;

/** A remembered block, and the rows that undo what was written since the one before it, oldest first. */
export interface SeenBlock extends BlockRef {
  readonly undos: readonly string[];
}

export interface Head extends Standing {
  readonly ring: readonly SeenBlock[];
  /** Rows that undo what was written since the newest block. */
  readonly loose: readonly string[];
  /** Number of the next such row. */
  readonly undo: number;
  readonly summary: Summary;
  /** Folders whose records do not add up to what the chain says: the node left something out. */
  readonly incomplete: boolean;
  /** Registries that it was taken from, and how it is laid out: see {@link LAYOUT}. */
  readonly of: string;
}
/** Number of how rows are laid out; a catalogue of another is made anew. */
export const LAYOUT = 18;
export const NEW_HEAD: Head = {
  ring: [],
  final: 0,
  at: 0,
  time: 0,
  loose: [],
  undo: 0,
  summary: EMPTY_SUMMARY,
  incomplete: false,
  of: '',
};

/** Row of what the follower and all counts have come to. */
export const HEAD = 'head';
/** Row with the addresses of the patients whose records are followed. */
export const FOLLOWED = 'followed';

export const entryName = (registry: string, id: string): string => `entry/${registry}/${id}`;
/** Where on the chain an entry is. */
export interface Anchor {
  readonly block: number;
  readonly transaction: string;
}
/** Says that a patient withdrew an entry. */
export interface WithdrawnRow {
  /** Something in it is nowhere else now. */
  readonly erased: boolean;
  /** In which the chain says so; absent while it does not. */
  readonly block?: number;
}
export const withdrawnName = ({ registry, patient, id }: Pick<EntryRow, 'registry' | 'patient' | 'id'>): string =>
  `withdrawn/${registry}/${patient.toLowerCase()}/${id}`;
/** Of an entry that this account wrote into a record that it may not read. */
export const writtenName = (registry: string, id: string): string => `written/${registry}/${id}`;
export const folderName = (registry: string, patient: string, folder: number): string =>
  `folder/${registry}/${patient.toLowerCase()}/${folder}`;
/** Row with the key (hex) of another person's entry that keepers gave. */
export const keyName = (registry: string, id: string): string => `key/${registry}/${id}`;
export const receiptName = (digest: string): string => `receipt/${digest}`;
export const timeName = (block: number): string => `time/${block}`;
/** Digests of own items are kept in buckets, by their first eight bits. */
export const bucketName = (digest: string): string => `digest/${digest.slice(2, 4)}`;

/** Own items by which they are where they come from, in buckets. */
export const versionsName = (identity: string): string => `versions/${identity.slice(2, 4)}`;

/** Row with what a patient said of the items of an entry. */
export const claimsName = (patient: string, entry: string): string => `claims/${patient.toLowerCase()}/${entry}`;

/** Row with when a keeper last answered, in milliseconds since the epoch. */
export const seenName = (keeper: string): string => `seen/${keeper}`;
/** Row with how many openings were refused, or made as an emergency. */
export const ALARMS = 'alarms';
/** Row with the newest block in which the person was alarmed that somebody was refused. */
export const alarmedName = (who: string): string => `alarmed/${who.toLowerCase()}`;
/** Row with the number of the next line of a keeper's log. */
export const logName = (keeper: string): string => `log/${keeper}`;
/** Row with when somebody last opened something of one folder (Unix seconds). */
export const lookedName = (who: string, folder: number): string => `looked/${who.toLowerCase()}/${folder}`;
/** Row with the keys in {@link ACTIVITY} of openings that are alike. */
export const alikeName = (digest: string): string => `alike/${digest}`;

/** Own items, by date. */
export const OWN = new SortedList<RecordItem>('own');
export const ownSection = (section: Section): SortedList<RecordItem> => new SortedList(`own/${section}`);
/** Titles of own items as they are searched, by each of their words; see {@link wordKey}. */
export const TITLES = new SortedList<string>('titles');
/** Keys in {@link OWN} of own items, by title as it is searched and date. */
export const BY_TITLE = new SortedList<string>('by-title');
/** Keys in {@link OWN} of own items, by their main code and date. */
export const BY_CODE = new SortedList<string>('by-code');
/** Keys in {@link OWN} of own items, by where they come from and what others there refer to them by. */
export const LINKS = new SortedList<string>('links');
/** Own items that somebody else added, by block. */
export const ARRIVALS = new SortedList<RecordItem>('arrivals');
/** Own items that the patient hid. */
export const HIDDEN = new SortedList<RecordItem>('hidden');
/** What patients say of items of their records, by patient and item. */
export const MARKS = new SortedList<RecordItem>('marks');
/** Other people's items that are open to this account, by patient and date. */
export const THEIRS = new SortedList<RecordItem>('theirs');
/** Names of other people's entries whose keys were not asked for yet, by folder. */
export const UNOPENED = new SortedList<string>('unopened');
/** Grants by this account, by grantee. */
export const SHARING = new SortedList<GrantRow>('sharing');
/** Grants to this account, by patient. */
export const GIVEN = new SortedList<GrantRow>('given');
export const ACTIVITY = new SortedList<ActivityRow>('activity');
/** Ids of own entries that are open, by place. */
export const ENTRIES = new SortedList<string>('own-entries');
/** Names of own entries that are selections, by folder. */
export const PICKED = new SortedList<string>('picked');
/** Names of the entries that do not open, and of those still to be fetched. */
export const BAD = new SortedList<string>('bad');
export const WAITING = new SortedList<string>('waiting');
/** Own entries of which this browser has not all blocks yet. */
export const AWAY = new SortedList<string>('away');
/** Entries of another person's folder. */
export const entriesOf = (registry: string, patient: string, folder: number): SortedList<string> =>
  new SortedList(`entries/${registry}/${patient.toLowerCase()}/${folder}`);

const padded = (n: number, length: number): string => String(n).padStart(length, '0');
export const placeKey = ({ block, index }: { readonly block: number; readonly index: number }): string =>
  // What waits for the chain is newer than anything on it.
  `${block === 0 ? '9'.repeat(12) : padded(block, 12)}|${padded(index, 6)}`;
/** Place of an entry in the lists of entries. */
export const entryKey = (row: EntryRow): string => `${placeKey(row)}|${row.id}`;
export const pickedPrefix = ({ registry, folder }: Pick<EntryRow, 'registry' | 'folder'>): string =>
  `${registry}|${folder}|`;
export const pickedKey = (row: EntryRow): string => `${pickedPrefix(row)}${entryKey(row)}`;
/** What has no date comes after all that have one. */
export function itemKey({ date = ' ', id }: RecordItem): string {
  const [entry, position] = id.split('/');
  return `${date}|${entry}|${padded(Number(position), 6)}`;
}
/** Words of what is searched of one item. */
const MOST_WORDS = 16;
/** What an item is found by: its title, and what it says in words. */
export const searchText = ({ title, value = '' }: Pick<RecordItem, 'title' | 'value'>): string =>
  wordsOf(`${title} ${value}`).slice(0, MOST_WORDS).join(' ');
export const titlePrefix = (title: string): string => `${title}\u0000`;
export const titleKey = (title: string, item: RecordItem): string => `${titlePrefix(title)}${itemKey(item)}`;
export const codePrefix = (code: string): string => `${code}\u0000`;
export const codeKey = (code: string, item: RecordItem): string => `${codePrefix(code)}${itemKey(item)}`;
/** Where an item comes from: only there its references mean what its author says. */
export type Origin = Pick<RecordItem, 'author' | 'source'>;
export const originOf = ({ author, source }: RecordItem): Origin => ({ author, ...(source && { source }) });
/** A reference, as it is looked up: without a version, an address of a server by its type and id alone. */
export const linkPrefix = ({ author, source = '' }: Origin, reference: string): string =>
  `${author.toLowerCase()}\u0000${source}\u0000${typeAndId(reference) ?? reference}\u0000`;
export const linkKey = (reference: string, item: RecordItem): string =>
  `${linkPrefix(item, reference)}${itemKey(item)}`;
/** Words begin with what is typed, so that a list by them finds what it is the beginning of. */
export const wordKey = (word: string, title: string): string => `${word}\u0000${title}`;
export const theirKey = (item: RecordItem): string => `${item.patient.toLowerCase()}|${itemKey(item)}`;
export const markPrefix = (patient: string, about: string): string => `${patient.toLowerCase()}|${about}|`;
export const markKey = (mark: RecordItem): string => `${markPrefix(mark.patient, mark.about ?? '')}${itemKey(mark)}`;
export const unopenedPrefix = ({
  patient,
  registry,
  folder,
}: Pick<GrantRow, 'patient' | 'registry' | 'folder'>): string => `${patient.toLowerCase()}|${registry}|${folder}|`;
export const unopenedKey = (row: EntryRow): string => `${unopenedPrefix(row)}${entryKey(row)}`;
export const sharingKey = ({ grantee, registry, folder }: Pick<GrantRow, 'grantee' | 'registry' | 'folder'>): string =>
  `${grantee.toLowerCase()}|${registry}|${folder}`;
export const givenKey = ({ patient, registry, folder }: Pick<GrantRow, 'patient' | 'registry' | 'folder'>): string =>
  `${patient.toLowerCase()}|${registry}|${folder}`;

/** @param now Unix seconds */
export const isLive = (grant: GrantRow, now: number): boolean =>
  grant.rights !== 0 && !grant.voided && grant.until > now && grant.from <= now;
