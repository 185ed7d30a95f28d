import type { Bytes } from '../bytes.ts';
import type { Network } from '../network/descriptor.ts';
import type { EntryPlace } from '../custody/entry-key.ts';
import type { IssuerKey } from '../import/reader.ts';
import type { EntryReader } from '../records/entry-reader.ts';
import type { ImportPlan, ImportReport, Known } from '../records/import-plan.ts';
import type { ItemPart } from '../records/item-streams.ts';
import type { ItemLinks } from '../records/linked-plan.ts';
import type { Sorted } from '../records/like.ts';
import type { ResealSource } from '../records/reseal.ts';
import type { Section } from '../records/sections.ts';
import type { SealedMessage } from '../signing/sealed-message.ts';
import type { LedgerCounts, LedgerRow } from '../storage/ledger.ts';

/** A folder's seed, and all that the keys of one author's entries in it are made for but their commitments. */
export interface SealUnder {
  readonly seed: Bytes;
  readonly place: Omit<EntryPlace, 'commitment'>;
}

/** What an entry is wrapped under: by its folder's seed, or by the key that keepers gave for it in one epoch. */
export type WrapUnder = SealUnder | { readonly key: Bytes; readonly epoch: number };

/** Where part of an import goes. */
export interface SealTarget {
  readonly section: Section;
  readonly folder: number;
  /** Registry that the folder is in; it is noted with the entry, which goes there whatever the network follows later. */
  readonly registry?: string;
  /** Registered key of the patient (x coordinate). */
  readonly patientKey: Bytes;
  /** How its readers come by it; absent for what is for the patient alone, or not wrapped for the readers yet. */
  readonly under?: SealUnder;
  /** Registered key of an author who has still to get the entry's key from keepers: the content key is kept for it meanwhile. */
  readonly authorKey?: Bytes;
  /** It is not recorded before the chain has what it was written for. */
  readonly held?: true;
}

/** Where picked items go. */
export type PickTarget = Omit<SealTarget, 'section'>;

/** What a manager that was to have a block did: gave it, had it not, or did not answer. */
export type ChallengeOutcome = 'there' | 'lost' | 'away';

/** How far an import is: while it is read, `items` were found so far. `bytes` are those of what is being sealed, `fetched` those of a link. */
export interface Progress {
  readonly itemsDone: number;
  readonly items: number;
  readonly bytesDone: number;
  readonly bytes: number;
  readonly fetched?: number;
}

/** What files are read by, beside what stands in them. */
export interface ReadAs {
  /** Puts everything into one section, whatever its content. */
  readonly into?: Section | undefined;
  readonly issuers?: readonly { readonly issuer: string; readonly keys: readonly IssuerKey[] }[];
  /** What the person said of tables with these headings; whoever reads them looks whether that fits. */
  readonly tables?: readonly { readonly header: string }[];
  /** Where the person put things like these. */
  readonly sorted?: readonly Sorted[];
}

/** What else is known of a file that is taken in hand. */
export interface Staged {
  /** With whose files it is to be added. */
  readonly job?: string | undefined;
  /** Which other item what is in it is about. */
  readonly links?: ItemLinks;
}

/** The storage host as the wallet uses it; it may live in another context, so everything is asynchronous. */
export interface StoragePort extends EntryReader {
  /** @param durableAt copies that are enough */
  setManagers(managers: readonly string[], durableAt: number): Promise<void>;
  /** Takes a file in hand. @returns job id */
  stage(file: Blob, name: string, source: string, more?: Staged): Promise<string>;
  /** Takes a health link in hand, which is followed when it is planned. @returns job id */
  stageLink(link: string, passcode?: string): Promise<string>;
  /** Keys of an issuer of health cards. @param file a JSON Web Key Set; without it the issuer is asked */
  issuerKeys(issuer: string, file?: string): Promise<readonly IssuerKey[]>;
  /** Says what a staged file would give. */
  plan(job: string, known: Known, as?: ReadAs): Promise<ImportReport>;
  commit(job: string, targets: readonly SealTarget[], patient: string, author: string): Promise<LedgerRow[]>;
  /** Seals items of the own record anew, as they are, in one commit: under other keys, and with the ids that they had. */
  reseal(sources: readonly ResealSource[], targets: readonly SealTarget[], patient: string): Promise<LedgerRow[]>;
  /**
   * Seals picked items of the own record into a folder of their own, by their keys and where they are. @param target its `section` is
   * that of each item
   */
  pick(sources: readonly ResealSource[], target: PickTarget, patient: string): Promise<LedgerRow[]>;
  /** Deletes entries from this browser, whatever has still to be done with them. */
  drop(roots: readonly string[]): Promise<void>;
  /**
   * Wraps an entry of this browser for its readers, or anew for those of another epoch: it goes as the new one comes.
   * @param contentKey of the entry
   */
  rewrap(root: string, contentKey: Bytes, under: WrapUnder): Promise<LedgerRow>;
  progress(job: string): Promise<Progress | undefined>;
  cancel(job: string): Promise<void>;
  /** Keeps a dag-cbor object and puts it in the outbox. @returns root CID */
  putObject(bytes: Bytes, patient: string, author: string): Promise<string>;
  block(cid: string): Promise<Bytes>;
  /** Opens an entry to be read from its first item to its last. @param key its content key. @returns a ticket */
  openItems(cid: string, key: Bytes, commitment: Bytes): Promise<string>;
  /** What comes next of an open entry; nothing at the end. @throws SalusError `cancelled` once it was closed */
  nextParts(ticket: string): Promise<readonly ItemPart[]>;
  closeItems(ticket: string): Promise<void>;
  /** By what the items that a planned file would give are known again. */
  knownBy(job: string): Promise<Pick<ImportPlan, 'digests' | 'identities'>>;
  /** Rows of one account, as patient or author, that are not yet durable, on the chain and final. */
  openRows(account: string): Promise<LedgerRow[]>;
  /** Rows of one account of which some manager has no copy yet, at most so many. */
  thinRows(account: string, most: number): Promise<LedgerRow[]>;
  row(root: string): Promise<LedgerRow | undefined>;
  /** Of this patient's record. */
  counts(patient: string): Promise<LedgerCounts>;
  /** Deletes what is kept here for one account, as patient or author, and for none of `others`: in all networks. */
  forget(account: string, others: readonly string[]): Promise<void>;
  /**
   * How many rows are of something that is nowhere else, over all accounts and networks.
   * @param author only of what this account wrote
   */
  unsaved(author?: string): Promise<number>;
  /** @param final whether the block will not be undone any more; an undefined anchor takes it away */
  setAnchor(root: string, anchor: LedgerRow['anchor'], final: boolean): Promise<void>;
  /** Fetches an entry that is not in this browser, keeps it here, and notes where copies are. */
  adopt(row: LedgerRow): Promise<void>;
  /**
   * Asks managers for a block by chance of each of some entries that they are to have. One that lost it is not counted as having a copy
   * from then on, and is sent one again with the next that is sent.
   * @param most entries, by chance
   */
  challenge(account: string, most: number): Promise<{ readonly manager: string; readonly outcome: ChallengeOutcome }[]>;
  replicate(root: string, authorization: string): Promise<LedgerRow | undefined>;
}

/** Messages that sites lock for the account; may live in another context. */
export interface MessageBoxPort {
  /** @param secret 32 bytes. @returns x25519 public key in base64 */
  publicKey(secret: Bytes): Promise<string>;
  /** @returns the message's text. @throws SalusError `wrong-key` */
  open(secret: Bytes, message: SealedMessage): Promise<string>;
}

/** The health networks that this wallet knows. One is in use. */
export interface NetworksPort {
  readonly current: Network;
  /** The one in use is that of this build, not one that was added. */
  readonly isBuiltIn: boolean;
  list(): Promise<Network[]>;
  add(network: Network): Promise<void>;
  /** @param key see `networkKey`; that of this build stays, and the one in use is used until another is chosen */
  remove(key: string): Promise<void>;
  /** Goes over to another: everything begins anew with it. */
  choose(key: string): Promise<void>;
  /** Whether its node answers for its chain and has its registry. */
  answers(network: Network): Promise<boolean>;
}

/** Brings signed calls to the chain and pays for them. */
export interface SponsorPort {
  /** @param registry where they go: one of the network's. @returns transaction hash. @throws SalusError `sponsor-refused`, `managers-unreachable` */
  submit(calls: readonly string[], registry: string): Promise<string>;
}

/** One sealed value on disk: ciphertext in, ciphertext out. */
export interface StateSlot {
  read(): Promise<unknown>;
  write(value: unknown): Promise<void>;
}
