import { isError, Wallet } from 'ethers';
import { NodeProvider } from '../manager/node-provider.ts';
import { isSalusError } from '../extension/core/errors.ts';
import { toHex } from '../extension/core/bytes.ts';
import type { Network } from '../extension/core/network/descriptor.ts';
import { registryInterface } from '../extension/core/registry/abi.ts';
import { originHash, RegistryClient } from '../extension/core/registry/client.ts';
import { PortalError } from './errors.ts';
import type { HospitalChain } from './hospital-chain.ts';

const CONFIRM_WITHIN_MS = 60_000;

/**
 * The registry over an Ethereum node's JSON-RPC; the hospital pays for its own calls. Nothing is asked before the first call.
 *
 * @param hospitalKey private key, 0x hex
 */
export function connectHospitalChain(network: Network, hospitalKey: string): HospitalChain & { close(): void } {
  const provider = new NodeProvider(network.rpcUrl, network.chainId);
  const wallet = new Wallet(hospitalKey, provider);
  const client = new RegistryClient(network, provider);
  let last: Promise<void> = Promise.resolve();

  return {
    address: wallet.address,
    member: (address) => reach(() => client.member(address)),
    hospitalOf: (origin) => reach(async () => (await client.hospitalOf(origin))?.address),
    enrol: (who, role) => send('enrol', [who, role]),
    setProfile: (digest) => send('setProfile', [toHex(digest)]),
    claimOrigin: (origin) => send('setOrigin', [originHash(origin), true]),
    close: () => provider.destroy(),
  };

  /**
   * One transaction at a time: two prepared side by side would take the same nonce. It is asked for each time, since the account may be
   * used elsewhere too, and a reorganisation may take back what counted.
   */
  function send(name: string, args: unknown[]): Promise<void> {
    const turn = last.then(() => reach(() => transact(name, args)));
    last = turn.catch(() => undefined);
    return turn;
  }

  async function transact(name: string, args: unknown[]): Promise<void> {
    await requireChain();
    const data = registryInterface.encodeFunctionData(name, args);
    const sent = await wallet.sendTransaction({ to: network.registry, data });
    await sent.wait(1, CONFIRM_WITHIN_MS);
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
    case 'NotA':
    case 'NotActive':
      return 'The hospital is not an active member of the health network. Ask the registrar to let it in, or to restore it.';
    default:
      return `The health network refused this (${revert}).`;
  }
}
