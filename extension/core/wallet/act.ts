import { isSalusError, SalusError } from '../errors.ts';
import { unlessLocked } from './account-lock.ts';
import { noteTime } from './act-times.ts';
import { payOurselves } from './own-payment.ts';
import type { ContractClient } from '../registry/contract-client.ts';
import type { Session } from './session.ts';

/** First pause between two looks at the chain; each is half as long again, up to the last. */
const FIRST_POLL_MS = 60;
const LAST_POLL_MS = 1_500;
const DONE_WITHIN_MS = 60_000;
/** How long is looked for an act whose answer got lost. */
const LOST_WITHIN_MS = 6_000;
/** How long managers have for what they said they would bring, before this account pays for it. */
const PATIENCE_MS = 20_000;

/** Where calls go: a registry of the network, or its care orders. */
interface Contract {
  readonly client: Pick<ContractClient, 'succeeded' | 'refusal'>;
  /** Its address. */
  readonly registry: string;
}

/** What the registry says of calls that it took already: their nonces are used, or they waited too long. They never land again. */
const OVER: readonly unknown[] = ['BadSignature', 'Expired'];

/**
 * Has signed calls brought to the chain by managers, or by this account itself where they refuse, are away or do not do it and it has
 * the ether; and waits until what they are for is there: a hash that succeeded is not the act, and an
 * answer that got lost is not its failure. Sends nothing while a node answers for another chain.
 * @param isDone asks the registry whether what the calls are for is so
 * @throws SalusError `wrong-chain`, `chain-unreachable` before anything was signed away; `sponsor-refused` when nothing was changed and
 * the chain as it is refuses it, `account-locked` where that is why; `outcome-unknown` as long as it may still come: at most until the signature is over, after minutes
 */
export async function act(
  session: Session,
  { client, registry }: Contract,
  calls: readonly string[],
  isDone: () => Promise<boolean>,
): Promise<void> {
  await session.client.checkChain();
  const handed = Date.now();
  let brought = await bring(session, registry, calls);
  let isOurs = false;
  const payNow = async () => {
    isOurs = true;
    const own = await orUnknown(() => payOurselves(session, registry, calls));
    if (own !== undefined) brought = { transaction: own };
  };
  if (brought.refused !== undefined) await payNow();
  const start = Date.now();
  const end = start + (brought.refused === undefined ? DONE_WITHIN_MS : LOST_WITHIN_MS);
  let failed = brought.refused !== undefined;
  let why: string | undefined;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, LAST_POLL_MS)) {
    if (await orUnknown(isDone)) return noteTime(session, Date.now() - handed);
    const { transaction } = brought;
    failed ||= transaction !== undefined && (await orUnknown(() => client.succeeded(transaction))) === false;
    // A transaction that failed may be somebody else's, and a manager that refuses may bring them all the same: the chain decides.
    why = failed ? await orUnknown(() => client.refusal(calls)) : undefined;
    // Their place may be taken by themselves, in a block that came since: that shows in what they are for.
    if (why !== undefined && !OVER.includes(why))
      throw await unlessLocked(session, brought.refused ?? refusedByChain());
    if (Date.now() > end) break;
    if (!isOurs && why === undefined && Date.now() > start + PATIENCE_MS) await payNow();
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  if (why !== undefined) throw brought.refused ?? refusedByChain();
  throw new SalusError(
    'outcome-unknown',
    'It is not known yet whether this was recorded. If it was, it shows here within ten minutes.',
  );
}

/** Hands calls to the managers. What comes back says no more than how to look. */
async function bring(
  { sponsor }: Session,
  registry: string,
  calls: readonly string[],
): Promise<{ transaction?: string; refused?: SalusError }> {
  try {
    return { transaction: await sponsor.submit(calls, registry) };
  } catch (error) {
    if (!isSalusError(error)) throw error;
    return { refused: error.code === 'sponsor-refused' ? error : refusedByChain() };
  }
}

/** Once calls are with others, a node that does not answer, or two that do not agree, are no failure of the act. */
export async function orUnknown<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question();
  } catch (error) {
    if (isSalusError(error, 'chain-unreachable') || isSalusError(error, 'nodes-disagree')) return undefined;
    throw error;
  }
}

const refusedByChain = () => new SalusError('sponsor-refused', 'The health network refused this. Nothing was changed.');
