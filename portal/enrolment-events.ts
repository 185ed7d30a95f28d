import { getAddress } from 'ethers';
import type { ChainNode } from '../extension/core/chain/node.ts';
import type { Topics } from '../extension/core/chain/log-windows.ts';
import type { Network } from '../extension/core/network/descriptor.ts';
import { addressIn, MEMBER_TOPICS, Questions, topicOfAddress, wordsOf } from '../extension/core/proof/questions.ts';
import { registryInterface, Role } from '../extension/core/registry/abi.ts';
import type { RegistryClient } from '../extension/core/registry/client.ts';
import type { Enrolled } from './hospital-chain.ts';

/** Members whose state is asked for at once. */
const AT_ONCE = 8;
const ORIGIN_SET = registryInterface.getEvent('OriginSet')?.topicHash ?? '';
const roleTopic = (role: Role): string => `0x${role.toString(16).padStart(64, '0')}`;

/** Who was let in, by the registry's events; what they are now, by the registry itself. */
export class EnrolmentEvents {
  readonly #questions: Questions;
  readonly #fromBlock: number;
  readonly #client: RegistryClient;
  /** Unix seconds of blocks. */
  readonly #times = new Map<number, number>();

  constructor({ registry, fromBlock }: Network, node: ChainNode, client: RegistryClient) {
    this.#questions = new Questions((method, params) => node.send(method, params), registry);
    this.#fromBlock = fromBlock;
    this.#client = client;
  }

  /** Members of one who lets others in, the newest first. */
  async enrolledBy(enroller: string): Promise<Enrolled[]> {
    const found = await this.#enrolled([[MEMBER_TOPICS.enrolled], null, null, topicOfAddress(enroller)]);
    return found.filter((one) => one.enroller === enroller);
  }

  /** Hospitals and EHR managers, the newest first. */
  async organizations(): Promise<(Enrolled & { readonly origins: number })[]> {
    const roles = [Role.Hospital, Role.EhrManager];
    const [found, origins] = await Promise.all([
      this.#enrolled([[MEMBER_TOPICS.enrolled], null, roles.map(roleTopic)]),
      this.#origins(),
    ]);
    const current = found.filter(({ role }) => roles.some((one) => one === role));
    return current.map((one) => ({ ...one, origins: origins.get(one.address) ?? 0 }));
  }

  async #enrolled(filter: Topics): Promise<Enrolled[]> {
    const logs = await this.#logs(filter);
    /** Block of the last time each was let in. */
    const blocks = new Map(logs.map(({ topics, block }) => [getAddress(addressIn(topics[1])), block]));
    const queue = [...blocks].sort(([, a], [, b]) => b - a);
    const found: Enrolled[] = [];
    for (let i = 0; i < queue.length; i += AT_ONCE) {
      const some = queue.slice(i, i + AT_ONCE).map(async ([address, block]): Promise<Enrolled> => {
        const [member, since] = await Promise.all([this.#client.member(address), this.#timeOf(block)]);
        return { ...member, since };
      });
      found.push(...(await Promise.all(some)));
    }
    return found;
  }

  /** How many web origins each hospital has, by who claimed each last. */
  async #origins(): Promise<Map<string, number>> {
    const holders = new Map<string, string | undefined>();
    for (const { topics, data } of await this.#logs([[ORIGIN_SET]])) {
      const [, hospital, origin = ''] = topics;
      const isTheirs = Number(`0x${wordsOf(data)[0] ?? 0}`) === 1;
      holders.set(origin, isTheirs ? getAddress(addressIn(hospital)) : undefined);
    }
    const counts = new Map<string, number>();
    for (const holder of holders.values()) if (holder !== undefined) counts.set(holder, (counts.get(holder) ?? 0) + 1);
    return counts;
  }

  async #logs(filter: Topics) {
    const head = (await this.#questions.block('latest'))?.number ?? this.#fromBlock;
    return this.#questions.logs([filter], this.#fromBlock, head);
  }

  async #timeOf(block: number): Promise<number> {
    const known = this.#times.get(block) ?? (await this.#questions.block(block))?.timestamp ?? 0;
    this.#times.set(block, known);
    return known;
  }
}
