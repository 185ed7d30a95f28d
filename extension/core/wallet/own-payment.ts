import { isSalusError } from '../errors.ts';
import { registryInterface } from '../registry/abi.ts';
import type { Session } from './session.ts';
import { mostFee, prepare, send, sentTransactions } from './transactions.ts';

/** Most that one act costs without the person being asked, in wei: a hundredth of an ether. */
const MOST_FEE = 10n ** 16n;

/**
 * Brings signed calls to the chain and pays for them from this account's own ether, where nobody else does. It is listed among the
 * payments. One act waits at a time, since what waits may come too late for the next; what ends a permission never waits.
 * @returns hash of the transaction; undefined where the account has not enough, the fee is out of proportion, or the chain as it is
 * would refuse
 * @throws SalusError `vault-locked`
 */
export async function payOurselves(
  session: Session,
  registry: string,
  calls: readonly string[],
): Promise<string | undefined> {
  try {
    const isEnd = calls.every((data) => registryInterface.parseTransaction({ data })?.name === 'revokeFor');
    const waits = async () =>
      (await sentTransactions(session)).some(({ kind, status }) => kind === 'act' && status === 'waiting');
    if (!isEnd && (await waits())) return undefined;
    const data = registryInterface.encodeFunctionData('multicall', [calls]);
    const { prepared, outlook } = await prepare(session, { to: registry, value: 0n, data });
    if (outlook !== 'works' || mostFee(prepared) > MOST_FEE) return undefined;
    return await send(session, prepared, { origin: '', kind: 'act' });
  } catch (error) {
    if (!isSalusError(error) || error.code === 'vault-locked') throw error;
    return undefined;
  }
}
