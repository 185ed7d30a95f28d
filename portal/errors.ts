/** HTTP status of each error code a page of the portal can receive. */
const STATUS = {
  'bad-request': 400,
  'bad-sign-in': 401,
  'stale-sign-in': 401,
  'not-signed-in': 401,
  'not-allowed': 403,
  'not-found': 404,
  'unknown-invitation': 404,
  'already-enrolled': 409,
  'used-invitation': 410,
  'expired-invitation': 410,
  'too-large': 413,
  'too-many-requests': 429,
  internal: 500,
  'chain-unavailable': 503,
  'chain-refused': 503,
} as const;
export type PortalErrorCode = keyof typeof STATUS;

/** An error whose message may be shown in a page: it says what to do. Everything else is answered as `internal`. */
export class PortalError extends Error {
  override readonly name = 'PortalError';
  readonly code: PortalErrorCode;

  constructor(code: PortalErrorCode, message: string) {
    super(message);
    this.code = code;
  }

  /** HTTP status of {@link code}. */
  get status(): number {
    return STATUS[this.code];
  }

  /** Body of the answer. */
  toBody(): { error: { code: PortalErrorCode; message: string } } {
    return { error: { code: this.code, message: this.message } };
  }
}
