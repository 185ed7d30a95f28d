import * as v from 'valibot';
import { fixFor } from './fixes.ts';

const ErrorSchema = v.object({
  code: v.number(),
  message: v.string(),
  data: v.optional(v.object({ reason: v.optional(v.string()) })),
});

/** JSON-RPC 2.0 internal error. */
const INTERNAL = -32603;

/** A request to the wallet that failed. The message is for developers and ends with what to do. Holds nothing of a record. */
export class HealthError extends Error {
  override readonly name = 'HealthError';
  /** EIP-1193 or JSON-RPC code: 4001 not approved, 4100 not allowed, 4900 not connected, -32602 wrong params ... */
  readonly code: number;
  /** A fixed word to act on, such as `no-consent` or `already-pending`; `unexpected-answer` when the wallet broke its own contract. */
  readonly reason: string | undefined;
  /** What the portal's developer does about it. */
  readonly fix: string | undefined;

  /** @param message what happened */
  constructor(code: number, message: string, reason?: string) {
    const fix = fixFor(code, reason);
    super([message, fix].filter((part) => part !== undefined).join(' '));
    this.code = code;
    this.reason = reason;
    this.fix = fix;
  }

  /** Whatever a provider rejected with, as a HealthError. */
  static from(error: unknown): HealthError {
    if (error instanceof HealthError) return error;
    const parsed = v.safeParse(ErrorSchema, error);
    if (!parsed.success) return new HealthError(INTERNAL, 'The wallet failed without saying why.');
    const { code, message, data } = parsed.output;
    return new HealthError(code, message, data?.reason);
  }
}

/** The wallet's answer is not what its interface promises: wallet and SDK are of different versions. */
export const unexpectedAnswer = (method: string) =>
  new HealthError(INTERNAL, `The wallet’s answer to ${method} was not understood.`, 'unexpected-answer');
