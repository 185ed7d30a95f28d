import * as v from 'valibot';
import { LONGEST_SECONDS } from '../../core/consent/ending.ts';
import { PURPOSES } from '../../core/consent/purposes.ts';
import { WhichSchema } from '../../core/consent/rule.ts';
import { SECTIONS, type Section } from '../../core/records/sections.ts';
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

const someSections = v.pipe(v.array(section), v.minLength(1), v.maxLength(SECTIONS.length), v.transform(distinct));

export const AccessRequestSchema = v.pipe(
  v.strictObject({
    /** HL7 v3 PurposeOfUse. */
    purpose: v.picklist(PURPOSES),
    sections: someSections,
    /** Further sections that would help; none of them is ticked for the person. */
    optional: v.optional(someSections),
    /** Only such records of these sections, also ones that come later; `read` alone. */
    records: v.optional(WhichSchema),
    rights: v.optional(
      v.pipe(v.array(v.picklist(['read', 'write'])), v.minLength(1), v.maxLength(2), v.transform(distinct)),
      ['read'],
    ),
    /** Seconds. Either this or `until`. */
    duration: v.optional(v.pipe(seconds, v.minValue(60), v.maxValue(LONGEST_SECONDS))),
    /** Unix seconds. */
    until: v.optional(seconds),
    /** Shown to the person as the site's own words. */
    reason: v.pipe(shortText(300), v.nonEmpty()),
    /** The member who will read; `name` is the site's claim. */
    recipient: v.strictObject({ address, name: v.optional(memberName) }),
  }),
  v.check(
    (asked) => (asked.duration === undefined) !== (asked.until === undefined),
    'expected either duration or until',
  ),
  v.check(({ until }) => until === undefined || isAhead(until), 'expected an end from a minute to a year ahead'),
  v.check(
    ({ records, rights }) => records === undefined || !rights.includes('write'),
    'expected only read with records',
  ),
  v.check(
    ({ sections, optional = [] }) => !optional.some((one) => sections.includes(one)),
    'expected each section once, in sections or in optional',
  ),
);
export type AccessRequest = v.InferOutput<typeof AccessRequestSchema>;

const isAhead = (until: number): boolean => {
  const left = until - Date.now() / 1000;
  return left >= 60 && left <= LONGEST_SECONDS;
};

/** Every section that is asked for. */
export const sectionsOf = ({ sections, optional = [] }: AccessRequest): Section[] => [...sections, ...optional];
/** Unix seconds until which is asked. @param now Unix seconds */
export const askedUntil = ({ duration = 0, until }: AccessRequest, now: number): number => until ?? now + duration;

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
    /** Record of the patient that was ordered and is carried out by the resource. */
    fulfils: v.optional(shortText(200)),
    bundle: v.optional(v.looseObject({ resourceType: v.literal('Bundle') })),
  }),
  v.check((w) => (w.resource === undefined) !== (w.bundle === undefined), 'expected either resource or bundle'),
  v.check((w) => w.patient === undefined || w.section !== undefined, 'expected a section'),
  v.check(
    (w) => w.fulfils === undefined || (w.patient !== undefined && w.resource !== undefined),
    'expected fulfils only with a patient and a resource',
  ),
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
