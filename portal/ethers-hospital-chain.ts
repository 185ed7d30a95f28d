import { isError, Wallet } from 'ethers';
import { NodeProvider } from '../manager/node-provider.ts';
import { isSalusError } from '../extension/core/errors.ts';
import { toHex } from '../extension/core/bytes.ts';
import type { Network } from '../extension/core/network/descriptor.ts';
import { registryInterface } from '../extension/core/registry/abi.ts';
import { originHash, RegistryClient } from '../extension/core/registry/client.ts';
import { EnrolmentEvents } from './enrolment-events.ts';
import { PortalError } from './errors.ts';
import type { HospitalChain } from './hospital-chain.ts';
import { registryCalls } from './registry-calls.ts';

const CONFIRM_WITHIN_MS = 60_000;
/** Gas of one `setProfile` (docs/REGISTRY.md), twice: the fee may rise until it is sent. */
const PROFILE_GAS = 160_000n;

/**
 * The registry over an Ethereum node's JSON-RPC; the hospital pays for its own calls. Nothing is asked before the first call.
 *
 * @param hospitalKey private key, 0x hex
 */
export function connectHospitalChain(network: Network, hospitalKey: string): HospitalChain & { close(): void } {
  const provider = new NodeProvider(network.rpcUrl, network.chainId);
  const wallet = new Wallet(hospitalKey, provider);
  const client = new RegistryClient(network, provider);
  const events = new EnrolmentEvents(network, provider, client);
  let last: Promise<void> = Promise.resolve();

  return {
    address: wallet.address,
    member: (address) => reach(() => client.member(address)),
    staff: () => reach(() => events.enrolledBy(wallet.address)),
    organizations: () => reach(() => events.organizations()),
    hospitalOf: (origin) => reach(async () => (await client.hospitalOf(origin))?.address),
    enrol: (who, role) => send('enrol', [who, role]),
    suspend: (who) => send('suspend', [who]),
    restore: (who) => send('restore', [who]),
    payFee: (who) => inTurn(() => payFee(who)),
    setProfile: (digest) => send('setProfile', [toHex(digest)]),
    claimOrigin: (origin) => send('setOrigin', [originHash(origin), true]),
    close: () => provider.destroy(),
  };

  /**
   * One transaction at a time: two prepared side by side would take the same nonce. It is asked for each time, since the account may be
   * used elsewhere too, and a reorganisation may take back what counted.
   */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = last.then(() => reach(work));
    last = turn.catch(() => undefined);
    return turn;
  }

  function send(name: string, args: unknown[]): Promise<void> {
    return inTurn(() => transact(network.registry, { data: registryCalls.encodeFunctionData(name, args) }));
  }

  async function transact(to: string, what: { readonly data?: string; readonly value?: bigint }): Promise<void> {
    await requireChain();
    const sent = await wallet.sendTransaction({ to, ...what });
    await sent.wait(1, CONFIRM_WITHIN_MS);
  }

  async function payFee(who: string): Promise<void> {
    const [has, { maxFeePerGas, gasPrice }] = await Promise.all([provider.getBalance(who), provider.getFeeData()]);
    const lacks = PROFILE_GAS * (maxFeePerGas ?? gasPrice ?? 0n) - has;
    if (lacks > 0n) await transact(who, { value: lacks });
  }

  /** Before anything is signed: a transaction for another chain would be sent to strangers. */
  async function requireChain(): Promise<void> {
    const reported = Number(await provider.send('eth_chainId', []));
    if (reported === network.chainId) return;
    throw new PortalError('chain-unavailable', `The node at rpcUrl is of chain ${reported}, not ${network.chainId}.`);
  }
}

/** Messages of ethers are dropped: they hold the URL and the calldata. */
async function reach<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof PortalError) throw error;
    if (isError(error, 'CALL_EXCEPTION')) throw new PortalError('chain-refused', refusal(revertName(error.data)));
    if (isError(error, 'INSUFFICIENT_FUNDS')) {
      throw new PortalError('chain-refused', 'The hospital’s account has no ether to pay for its calls. Fund it.');
    }
    if (isSalusError(error) && error.code !== 'chain-unreachable') throw error;
    throw new PortalError('chain-unavailable', 'The health network does not answer. Try again shortly.');
  }
}

const revertName = (data: string | null): string =>
  (data && registryInterface.getError(data.slice(0, 10))?.name) || 'unknown';

function refusal(revert: string): string {
  switch (revert) {
    case 'AlreadyEnrolled':
      return 'This account already has a role in the health network.';
    case 'OriginTaken':
      return 'Another hospital has registered this web address. Ask the registrar to clear it.';
    case 'TooManyOrigins':
      return 'The hospital has registered as many web addresses as it may. Clear one it no longer uses.';
    case 'MayNotEnrol':
      return 'The hospital does not answer for this account now, or the health network itself suspended it. Ask the registrar.';
    case 'NotA':
    case 'NotActive':
      return 'The hospital is not an active member of the health network. Ask the registrar to let it in, or to restore it.';
    default:
      return `The health network refused this (${revert}).`;
  }
}
