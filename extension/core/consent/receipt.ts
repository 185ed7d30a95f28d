import * as v from 'valibot';
import { randomId } from '../bytes.ts';
import { FOLDER_KINDS } from '../records/sections.ts';
import { PURPOSES } from './purposes.ts';
import { RuleSchema } from './rule.ts';

/** In place of a site's origin: the patient began this share. It counts at the sites of the hospital that vouches for its recipient. */
export const BY_PATIENT = 'wallet';

/** What a patient lets somebody do. `dispense`: carry out a prescription that is there; `share`: let others see it in their place. */
export const RIGHTS = ['read', 'write', 'dispense', 'share'] as const;
export type RightName = (typeof RIGHTS)[number];

const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/));
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/**
 * Consent receipt: what was asked, by whom, and what the person decided. Field names follow ISO/IEC TS 27560 where it has
 * them. Kept by both sides, only ever sealed. Times are Unix seconds.
 */
export const ReceiptSchema = v.strictObject({
  schema: v.literal('salus/receipt/v1'),
  recordId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  principal: address,
  /** What the patient chose to be called by this recipient. */
  principalName: v.optional(v.pipe(v.string(), v.maxLength(200))),
  recipient: address,
  recipientName: v.optional(v.pipe(v.string(), v.maxLength(200))),
  /** Account of the delegate who gave it in the patient's place; the words in it are theirs then. */
  delegate: v.optional(address),
  /** Its recipient may let others see it too, in the patient's place, for these purposes. */
  passOn: v.optional(v.pipe(v.array(v.picklist(PURPOSES)), v.minLength(1))),
  origin: v.pipe(v.string(), v.maxLength(300)),
  purpose: v.picklist(PURPOSES),
  /** The site's own words. */
  reason: v.pipe(v.string(), v.maxLength(500)),
  sections: v.array(
    v.strictObject({
      section: v.picklist(FOLDER_KINDS),
      folder: seconds,
      /** What may be done with this one, where that is not what may be done with all. */
      rights: v.optional(v.array(v.picklist(RIGHTS))),
    }),
  ),
  /** What is in a folder of picked things is added to by itself, as this says. */
  rule: v.optional(RuleSchema),
  rights: v.array(v.picklist(['read', 'write'])),
  issued: seconds,
  until: seconds,
  chainId: seconds,
  registry: address,
  jurisdictionNote: v.literal('Access can be stopped at any time. What was already read cannot be taken back.'),
});
export type Receipt = v.InferOutput<typeof ReceiptSchema>;

/** A receipt of what was decided now. */
export const newReceipt = (decided: Omit<Receipt, 'schema' | 'recordId' | 'jurisdictionNote'>): Receipt => ({
  schema: 'salus/receipt/v1',
  recordId: randomId(),
  ...decided,
  jurisdictionNote: 'Access can be stopped at any time. What was already read cannot be taken back.',
});
