import * as v from 'valibot';
import { PURPOSES } from '../../core/consent/purposes.ts';
import { SECTIONS } from '../../core/records/sections.ts';
import { visible } from '../../core/signing/visible.ts';
import { address, section, shortText } from './common.ts';

const seconds = v.pipe(v.number(), v.safeInteger());
/** Each once, in the order given. */
const distinct = <T>(list: readonly T[]): T[] => [...new Set(list)];

/** As it may be shown and kept: what is hidden in it is written out, which a receipt has room for to a degree. */
const memberName = v.pipe(
  shortText(120),
  v.transform(visible),
  v.check((name) => name.length <= 200, 'expected a name of characters that can be seen'),
);

/** Longest time a page may ask for: a year. */
const LONGEST_SECONDS = 366 * 86_400;

export const AccessRequestSchema = v.strictObject({
  /** HL7 v3 PurposeOfUse. */
  purpose: v.picklist(PURPOSES),
  sections: v.pipe(v.array(section), v.minLength(1), v.maxLength(SECTIONS.length), v.transform(distinct)),
  rights: v.optional(
    v.pipe(v.array(v.picklist(['read', 'write'])), v.minLength(1), v.maxLength(2), v.transform(distinct)),
    ['read'],
  ),
  /** Seconds. */
  duration: v.pipe(seconds, v.minValue(60), v.maxValue(LONGEST_SECONDS)),
  /** Shown to the person as the site's own words. */
  reason: v.pipe(shortText(300), v.nonEmpty()),
  /** The member who will read; `name` is the site's claim. */
  recipient: v.strictObject({ address, name: v.optional(memberName) }),
});
export type AccessRequest = v.InferOutput<typeof AccessRequestSchema>;

/** What a reading is for, as HL7 v3 PurposeOfUse; it must be what the patient agreed to. Treatment, where it is left out. */
const purposeOfUse = v.optional(v.picklist(PURPOSES), 'TREAT');

export const ListRequestSchema = v.strictObject({
  patient: v.optional(address),
  section: v.optional(section),
  /** `code` or `system|code`. */
  code: v.optional(shortText(300)),
  /** FHIR dates; compared as text, so `2026` and `2026-05-01` both work. */
  from: v.optional(v.pipe(v.string(), v.regex(/^\d{4}/))),
  to: v.optional(v.pipe(v.string(), v.regex(/^\d{4}/))),
  /** `next` of the page before. */
  after: v.optional(shortText(200)),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)), 100),
  purpose: purposeOfUse,
});
export type ListRequest = v.InferOutput<typeof ListRequestSchema>;

export const ReadRequestSchema = v.strictObject({ patient: address, id: shortText(200), purpose: purposeOfUse });
export type ReadRequest = v.InferOutput<typeof ReadRequestSchema>;

export const WriteRequestSchema = v.pipe(
  v.strictObject({
    /** Left out: an offer to the wallet's own patient. */
    patient: v.optional(address),
    /** Left out: each resource goes to the section it belongs in (offers only). */
    section: v.optional(section),
    resource: v.optional(v.looseObject({ resourceType: v.string() })),
    bundle: v.optional(v.looseObject({ resourceType: v.literal('Bundle') })),
  }),
  v.check((w) => (w.resource === undefined) !== (w.bundle === undefined), 'expected either resource or bundle'),
  v.check((w) => w.patient === undefined || w.section !== undefined, 'expected a section'),
);
export type WriteRequest = v.InferOutput<typeof WriteRequestSchema>;

export const VerifyRequestSchema = v.pipe(
  v.strictObject({
    patient: address,
    id: shortText(200),
    purpose: purposeOfUse,
    resource: v.optional(v.looseObject({ resourceType: v.string() })),
    /** Base64, as `health_readRecord` gives them. */
    bytes: v.optional(v.pipe(v.string(), v.base64())),
  }),
  v.check((w) => (w.resource === undefined) !== (w.bytes === undefined), 'expected either resource or bytes'),
);
export type VerifyRequest = v.InferOutput<typeof VerifyRequestSchema>;

export const ConsentIdSchema = v.strictObject({ consentId: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)) });
export type ConsentId = v.InferOutput<typeof ConsentIdSchema>;
