import * as v from 'valibot';
import { OrderKind } from '../care/orders-abi.ts';
import { isPurpose, type Purpose } from '../consent/purposes.ts';
import { isSection, type Section } from '../records/sections.ts';
import { importKey } from '../envelope/stream.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { StateSlot } from './ports.ts';
import { SealedValue } from './sealed-value.ts';

/** A site the person let see their account. */
const SiteSchema = v.object({
  origin: v.string(),
  /** Milliseconds since the epoch. */
  connectedAt: v.number(),
});

/** A transaction that this wallet sent. Amounts in wei, as decimal digits. */
const TransactionSchema = v.object({
  hash: v.string(),
  nonce: v.number(),
  to: v.string(),
  value: v.string(),
  /** Calldata in hex. */
  data: v.string(),
  gasLimit: v.string(),
  maxFeePerGas: v.string(),
  maxPriorityFeePerGas: v.string(),
  /** Site that asked for it; empty for the wallet's own. */
  origin: v.string(),
  /** `act`: what this account did in the registry and nobody else paid for. */
  kind: v.picklist(['send', 'speedUp', 'cancel', 'act']),
  /** Request that it answers, so that a yes that is carried out twice sends one. */
  request: v.optional(v.string()),
  /** Hash of the one in whose place it was sent. */
  replaces: v.optional(v.string()),
  /** Milliseconds since the epoch. */
  at: v.number(),
});
export type StoredTransaction = v.InferOutput<typeof TransactionSchema>;

/** A yes that holds for the same request for access again, until a date. */
const RememberedSchema = v.object({
  origin: v.string(),
  /** Hospital that vouched for the site and for the recipient when the person said so. */
  hospital: v.string(),
  recipient: v.string(),
  recipientName: v.optional(v.string()),
  principalName: v.optional(v.string()),
  purpose: v.custom<Purpose>(isPurpose),
  rights: v.array(v.picklist(['read', 'write'])),
  sections: v.array(v.custom<Section>(isSection)),
  /** Unix seconds: no access given by it lasts longer, and it is of no use afterwards. */
  until: v.number(),
});
export type Remembered = v.InferOutput<typeof RememberedSchema>;

/** Whose an account is: a person's with a record, or that of somebody who works in health care. */
export const AccountKindSchema = v.picklist(['patient', 'provider']);
export type AccountKind = v.InferOutput<typeof AccountKindSchema>;

/** Access given or ended, which a reorganisation could still undo. */
const UnsettledSchema = v.object({
  kind: v.picklist(['given', 'ended']),
  recipient: v.string(),
  /** Whose record it is, where this account gave as a delegate. */
  patient: v.optional(v.string()),
  registry: v.string(),
  /** Calldata as it was signed. */
  calls: v.array(v.string()),
  /** Block in which it was on the chain at the latest. */
  block: v.object({ number: v.number(), hash: v.string() }),
});
export type UnsettledAct = v.InferOutput<typeof UnsettledSchema>;

/** What was undone and could not be done again. `at` in milliseconds since the epoch. */
const UndoneSchema = v.object({ kind: UnsettledSchema.entries.kind, recipient: v.string(), at: v.number() });
export type UndoneAct = v.InferOutput<typeof UndoneSchema>;

/** Shares that a keeper did not take yet. */
const UndeliveredSchema = v.object({
  registry: v.string(),
  /** Root of the keyring's object. */
  keyring: v.string(),
  /** Account of the keeper. */
  keeper: v.string(),
  /** Capsules in base64. */
  shares: v.array(v.object({ folder: v.number(), epoch: v.number(), capsule: v.string() })),
});
export type Undelivered = v.InferOutput<typeof UndeliveredSchema>;

/** A keyring that others took the place of, which a keeper is still to forget. */
const OutdatedSchema = v.object({
  registry: v.string(),
  /** Digest of its object, 0x hex. */
  keyring: v.string(),
  /** Account of the keeper. */
  keeper: v.string(),
  /** Once this block is final: until then what took its place could be undone. */
  after: v.number(),
});
export type Outdated = v.InferOutput<typeof OutdatedSchema>;

/** Head of a keeper's log of openings, as it was last seen. */
const LogHeadSchema = v.object({
  /** Account of the keeper. */
  keeper: v.string(),
  size: v.number(),
  /** Hex. */
  root: v.string(),
  /** What it said later, or what others and the chain say of it, does not fit this. */
  broken: v.optional(v.boolean()),
  /** Lines that another keeper confirmed to be the same for everybody; what came later is not confirmed yet. */
  confirmed: v.optional(v.number()),
  /** So many lines wait to be confirmed, since when (milliseconds). */
  waiting: v.optional(v.object({ size: v.number(), since: v.number() })),
  /** They waited too long, while others who could confirm them answered. */
  unconfirmed: v.optional(v.boolean()),
  /** Its newest anchor on the chain that was found to be a part of it. */
  anchor: v.optional(v.object({ size: v.number(), root: v.string(), block: v.number() })),
});
export type LogHead = v.InferOutput<typeof LogHeadSchema>;

/** A form that a person began to fill in. */
const DraftSchema = v.object({
  /** Kind of the form, or id of the item that it corrects. */
  form: v.string(),
  values: v.record(v.string(), v.string()),
});

/** Keys of an issuer of health cards, which the person took for its own. */
const IssuerSchema = v.object({
  issuer: v.string(),
  keys: v.array(v.object({ x: v.string(), y: v.string() })),
  /** They came in a file, and were not asked of the issuer. */
  byFile: v.boolean(),
  /** Milliseconds since the epoch. */
  at: v.number(),
});
export type KnownIssuer = v.InferOutput<typeof IssuerSchema>;

const shortText = v.pipe(v.string(), v.maxLength(100));
/** What the person said that the columns of a table are. Its reader knows the words. */
export const ChosenTableSchema = v.object({
  header: shortText,
  columns: v.array(v.object({ is: shortText, unit: v.optional(shortText) })),
  order: v.optional(shortText),
});
export type ChosenTable = v.InferOutput<typeof ChosenTableSchema>;

/** Where the person put things of a kind: see `likeOf`. */
const SortedSchema = v.object({ like: v.string(), section: v.custom<Section>(isSection) });

/** Entries that the person took back, for good. Ids in 0x hex. */
const WithdrawalSchema = v.object({
  /** Registry that they are in. */
  registry: v.string(),
  records: v.array(v.string()),
  /** Ids of the entries with what was in them beside; they are on the chain before. */
  after: v.array(v.string()),
  /** Something was erased, and not only moved. */
  erased: v.boolean(),
  /** Milliseconds since the epoch. */
  at: v.number(),
  /** What managers signed: that they give their keys to nobody, and keep none of their blocks. */
  receipts: v.array(v.object({ keeper: v.string(), signature: v.string(), at: v.number() })),
});
export type Withdrawal = v.InferOutput<typeof WithdrawalSchema>;

/** Things that are still to be put into a folder of picked things. */
const PickingSchema = v.object({
  folder: v.number(),
  /** Of items. */
  ids: v.array(v.string()),
  /** Milliseconds since the epoch. */
  at: v.number(),
});

/** Something that was written for an order, or about one, and goes into the record once the order's contract took it. */
const CareSchema = v.object({
  act: v.picklist(['order', 'fulfil']),
  kind: v.picklist([OrderKind.Prescription, OrderKind.Test]),
  patient: v.string(),
  doctor: v.string(),
  folder: v.number(),
  /** Of the order. */
  commitment: v.string(),
  /** Of the entry that was written. */
  entry: v.string(),
  /** Of an order: its end (Unix seconds), how often, and the one that it takes the place of. */
  until: v.optional(v.number()),
  times: v.optional(v.number()),
  replaces: v.optional(v.string()),
  /** Milliseconds since the epoch. */
  at: v.number(),
  /** The network refused it, and why: the person has not seen it yet. */
  refused: v.optional(v.string()),
});
export type CareAct = v.InferOutput<typeof CareSchema>;

/** A health link that the person gave. Neither its key nor its passcode: whoever has the link has the first, and nobody the second. */
export const GivenLinkSchema = v.object({
  /** 0x hex, 32 bytes. */
  id: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)),
  /** Where what it leads to is kept. */
  manager: v.string(),
  /** In the person’s words. */
  forWhom: v.pipe(v.string(), v.maxLength(200)),
  sections: v.array(v.custom<Section>(isSection)),
  items: v.number(),
  /** Unix seconds. */
  until: v.number(),
  most: v.number(),
  withPasscode: v.boolean(),
  /** Unix seconds. */
  made: v.number(),
});
export type GivenLink = v.InferOutput<typeof GivenLinkSchema>;

/** A file for research that the person took out: to whom and what for, and nothing of what is in it but how much. */
export const ResearchFileSchema = v.object({
  /** Drawn for each file; it is not in the file. */
  id: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{32}$/)),
  /** In the person’s words. */
  forWhom: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  whatFor: v.pipe(v.string(), v.minLength(1), v.maxLength(300)),
  sections: v.array(v.custom<Section>(isSection)),
  items: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Unix seconds. */
  at: v.number(),
});
export type ResearchFile = v.InferOutput<typeof ResearchFileSchema>;

/** What the wallet remembers of one account beside its records. Sealed: which sites a person uses is theirs alone. */
const StateSchema = v.object({
  /** Absent until the registry or the person has said it. */
  kind: v.optional(AccountKindSchema),
  wordsConfirmed: v.boolean(),
  sites: v.array(SiteSchema),
  /** Block up to which arrivals were shown. */
  seenBlock: v.number(),
  /** Arrivals after it that the person decided on. */
  kept: v.optional(v.array(v.string()), []),
  drafts: v.optional(v.array(DraftSchema), []),
  issuers: v.optional(v.array(IssuerSchema), []),
  /** Newest first. */
  tables: v.optional(v.array(ChosenTableSchema), []),
  /** Newest first. */
  transactions: v.optional(v.array(TransactionSchema), []),
  /** Requests that the person need not be asked again. */
  remembered: v.optional(v.array(RememberedSchema), []),
  unsettled: v.optional(v.array(UnsettledSchema), []),
  /** Until the person has seen it. */
  undone: v.optional(v.array(UndoneSchema), []),
  undelivered: v.optional(v.array(UndeliveredSchema), []),
  outdated: v.optional(v.array(OutdatedSchema), []),
  /** Newest first. */
  sorted: v.optional(v.array(SortedSchema), []),
  /** Newest first. */
  withdrawals: v.optional(v.array(WithdrawalSchema), []),
  picking: v.optional(v.array(PickingSchema), []),
  care: v.optional(v.array(CareSchema), []),
  /** Newest first. */
  givenLinks: v.optional(v.array(GivenLinkSchema), []),
  /** Newest first. */
  research: v.optional(v.array(ResearchFileSchema), []),
  /** Whose requests the person said no to, up to a block. Newest first. */
  declined: v.optional(v.array(v.object({ who: v.string(), block: v.number() })), []),
  logHeads: v.optional(v.array(LogHeadSchema), []),
  /** Block up to which the person has seen what delegates gave. */
  seenInPlace: v.optional(v.number(), 0),
  /** Alarms that the person has looked at. */
  seenAlarms: v.optional(v.number(), 0),
});
export type WalletState = v.InferOutput<typeof StateSchema>;

const NEW_STATE: WalletState = {
  wordsConfirmed: false,
  sites: [],
  seenBlock: 0,
  kept: [],
  drafts: [],
  issuers: [],
  tables: [],
  transactions: [],
  remembered: [],
  unsettled: [],
  undone: [],
  undelivered: [],
  outdated: [],
  sorted: [],
  withdrawals: [],
  picking: [],
  care: [],
  givenLinks: [],
  research: [],
  declined: [],
  logHeads: [],
  seenInPlace: 0,
  seenAlarms: 0,
};

/** The part of a keyring that seals the state. */
type StateKeys = Pick<Keyring, 'check' | 'stateKey'>;

export type SealedState = SealedValue<WalletState>;

/** The state of one account; a fresh one where nothing is stored, or where other words sealed it. */
export function sealedState(slot: StateSlot, keyring: StateKeys): SealedState {
  let key: Promise<CryptoKey> | undefined;
  return new SealedValue(slot, StateSchema, NEW_STATE, () => {
    keyring.check();
    key ??= keyring.stateKey().then(importKey);
    return key;
  });
}
