import { Contract, getAddress, keccak256, toBeHex, toUtf8Bytes, type JsonRpcApiProvider, type Log } from 'ethers';
import { fromHex, toHex, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Network } from '../network/descriptor.ts';
import { REGISTRY_ABI, registryInterface, Role, Suspension } from './abi.ts';
import { olderThan, walk } from './walk.ts';

export interface Member {
  readonly address: string;
  readonly role: Role;
  readonly active: boolean;
  /** Whether those who answer for this member suspended it; one reason not to be active. */
  readonly suspended: boolean;
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
  /** First Unix second at which it holds. */
  readonly from: number;
  /** First Unix second at which it no longer holds. */
  readonly until: number;
  readonly purposes: number;
  readonly rights: number;
  readonly epoch: number;
  /** Block of the grant before this one, by the registry's back-links; 0 for none. */
  readonly previous: number;
  readonly receipt: Bytes;
  readonly block: number;
  readonly transaction: string;
}

/** What a patient granted one member for one folder, as it stands now. */
export interface Grant {
  /** Unix seconds. */
  readonly from: number;
  /** Unix seconds; not later than now when it was revoked, 0 when never given. */
  readonly until: number;
  /** 0 when revoked or never given. */
  readonly rights: number;
  readonly purposes: number;
  /** Block of its newest `Granted`. */
  readonly changed: number;
}

/** State of a folder. */
export interface Folder {
  readonly head: string;
  /** Block of its newest record, 0 for none. */
  readonly changed: number;
  readonly count: number;
  readonly epoch: number;
  readonly floor: number;
}

/** Who to look for in the logs; at least one of the two. */
export interface Parties {
  readonly patient?: string;
  /** Author of a record, or grantee of a grant. */
  readonly member?: string;
}

/** Which records to look for. Those of a patient in known folders are found on any node; see {@link RegistryClient}. */
export interface RecordQuery extends Parties {
  readonly folders?: ReadonlySet<number>;
}

const nonZero = (hex: string): Bytes | undefined => (/^0x0*$/.test(hex) ? undefined : fromHex(hex));
const topic = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** keccak256 of a web origin, as the registry stores it. */
export const originHash = (origin: string): string => keccak256(toUtf8Bytes(origin));

/**
 * Reads one registry. Every answer is what one RPC node says: callers check records against their commitments and heads.
 * Logs are asked for over the registry's whole life. Many nodes refuse so wide a range; then the records of known folders and
 * the grants of a patient are found by the back-links, and anything else by halving the range.
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
      this.#slot(address),
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
      suspended: Number(m.suspension) !== Suspension.None,
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
    const logs = await this.#logs(['Enrolled'], [topic(address)]);
    const last = logs.at(-1);
    if (last === undefined) return undefined;
    return this.timeOf(last.blockNumber);
  }

  may(grantee: string, patient: string, folder: number, rights: number, purposes: number): Promise<boolean> {
    return this.#view<boolean>('may', grantee, patient, folder, rights, purposes);
  }

  async folder(patient: string, folder: number): Promise<Folder> {
    const f = await this.#view<Record<keyof Folder, bigint> & { head: string }>('folders', patient, folder);
    return {
      head: f.head,
      changed: Number(f.changed),
      count: Number(f.count),
      epoch: Number(f.epoch),
      floor: Number(f.floor),
    };
  }

  async grant(patient: string, grantee: string, folder: number): Promise<Grant> {
    const g = await this.#view<Record<keyof Grant, bigint>>('grants', patient, grantee, folder);
    return {
      from: Number(g.from),
      until: Number(g.until),
      rights: Number(g.rights),
      purposes: Number(g.purposes),
      changed: Number(g.changed),
    };
  }

  /** Address of the registry that the owner named to come after this one, or undefined. */
  async successor(): Promise<string | undefined> {
    const address = await this.#view<string>('successor');
    return nonZero(address) && address;
  }

  nonce(owner: string, key: bigint): Promise<bigint> {
    return this.#view<bigint>('nonces', owner, key);
  }

  /** Records, oldest first. */
  async records({ patient, member, folders }: RecordQuery): Promise<RecordAdded[]> {
    const topics = [null, patient ? topic(patient) : null];
    const known = patient && folders && (() => this.#walkRecords(patient, folders, topics));
    const logs = await this.#logs(['RecordAdded'], [...topics, member ? topic(member) : null], { walk: known });
    const records = logs.map(toRecord);
    return records.filter((r) => (folders?.has(r.folder) ?? true) && (member === undefined || same(r.author, member)));
  }

  /** Grants, oldest first, those that were replaced or revoked later too. */
  async granted({ patient, member }: Parties): Promise<Granted[]> {
    const topics = [patient ? topic(patient) : null];
    const known = patient && (() => this.#walkGrants(patient, topics));
    const logs = await this.#logs(['Granted'], [...topics, member ? topic(member) : null], { walk: known });
    return logs.map(toGranted).filter((g) => member === undefined || same(g.grantee, member));
  }

  /**
   * Digests of the objects that hold a folder's keys for those who keep them, oldest first.
   * @param since block before which nothing is looked for
   */
  async keyrings(patient: string, folder: number, since: number): Promise<Bytes[]> {
    const topics = [topic(patient), toBeHex(folder, 32)];
    const logs = await this.#logs(['Rotated', 'KeyringSet'], topics, { since });
    return logs.map((log) => fromHex(String(registryInterface.parseLog(log)?.args['keyring'])));
  }

  /** Status of a transaction: undefined while it is not in a block. */
  async succeeded(transaction: string): Promise<boolean | undefined> {
    const receipt = await this.#ask(() => this.provider.getTransactionReceipt(transaction));
    return receipt === null ? undefined : receipt.status === 1;
  }

  /** From each folder's newest record, by `RecordAdded.previous`. */
  async #walkRecords(patient: string, folders: ReadonlySet<number>, topics: Topics): Promise<Log[]> {
    const states = await Promise.all([...folders].map((folder) => this.folder(patient, folder)));
    const links = (log: Log): number[] => {
      const a = registryInterface.decodeEventLog('RecordAdded', log.data, log.topics);
      return folders.has(Number(a['folder'])) ? olderThan(log.blockNumber, Number(a['previous'])) : [];
    };
    return this.#walk(
      ['RecordAdded'],
      topics,
      states.map((s) => s.changed),
      (log) => Promise.resolve(links(log)),
    );
  }

  /** From the patient's newest grant to someone new, by `Granted.previous`, and from the newest grant of each pair met. */
  async #walkGrants(patient: string, topics: Topics): Promise<Log[]> {
    const { granted } = await this.#slot(patient);
    const newest = new Map<string, Promise<Grant>>();
    return this.#walk(['Granted'], topics, [Number(granted)], async (log) => {
      const { grantee, folder, previous } = toGranted(log);
      const pair = `${grantee}/${folder}`;
      const state = newest.get(pair) ?? this.grant(patient, grantee, folder);
      newest.set(pair, state);
      return [...olderThan(log.blockNumber, previous), (await state).changed];
    });
  }

  #walk(
    events: readonly string[],
    topics: Topics,
    start: readonly number[],
    linksOf: (log: Log) => Promise<readonly number[]>,
  ): Promise<Log[]> {
    // 0 stands for no block.
    const real = (blocks: readonly number[]) => blocks.filter((b) => b > 0 && b >= this.network.fromBlock);
    const logsIn = async (block: number) => {
      const logs = await this.#ask(() => this.#range(events, topics, block, block));
      return logs.filter((log) => log.blockNumber === block);
    };
    return walk(real(start), logsIn, async (log) => real(await linksOf(log)));
  }

  async #logs(
    events: readonly string[],
    topics: Topics,
    { walk: known, since = 0 }: { walk?: (() => Promise<Log[]>) | '' | undefined; since?: number } = {},
  ): Promise<Log[]> {
    const latest = await this.#ask(() => this.provider.getBlockNumber());
    const first = Math.max(this.network.fromBlock, since);
    if (!known) return this.#halving(events, topics, first, latest);
    return this.#range(events, topics, first, latest).catch(known);
  }

  async #halving(events: readonly string[], topics: Topics, fromBlock: number, toBlock: number): Promise<Log[]> {
    try {
      return await this.#range(events, topics, fromBlock, toBlock);
    } catch (error) {
      if (toBlock - fromBlock < 16) throw unreachable(error);
      const middle = Math.floor((fromBlock + toBlock) / 2);
      const older = await this.#halving(events, topics, fromBlock, middle);
      return [...older, ...(await this.#halving(events, topics, middle + 1, toBlock))];
    }
  }

  #range(events: readonly string[], topics: Topics, fromBlock: number, toBlock: number): Promise<Log[]> {
    const first = events.map((event) => registryInterface.getEvent(event)?.topicHash ?? '');
    const filter = { address: this.network.registry, topics: [first, ...topics], fromBlock, toBlock };
    return this.provider.getLogs(filter);
  }

  #slot(address: string): Promise<{ role: bigint; suspension: bigint; granted: bigint; enroller: string }> {
    return this.#view('member', address);
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

type Topics = readonly (string | null)[];

function toRecord(log: Log): RecordAdded {
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
}

function toGranted(log: Log): Granted {
  const a = registryInterface.decodeEventLog('Granted', log.data, log.topics);
  return {
    patient: String(a['patient']),
    grantee: String(a['grantee']),
    folder: Number(a['folder']),
    from: Number(a['from']),
    until: Number(a['until']),
    purposes: Number(a['purposes']),
    rights: Number(a['rights']),
    epoch: Number(a['epoch']),
    previous: Number(a['previous']),
    receipt: fromHex(String(a['receipt'])),
    block: log.blockNumber,
    transaction: log.transactionHash,
  };
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
