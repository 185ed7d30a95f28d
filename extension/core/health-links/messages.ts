import * as v from 'valibot';

/** Longest file of a link, in characters of its JWE: some thousand resources, deflated. */
export const MOST_FILE = 4 * 1_048_576;
/** How often a link may be opened at most. */
export const MOST_USES = 100;
/** A link lasts for at most so many seconds: a year. */
export const LONGEST_SECONDS = 366 * 86_400;
export const MOST_PASSCODE = 100;
/** Of whoever opens a link says who they are. */
export const MOST_RECIPIENT = 200;

const bytes32 = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/));
const account = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/), v.toLowerCase());
const signature = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{130}$/));
const moment = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Body of `POST /v1/links`. */
export const KeepLinkSchema = v.strictObject({
  signer: account,
  id: bytes32,
  /** A JWE in compact form. */
  file: v.pipe(v.string(), v.maxLength(MOST_FILE), v.regex(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/)),
  expires: moment,
  most: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MOST_USES)),
  /** Empty for none. */
  passcode: v.pipe(v.string(), v.maxLength(MOST_PASSCODE)),
  at: moment,
  signature,
});
export type KeepLinkRequest = v.InferOutput<typeof KeepLinkSchema>;

/** Body of `POST /v1/links/<id>/end` and `POST /v1/links/<id>/uses`. */
export const AskLinkSchema = v.strictObject({ signer: account, at: moment, signature });

/** Answer of `POST /v1/links/<id>/uses`. */
export const LinkStandingSchema = v.object({
  state: v.picklist(['open', 'expired', 'used-up', 'locked', 'ended']),
  wrong: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  uses: v.pipe(
    v.array(v.object({ at: moment, recipient: v.pipe(v.string(), v.maxLength(MOST_RECIPIENT)) })),
    v.maxLength(MOST_USES),
  ),
});
export type LinkStanding = v.InferOutput<typeof LinkStandingSchema>;

/** Body of a manifest request (HL7 SMART Health Cards and Links 1.0.0). */
export const ManifestRequestSchema = v.object({
  recipient: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(MOST_RECIPIENT)),
  passcode: v.optional(v.pipe(v.string(), v.maxLength(MOST_PASSCODE))),
  embeddedLengthMax: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});
