import * as v from 'valibot';
import { SalusError } from '../core/errors.ts';
import { MOST_WORK_BITS, solveJoinWork } from '../core/registry/join-work.ts';
import type { SponsorPort } from '../core/wallet/ports.ts';

const AcceptedSchema = v.object({ transactionHash: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)) });
const RefusedSchema = v.object({ error: v.object({ code: v.string(), bits: v.optional(v.number()) }) });
const TIMEOUT_MS = 20_000;
/** Longest that is worked for being let in. */
const WORK_MS = 120_000;
/** What a manager says of calls that it will not bring, and that another one may. */
const REFUSALS: readonly string[] = ['reverted', 'bad-signature', 'stale', 'not-a-member', 'work-needed'];

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the managers in turn to bring signed calls to the chain; the same calls twice give the same transaction. */
export function managerSponsor(managers: readonly string[], chainId: number): SponsorPort {
  return {
    async submit(calls, registry) {
      let refused: SalusError | undefined;
      for (const manager of managers) {
        try {
          const { status, body } = await bring(manager, calls, registry);
          if (status === 202) return v.parse(AcceptedSchema, body).transactionHash;
          const why = v.safeParse(RefusedSchema, body);
          const code = why.success ? why.output.error.code : 'unknown';
          if (REFUSALS.includes(code) || status === 429) {
            refused = new SalusError('sponsor-refused', 'The health network refused this. Nothing was changed.', {
              why: code,
            });
          }
        } catch {
          continue; // down: the next one
        }
      }
      throw (
        refused ??
        new SalusError('managers-unreachable', 'None of the places that keep your record answers. Try again later.')
      );
    },
  };

  /** Does the work that a manager wants of somebody it does not know, and asks again. */
  async function bring(manager: string, calls: readonly string[], registry: string): Promise<Answer> {
    const first = await post(manager, { calls, registry });
    const wanted = v.safeParse(RefusedSchema, first.body);
    const { code, bits = 0 } = wanted.success ? wanted.output.error : {};
    if (code !== 'work-needed' || bits > MOST_WORK_BITS) return first;
    // The first argument of each call is the account that signed it.
    const joiner = { chainId, registry, account: `0x${calls[0]?.slice(34, 74) ?? ''}` };
    const work = await solveJoinWork(joiner, bits, AbortSignal.timeout(WORK_MS));
    return post(manager, { calls, registry, work });
  }
}

async function post(manager: string, body: unknown): Promise<Answer> {
  const response = await fetch(`${manager}/v1/sponsor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}
