import * as v from 'valibot';
import { SalusError } from '../core/errors.ts';
import type { SponsorPort } from '../core/wallet/ports.ts';

const AcceptedSchema = v.object({ transactionHash: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/)) });
const RefusedSchema = v.object({ error: v.object({ code: v.string() }) });
const TIMEOUT_MS = 20_000;

/** Asks the managers in turn to bring signed calls to the chain; the same calls twice give the same transaction. */
export function managerSponsor(managers: readonly string[]): SponsorPort {
  return {
    async submit(calls, registry) {
      let refused: SalusError | undefined;
      for (const manager of managers) {
        try {
          const response = await fetch(`${manager}/v1/sponsor`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ calls, registry }),
            credentials: 'omit',
            referrerPolicy: 'no-referrer',
            signal: AbortSignal.timeout(TIMEOUT_MS),
          });
          const body: unknown = await response.json();
          if (response.ok) return v.parse(AcceptedSchema, body).transactionHash;
          const why = v.safeParse(RefusedSchema, body);
          const code = why.success ? why.output.error.code : 'unknown';
          if (code === 'reverted' || response.status === 429) {
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
}
