import { Contract, getAddress, keccak256, toUtf8Bytes, type JsonRpcApiProvider, type Log } from 'ethers';
import { fromHex, toHex, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Network } from '../network/descriptor.ts';
import { REGISTRY_ABI, registryInterface, Role } from './abi.ts';

export interface Member {
  readonly address: string;
  readonly role: Role;
  readonly active: boolean;
  /** Who let this member in; for a doctor, the hospital. */
  readonly enroller: string;
  /** Registered encryption key, or undefined while none is set. */
  readonly encryptionKey?: Bytes;
  /** Digest of the public profile object, or undefined. */
  readonly profile?: Bytes;
}

export interface RecordAdded {
  readonly id: string;
  readonly patient: string;
  readonly author: string;
  readonly folder: number;
  readonly epoch: number;
  /** Digest of the entry's CID. */
  readonly cid: Bytes;
  readonly commitment: Bytes;
  readonly block: number;
  readonly transaction: string;
}

export interface Granted {
  readonly patient: string;
  readonly grantee: string;
  readonly folder: number;
  /** Unix seconds. */
  readonly until: number;
  readonly purposes: number;
  readonly rights: number;
  readonly epoch: number;
  readonly receipt: Bytes;
  readonly block: number;
  readonly transaction: string;
}

export interface Rotated {
  readonly folder: number;
  readonly epoch: number;
  readonly keyring: Bytes;
  readonly block: number;
}

/** Who to look for in the logs; at least one of the two. */
export interface Parties {
  readonly patient?: string;
  /** Author of a record, or grantee of a grant. */
  readonly member?: string;
}

const nonZero = (hex: string): Bytes | undefined => (/^0x0*$/.test(hex) ? undefined : fromHex(hex));
const topic = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;

/** keccak256 of a web origin, as the registry stores it. */
export const originHash = (origin: string): string => keccak256(toUtf8Bytes(origin));

/**
 * Reads one registry. Every answer is what one RPC node says: callers check records against their commitments and heads.
 * All methods throw SalusError `chain-unreachable` when the node gives no usable answer.
 */
export class RegistryClient {
  readonly network: Network;
  readonly provider: JsonRpcApiProvider;
  readonly #contract: Contract;
  readonly #times = new Map<number, number>();

  constructor(network: Network, provider: JsonRpcApiProvider) {
    this.network = network;
    this.provider = provider;
    this.#contract = new Contract(network.registry, REGISTRY_ABI, provider);
  }

  /** @throws SalusError `wrong-chain` when the node serves another chain */
  async checkChain(): Promise<void> {
    // Asked of the node itself: `getNetwork()` only repeats what the provider was told.
    const chainId = await this.#ask(() => this.provider.send('eth_chainId', []) as Promise<unknown>);
    if (Number(chainId) !== this.network.chainId) {
      throw new SalusError('wrong-chain', 'The network node answers for another network.', {
        chainId: Number(chainId),
      });
    }
  }

  async member(address: string): Promise<Member> {
    const [m, active, key, profile] = await Promise.all([
      this.#view<{ role: bigint; enroller: string }>('member', address),
      this.#view<boolean>('isActive', address),
      this.#view<string>('encryptionKey', address),
      this.#view<string>('profile', address),
    ]);
    const encryptionKey = nonZero(key);
    const digest = nonZero(profile);
    return {
      address: getAddress(address),
      role: Number(m.role) as Role,
      active,
      enroller: m.enroller,
      ...(encryptionKey && { encryptionKey }),
      ...(digest && { profile: digest }),
    };
  }

  /** The active hospital that registered this web origin, or undefined. */
  async hospitalOf(origin: string): Promise<Member | undefined> {
    const address = await this.#view<string>('hospitalOf', originHash(origin));
    if (nonZero(address) === undefined) return undefined;
    const member = await this.member(address);
    return member.active && member.role === Role.Hospital ? member : undefined;
  }

  /** Unix seconds of a block; undefined when the node does not have it. Kept, since a block's time does not change. */
  async timeOf(block: number): Promise<number | undefined> {
    const known = this.#times.get(block);
    if (known !== undefined) return known;
    const found = await this.#ask(() => this.provider.getBlock(block));
    if (found !== null) this.#times.set(block, found.timestamp);
    return found?.timestamp;
  }

  /** Unix seconds at which a member was last let in, or undefined. */
  async enrolledAt(address: string): Promise<number | undefined> {
    const logs = await this.#logs('Enrolled', [topic(address)]);
    const last = logs.at(-1);
    if (last === undefined) return undefined;
    return this.timeOf(last.blockNumber);
  }

  may(grantee: string, patient: string, folder: number, rights: number, purposes: number): Promise<boolean> {
    return this.#view<boolean>('may', grantee, patient, folder, rights, purposes);
  }

  async folder(
    patient: string,
    folder: number,
  ): Promise<{ head: string; count: number; epoch: number; floor: number }> {
    const f = await this.#view<{ head: string; count: bigint; epoch: bigint; floor: bigint }>(
      'folders',
      patient,
      folder,
    );
    return { head: f.head, count: Number(f.count), epoch: Number(f.epoch), floor: Number(f.floor) };
  }

  /** End of a grant in Unix seconds and its rights, as they stand now (0 when revoked or never given). */
  async grant(
    patient: string,
    grantee: string,
    folder: number,
  ): Promise<{ until: number; rights: number; purposes: number }> {
    const g = await this.#view<{ until: bigint; rights: bigint; purposes: bigint }>('grants', patient, grantee, folder);
    return { until: Number(g.until), rights: Number(g.rights), purposes: Number(g.purposes) };
  }

  nonce(owner: string, key: bigint): Promise<bigint> {
    return this.#view<bigint>('nonces', owner, key);
  }

  async records({ patient, member }: Parties): Promise<RecordAdded[]> {
    const logs = await this.#logs('RecordAdded', [
      null,
      patient ? topic(patient) : null,
      member ? topic(member) : null,
    ]);
    return logs.map((log) => {
      const a = registryInterface.decodeEventLog('RecordAdded', log.data, log.topics);
      return {
        id: String(a['id']),
        patient: String(a['patient']),
        author: String(a['author']),
        folder: Number(a['folder']),
        epoch: Number(a['epoch']),
        cid: fromHex(String(a['cid'])),
        commitment: fromHex(String(a['commitment'])),
        block: log.blockNumber,
        transaction: log.transactionHash,
      };
    });
  }

  async granted({ patient, member }: Parties): Promise<Granted[]> {
    const logs = await this.#logs('Granted', [patient ? topic(patient) : null, member ? topic(member) : null]);
    return logs.map((log) => {
      const a = registryInterface.decodeEventLog('Granted', log.data, log.topics);
      return {
        patient: String(a['patient']),
        grantee: String(a['grantee']),
        folder: Number(a['folder']),
        until: Number(a['until']),
        purposes: Number(a['purposes']),
        rights: Number(a['rights']),
        epoch: Number(a['epoch']),
        receipt: fromHex(String(a['receipt'])),
        block: log.blockNumber,
        transaction: log.transactionHash,
      };
    });
  }

  async rotations(patient: string): Promise<Rotated[]> {
    const logs = await this.#logs('Rotated', [topic(patient)]);
    return logs.map((log) => {
      const a = registryInterface.decodeEventLog('Rotated', log.data, log.topics);
      return {
        folder: Number(a['folder']),
        epoch: Number(a['epoch']),
        keyring: fromHex(String(a['keyring'])),
        block: log.blockNumber,
      };
    });
  }

  /** Status of a transaction: undefined while it is not in a block. */
  async succeeded(transaction: string): Promise<boolean | undefined> {
    const receipt = await this.#ask(() => this.provider.getTransactionReceipt(transaction));
    return receipt === null ? undefined : receipt.status === 1;
  }

  /** Logs of one event over the registry's whole life. The range is halved where the node refuses it. */
  async #logs(event: string, topics: (string | null)[]): Promise<Log[]> {
    const first = registryInterface.getEvent(event)?.topicHash ?? null;
    const latest = await this.#ask(() => this.provider.getBlockNumber());
    const range = async (fromBlock: number, toBlock: number): Promise<Log[]> => {
      try {
        const filter = { address: this.network.registry, topics: [first, ...topics], fromBlock, toBlock };
        return await this.provider.getLogs(filter);
      } catch (error) {
        if (toBlock - fromBlock < 16) throw unreachable(error);
        const middle = Math.floor((fromBlock + toBlock) / 2);
        return [...(await range(fromBlock, middle)), ...(await range(middle + 1, toBlock))];
      }
    };
    return range(this.network.fromBlock, latest);
  }

  async #view<T>(name: string, ...args: unknown[]): Promise<T> {
    return this.#ask(async () => (await this.#contract.getFunction(name).staticCall(...args)) as T);
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw unreachable(error);
    }
  }
}

function unreachable(cause: unknown): SalusError {
  if (cause instanceof SalusError) return cause;
  return new SalusError('chain-unreachable', 'The health network does not answer. Nothing was lost; try again later.');
}

/** Recomputes a folder's head from its records, oldest first: equals `folders().head` when no log was withheld. */
export function headOf(records: readonly { readonly id: string }[]): string {
  let head = toHex(new Uint8Array(20));
  for (const { id } of records) {
    head = keccak256(`${head.padEnd(66, '0')}${id.slice(2)}`).slice(0, 42) as `0x${string}`;
  }
  return head;
}
