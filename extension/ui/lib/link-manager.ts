import * as v from 'valibot';
import { wallet } from '../../adapters/messaging/ui-client.ts';
import { fromHex } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import { LinkStandingSchema, type LinkStanding } from '../../core/health-links/messages.ts';
import { toBase64Url } from '../../core/health-links/write-link.ts';
import type { GivenLink } from '../../core/wallet/sealed-state.ts';

const ANSWER_MS = 60_000;

/** Sends JSON to a manager. @throws SalusError `managers-unreachable` */
export async function postTo(url: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch {
    throw new SalusError('managers-unreachable', 'The manager does not answer.');
  }
}

const ask = async ({ id, manager }: GivenLink, act: 'end' | 'uses'): Promise<Response> =>
  postTo(`${manager}/v1/links/${toBase64Url(fromHex(id))}/${act}`, await wallet.askOfLink(id, act));

/** How a link stands; undefined where its manager has nothing of it any more. @throws SalusError `managers-unreachable` */
export async function standingOf(link: GivenLink): Promise<LinkStanding | undefined> {
  const answer = await ask(link, 'uses');
  if (answer.status === 404) return undefined;
  const standing = v.safeParse(LinkStandingSchema, answer.ok ? await answer.json().catch(() => undefined) : undefined);
  if (!standing.success) throw new SalusError('managers-unreachable', 'The manager does not answer as it should.');
  return standing.output;
}

/** Has its manager delete what a link leads to. @throws SalusError `managers-unreachable` */
export async function endLink(link: GivenLink): Promise<void> {
  const answer = await ask(link, 'end');
  if (!answer.ok && answer.status !== 404) throw new SalusError('managers-unreachable', 'The manager did not end it.');
}
