import * as v from 'valibot';
import { fromBase64 } from '../../extension/core/bytes.ts';
import { PURPOSES } from '../../extension/core/consent/purposes.ts';
import { ResourceSchema } from '../../extension/core/fhir/resource.ts';
import { FOLDER_KINDS, SECTIONS } from '../../extension/core/records/sections.ts';

const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/));
const hash = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{64}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const section = v.picklist(SECTIONS);
/** What a folder holds: a section, or picked records of several. */
const folderKind = v.picklist(FOLDER_KINDS);

/** Accounts the person lets this site see. */
export const AccountsSchema = v.array(address);

/** A signature of an account: r, s and v. */
export const SignatureSchema = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{130}$/));

/** Names a transaction that was sent. */
export const TransactionHashSchema = hash;

/** What a wallet can do. Lists are open: a newer wallet may name more. */
export const CapabilitiesSchema = v.object({
  version: v.string(),
  /** Version of the health methods, such as `health/1`. */
  api: v.string(),
  networks: v.array(v.object({ name: v.string(), chainId: v.pipe(v.string(), v.regex(/^0x[0-9a-f]+$/)) })),
  sections: v.array(v.string()),
  purposes: v.array(v.string()),
  /** Every method a page may call. Absent in wallets from before it was told. */
  methods: v.optional(v.array(v.string())),
});
export type Capabilities = v.InferOutput<typeof CapabilitiesSchema>;

/** What the patient agreed to: possibly less than was asked. */
export const AccessSchema = v.object({
  consentId: hash,
  patient: address,
  /** On-chain folders by the section they hold. */
  folders: v.array(v.object({ section: folderKind, folder: count })),
  purpose: v.picklist(PURPOSES),
  /** Unix seconds. */
  until: count,
  /** Digest of the consent receipt. */
  receipt: hash,
  transactionHash: hash,
});
export type Access = v.InferOutput<typeof AccessSchema>;

/** A consent that was given on this site, as it stands now. */
const ConsentSchema = v.object({
  consentId: hash,
  recipient: address,
  sections: v.array(folderKind),
  purpose: v.picklist(PURPOSES),
  /** Unix seconds. */
  until: count,
  /** Whether anything can still be read or written under it. */
  live: v.boolean(),
});
export const ConsentsSchema = v.array(ConsentSchema);
export type Consent = v.InferOutput<typeof ConsentSchema>;

/** What became of a consent that the site ended. */
export const EndedConsentSchema = v.object({ consentId: hash, live: v.literal(false) });
export type EndedConsent = v.InferOutput<typeof EndedConsentSchema>;

/** One record in a list. */
const RecordSchema = v.object({
  id: v.string(),
  patient: address,
  author: address,
  section,
  /** FHIR resource type, or `File`. */
  type: v.string(),
  title: v.string(),
  /** FHIR date or dateTime. */
  date: v.optional(v.string()),
  /** `system|code`. */
  code: v.optional(v.string()),
  /** How it stands, where what it names is not simply so: `denied`, `forbidden`, `error`, `cancelled`, `past` … */
  status: v.optional(v.string()),
  mediaType: v.string(),
  /** Bytes. */
  size: count,
  block: count,
  transactionHash: v.string(),
});
export type HealthRecord = v.InferOutput<typeof RecordSchema>;

/** Part of a list; `next` is what to ask for `after` it, absent at the end. */
export const RecordPageSchema = v.object({
  records: v.array(RecordSchema),
  total: count,
  /** Entries that are there but could not be opened now. */
  unreadable: count,
  next: v.optional(v.string()),
});
export type RecordPage = v.InferOutput<typeof RecordPageSchema>;

const ProvenanceSchema = v.object({
  author: v.object({ address, role: v.string(), active: v.boolean(), vouchedBy: v.optional(address) }),
  block: count,
  /** Unix seconds at which it was recorded. */
  at: v.optional(count),
  transaction: v.string(),
  /** Id of the entry on the chain. */
  entry: v.string(),
  /** The bytes were proven against the chain; a wallet gives no record for which this fails. */
  verified: v.literal(true),
});
export type RecordProvenance = v.InferOutput<typeof ProvenanceSchema>;

const bytes = v.pipe(
  v.string(),
  v.base64(),
  v.transform((text) => fromBase64(text)),
);

/** How a prescription or a test that was ordered stands, as the chain has it. */
const OrderSchema = v.object({
  /** 0x hex. */
  id: hash,
  kind: v.picklist(['prescription', 'test']),
  doctor: address,
  /** `waiting` (not on the chain yet), `refused`, `open`, `done`, `cancelled` or `over` (its time has run out). */
  standing: v.picklist(['waiting', 'refused', 'open', 'done', 'cancelled', 'over']),
  /** First Unix second at which it can no longer be carried out. */
  until: count,
  /** How often it could be carried out in all, and how often it still can. */
  times: count,
  left: count,
  /** This account may carry it out now. */
  mine: v.boolean(),
});
export type Order = v.InferOutput<typeof OrderSchema>;

/** A record with its content: a FHIR `resource`, or the `bytes` of a file; with `order` where it was ordered. */
export const OpenedRecordSchema = v.intersect([
  v.object({ ...RecordSchema.entries, order: v.optional(OrderSchema), provenance: ProvenanceSchema }),
  v.union([v.object({ resource: ResourceSchema }), v.object({ bytes })]),
]);
export type OpenedRecord = v.InferOutput<typeof OpenedRecordSchema>;

/**
 * Whether something is what was recorded, step by step: `chain` (its commitment is on the chain), `content` (what was given has its
 * digest), `author` and `voucher` (active members). Where the chain does not hold, no other step is tried.
 */
export const VerificationSchema = v.object({
  /** Every step holds. */
  verified: v.boolean(),
  steps: v.array(
    v.looseObject({ step: v.string(), holds: v.boolean(), address: v.optional(address), role: v.optional(v.string()) }),
  ),
});
export type Verification = v.InferOutput<typeof VerificationSchema>;

/** What became of an offer: the entries the patient took in. */
export const OfferedSchema = v.object({ accepted: v.boolean(), entries: v.array(v.object({ cid: v.string() })) });
export type Offered = v.InferOutput<typeof OfferedSchema>;

/** What was added to a patient's record. No transaction yet: it is kept by the wallet and follows by itself. */
export const WrittenSchema = v.object({ cid: v.string(), transactionHash: v.optional(v.string()) });
export type Written = v.InferOutput<typeof WrittenSchema>;

/** Data of the event `recordAdded`: in whose record, in which section; a folder of picked records is `selection`. */
export const RecordAddedSchema = v.object({ patient: address, section: v.string() });
export type RecordAdded = v.InferOutput<typeof RecordAddedSchema>;

/** Data of the event `consentChanged`. */
export const ConsentChangedSchema = v.object({ consentId: hash, live: v.boolean() });
export type ConsentChanged = v.InferOutput<typeof ConsentChangedSchema>;
