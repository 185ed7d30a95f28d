import { isSalusError, SalusError } from '../errors.ts';
import { registryInterface } from '../registry/abi.ts';
import type { Deployment, Session } from './session.ts';

/** First pause between two looks at the chain; each is half as long again, up to the last. */
const FIRST_POLL_MS = 60;
const LAST_POLL_MS = 1_500;
const DONE_WITHIN_MS = 60_000;
/** How long is looked for an act whose answer got lost. */
const LOST_WITHIN_MS = 6_000;

/**
 * Has signed calls brought to the chain, and waits until what they are for is there: a hash that succeeded is not the act, and an
 * answer that got lost is not its failure. Sends nothing while a node answers for another chain.
 * @param isDone asks the registry whether what the calls are for is so
 * @throws SalusError `wrong-chain`; `sponsor-refused`, `managers-unreachable` when nothing was changed, nor will be; `outcome-unknown`
 */
export async function act(
  session: Session,
  { client, registry }: Deployment,
  calls: readonly string[],
  isDone: () => Promise<boolean>,
): Promise<void> {
  await session.client.checkChain();
  let transaction: string | undefined;
  let refused: SalusError | undefined;
  try {
    transaction = await session.sponsor.submit(calls, registry);
  } catch (error) {
    if (!isSalusError(error)) throw error;
    refused = error;
  }
  const end = Date.now() + (refused === undefined ? DONE_WITHIN_MS : LOST_WITHIN_MS);
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, LAST_POLL_MS)) {
    if (await isDone()) return;
    if (refused !== undefined && (await cannotLand(session, registry, calls))) throw refused;
    if (transaction !== undefined && (await client.succeeded(transaction)) === false) {
      // Only one that named these calls can have failed with them.
      if (await cannotLand(session, registry, calls)) throw refusedByChain();
      transaction = undefined;
    }
    if (Date.now() > end) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  if (refused?.code === 'managers-unreachable') throw refused;
  throw new SalusError(
    'outcome-unknown',
    'It is not known yet whether this was recorded. If it was, it shows here within a few minutes.',
  );
}

/** Whether the chain as it is refuses these calls, whoever brings them. */
export async function cannotLand(session: Session, registry: string, calls: readonly string[]): Promise<boolean> {
  const data = registryInterface.encodeFunctionData('multicall', [calls]);
  try {
    await session.client.provider.call({ to: registry, data });
    return false;
  } catch (error) {
    return (error as { code?: unknown }).code === 'CALL_EXCEPTION';
  }
}

const refusedByChain = () => new SalusError('sponsor-refused', 'The health network refused this. Nothing was changed.');
