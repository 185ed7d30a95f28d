import { keccak256 } from 'ethers';
import type { ReadRequest } from '../../extension/core/custody/keeper-messages.ts';
import { registryInterface } from '../../extension/core/registry/abi.ts';
import { CallReverted } from '../chain.ts';
import { HourlyLimit } from '../hourly-limit.ts';
import { withMargin } from '../sponsor/outbox.ts';
import type { Payer } from './anchoring.ts';

/** Reports per hour, of all signers together: a flood of refused requests costs no more than these. */
const PER_HOUR = 12;
/** Reports per hour of one signer: whoever is reported has time to see it, and does not stumble into a lock. */
const PER_SIGNER = 1;
/** Requests that wait to be reported, one of each signer. */
const MOST_WAITING = 64;
/** The registry knows the hashes of 256 blocks; a report that lands later is paid for and counts nothing. */
const MOST_BLOCKS = 192;

/** What {@link createReporting} needs. */
export interface ReportingParts {
  /** Whether this manager reports at all. */
  readonly isOn: boolean;
  /** Number of the newest block that was followed. */
  readonly newest: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Reports of signed requests that were refused for want of consent: see `IAccess.report`. */
export interface Reporting {
  /** Notes a request that was refused for want of consent. It waits in memory: one that a restart forgets is not reported. */
  refused(request: ReadRequest): void;
  /**
   * Reports what waits and what the registry would count. What it would not count is dropped, as what has become too old.
   * @returns how many were sent
   * @throws ManagerError, ChainError, and the rest waits for the next time
   */
  report(payer: Payer): Promise<number>;
}

export function createReporting({ isOn, newest, now }: ReportingParts): Reporting {
  const [inAll, bySigner] = [new HourlyLimit(PER_HOUR, now), new HourlyLimit(PER_SIGNER, now)];
  /** By signer and registry: one request is as good as many. */
  const waiting = new Map<string, ReadRequest>();
  let running: Promise<number> | undefined;

  return {
    refused(request) {
      const name = nameOf(request);
      if (!isOn || bySigner.wait(name) > 0 || waiting.has(name) || waiting.size >= MOST_WAITING) return;
      waiting.set(name, request);
    },
    report: (payer) =>
      (running ??= report(payer).finally(() => {
        running = undefined;
      })),
  };

  async function report(payer: Payer): Promise<number> {
    let sent = 0;
    for (const [name, request] of waiting) {
      const isOld = request.blockNumber < newest() - MOST_BLOCKS;
      if (!isOld && inAll.wait('all') > 0) continue;
      if (!isOld && (await send(name, request, payer))) sent += 1;
      waiting.delete(name);
    }
    return sent;
  }

  /** @returns false where the registry would count nothing */
  async function send(name: string, request: ReadRequest, { account, outbox }: Payer): Promise<boolean> {
    const { registry: to, signature, ...reading } = request;
    const data = registryInterface.encodeFunctionData('report', [reading, signature]);
    const key = keccak256(`${to}${data.slice(2)}`);
    // An earlier try of which it was not known whether a node had it.
    if ((await outbox.known(key)) !== undefined) return true;
    try {
      // The registry is asked what it would do before anything is sent.
      const gas = await account.estimate(to, data);
      for (const [limit, of] of [[inAll, 'all'] as const, [bySigner, name] as const]) limit.count(of);
      await outbox.send({ key, to, data, gasLimit: withMargin(gas), purses: ['reports'] });
      return true;
    } catch (error) {
      if (error instanceof CallReverted) return false;
      throw error;
    }
  }
}

const nameOf = ({ registry, signer }: ReadRequest): string => `${registry}/${signer}`;
