/** HTTP status of each error code a client of the manager can receive. */
const STATUS = {
  'bad-request': 400,
  'bad-car': 400,
  'bad-signature': 401,
  stale: 401,
  'not-a-member': 403,
  'no-consent': 403,
  'not-found': 404,
  'not-acceptable': 406,
  'too-slow': 408,
  reverted: 409,
  replayed: 409,
  erased: 410,
  moved: 409,
  'not-cached': 412,
  'too-large': 413,
  'unsupported-media-type': 415,
  'bad-block': 422,
  incomplete: 422,
  inconsistent: 422,
  behind: 425,
  'work-needed': 428,
  'too-many-requests': 429,
  'over-quota': 429,
  internal: 500,
  corrupt: 500,
  'chain-unavailable': 503,
  'wrong-chain': 503,
  'sponsor-unfunded': 503,
  'sponsor-spent': 503,
  'fee-too-high': 503,
  busy: 503,
  'storage-unavailable': 503,
  unchecked: 503,
  restored: 503,
  'storage-full': 507,
} as const;

/** What went wrong, for a program to act on. */
export type ErrorCode = keyof typeof STATUS;

/** Further facts some codes carry. */
export interface ErrorDetails {
  /** `reverted`: name of the registry's custom error, or `unknown`. */
  revert?: string;
  /** `moved`: lines that the log had when its head was last seen. */
  size?: number;
  /** `work-needed`: zero bits that the work must have. */
  bits?: number;
  /** Seconds to wait, where waiting helps. */
  retryAfter?: number;
}

/**
 * An error whose message may be shown to the client: it says what to do and holds nothing about a person.
 * Everything else that is thrown is answered as `internal`, without its message.
 */
export class ManagerError extends Error {
  override readonly name = 'ManagerError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }

  /** HTTP status of {@link code}. */
  get status(): number {
    return STATUS[this.code];
  }

  /** Body of the answer: `{error: {code, message, revert?, bits?, size?}}`. */
  toBody(): { error: { code: ErrorCode; message: string } & Omit<ErrorDetails, 'retryAfter'> } {
    const { retryAfter, ...told } = this.details;
    void retryAfter;
    return { error: { code: this.code, message: this.message, ...told } };
  }
}

/** Whether a file operation failed for want of space. blockstore-fs keeps the system's code only in the message. */
export function isStorageFull(error: unknown): boolean {
  return (
    error instanceof Error &&
    /\b(ENOSPC|EDQUOT)\b/.test(`${'code' in error ? String(error.code) : ''} ${error.message}`)
  );
}
