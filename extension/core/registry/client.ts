import { Contract, getAddress, isError, keccak256, toUtf8Bytes, type JsonRpcApiProvider } from 'ethers';
import { fromHex, type Bytes } from '../bytes.ts';
import { chainUnreachable, isSalusError, SalusError } from '../errors.ts';
import type { Network } from '../network/descriptor.ts';
import { registryInterface, Role, Suspension } from './abi.ts';

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

/** What a patient granted one member for one folder, as it stands now. */
export interface Grant {
  /** Unix seconds. */
  readonly from: number;
  /** Unix seconds; not later than now when it was revoked, 0 when never given. */
  readonly until: number;
  /** 0 when revoked or never given. */
  readonly rights: number;
  readonly purposes: number;
  /** Block in which it was last given or ended; 0 when never given. */
  readonly changed: number;
  /** Unix seconds at which an opening in an emergency ends; 0 when there was none. */
  readonly emergencyUntil: number;
}

/** State of a folder. */
export interface Folder {
  readonly head: string;
  readonly count: number;
  readonly epoch: number;
  readonly floor: number;
}

/** Folders asked for by one call. */
const MOST_FOLDERS = 200;
/** A node that is a block behind agrees with the other a moment later. */
const AGREE_TRIES = 3;
const AGREE_PAUSE_MS = 400;

const nonZero = (hex: string): Bytes | undefined => (/^0x0*$/.test(hex) ? undefined : fromHex(hex));

/** keccak256 of a web origin, as the registry stores it. */
export const originHash = (origin: string): string => keccak256(toUtf8Bytes(origin));

/**
 * Calls one registry. Where the network names a second node, everything that decides about trust is asked of both, and what they
 * do not agree on is no answer.
 * All methods throw SalusError `chain-unreachable` when a node gives no usable answer, and `nodes-disagree`.
 */
export class RegistryClient {
  readonly network: Network;
  readonly provider: JsonRpcApiProvider;
  readonly #contracts: readonly [Contract, ...Contract[]];

  /** @param witness a second node, that is independent of the first */
  constructor(network: Network, provider: JsonRpcApiProvider, witness?: JsonRpcApiProvider) {
    this.network = network;
    this.provider = provider;
    const at = (node: JsonRpcApiProvider) => new Contract(network.registry, registryInterface, node);
    this.#contracts = witness === undefined ? [at(provider)] : [at(provider), at(witness)];
  }

  /** Those who are asked: one, or two. */
  get nodes(): readonly JsonRpcApiProvider[] {
    return this.#contracts.map(({ runner }) => runner as JsonRpcApiProvider);
  }

  /** @throws SalusError `wrong-chain` when a node serves another chain */
  async checkChain(): Promise<void> {
    // Asked of the nodes themselves: `getNetwork()` only repeats what the provider was told.
    const ids = await Promise.all(
      this.#contracts.map(({ runner }) =>
        this.#ask(() => (runner as JsonRpcApiProvider).send('eth_chainId', []) as Promise<unknown>),
      ),
    );
    for (const chainId of ids) {
      if (Number(chainId) === this.network.chainId) continue;
      throw new SalusError('wrong-chain', 'The network node answers for another network.', {
        chainId: Number(chainId),
      });
    }
  }

  async member(address: string): Promise<Member> {
    const names = ['member', 'isActive', 'encryptionKey', 'profile'] as const;
    const answers = await this.#multicall(names.map((name) => [name, [address]]));
    const [m, active, key, profile] = answers as [
      { role: bigint; suspension: bigint; enroller: string },
      boolean,
      string,
      string,
    ];
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

  isActive(who: string): Promise<boolean> {
    return this.#view<boolean>('isActive', who);
  }

  may(grantee: string, patient: string, folder: number, rights: number, purposes: number): Promise<boolean> {
    return this.#view<boolean>('may', grantee, patient, folder, rights, purposes);
  }

  async folder(patient: string, folder: number): Promise<Folder> {
    return toFolder(await this.#view<FolderAnswer>('folders', patient, folder));
  }

  /**
   * Many folders at once, two hundred by one call.
   * @param block as of which; the newest where none is given
   */
  async folders(
    asked: readonly { readonly patient: string; readonly folder: number }[],
    block?: number,
  ): Promise<Folder[]> {
    const found: Folder[] = [];
    for (let i = 0; i < asked.length; i += MOST_FOLDERS) {
      const calls = asked.slice(i, i + MOST_FOLDERS).map((f) => ['folders', [f.patient, f.folder]] as const);
      found.push(...(await this.#multicall(calls, block)).map((answer) => toFolder(answer as FolderAnswer)));
    }
    return found;
  }

  async grant(patient: string, grantee: string, folder: number): Promise<Grant> {
    const g = await this.#view<Record<keyof Grant, bigint>>('grants', patient, grantee, folder);
    return {
      from: Number(g.from),
      until: Number(g.until),
      rights: Number(g.rights),
      purposes: Number(g.purposes),
      changed: Number(g.changed),
      emergencyUntil: Number(g.emergencyUntil),
    };
  }

  /** Those of some folders of a patient that may be opened in an emergency now. */
  async openInEmergency(patient: string, folders: readonly number[]): Promise<number[]> {
    const allowed: number[] = [];
    for (let i = 0; i < folders.length; i += MOST_FOLDERS) {
      const some = folders.slice(i, i + MOST_FOLDERS);
      const answers = await this.#multicall(some.map((folder) => ['emergencies', [patient, folder]]));
      allowed.push(...some.filter((_, j) => (answers[j] as { allowed: boolean }).allowed));
    }
    return allowed;
  }

  /** Address of the registry that the owner named to come after this one, or undefined. */
  async successor(): Promise<string | undefined> {
    const address = await this.#view<string>('successor');
    return nonZero(address) && address;
  }

  /** Of the first node alone: a wrong one makes a signature that is good for nothing. */
  async nonce(owner: string, key: bigint): Promise<bigint> {
    return this.#ask(() => this.#call<bigint>(this.#contracts[0], 'nonces', [owner, key]));
  }

  /** Status of a transaction: undefined while it is not in a block. */
  async succeeded(transaction: string): Promise<boolean | undefined> {
    const receipt = await this.#ask(() => this.provider.getTransactionReceipt(transaction));
    return receipt === null ? undefined : receipt.status === 1;
  }

  /**
   * Name of the error with which the chain as it is refuses some calls, whoever brings them; undefined where one node does not, or does
   * not say so: a node that is busy is no refusal.
   */
  async refusal(calls: readonly string[]): Promise<string | undefined> {
    const data = registryInterface.encodeFunctionData('multicall', [calls]);
    const names = await Promise.all(
      this.#contracts.map(({ runner }) =>
        (runner as JsonRpcApiProvider).call({ to: this.network.registry, data }).then(() => undefined, revertName),
      ),
    );
    return names.every((name) => name !== undefined) ? names[0] : undefined;
  }

  async #view<T>(name: string, ...args: unknown[]): Promise<T> {
    for (let tries = 1; ; tries++) {
      const answers = await Promise.all(this.#contracts.map((at) => this.#ask(() => this.#call<T>(at, name, args))));
      const [first] = answers as [T, ...T[]];
      if (new Set(answers.map(asText)).size === 1) return first;
      if (tries === AGREE_TRIES) throw disagree();
      await new Promise((resolve) => setTimeout(resolve, AGREE_PAUSE_MS));
    }
  }

  async #call<T>(at: Contract, name: string, args: readonly unknown[]): Promise<T> {
    return (await at.getFunction(name).staticCall(...args)) as T;
  }

  /** Several views by one call, through the registry’s own `multicall`, as of one block. */
  async #multicall(
    calls: readonly (readonly [name: string, args: readonly unknown[]])[],
    block?: number,
  ): Promise<unknown[]> {
    const data = calls.map(([name, args]) => registryInterface.encodeFunctionData(name, args));
    const asOf = block === undefined ? [] : [{ blockTag: block }];
    const answers = await this.#view<readonly string[]>('multicall', data, ...asOf);
    return calls.map(([name], i) => {
      const values = registryInterface.decodeFunctionResult(name, answers[i] ?? '0x');
      return (values.length === 1 ? values[0] : values) as unknown;
    });
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw isSalusError(error) ? error : chainUnreachable();
    }
  }
}

/** What a registry reverted with; undefined for any other failure. */
const revertName = (error: unknown): string | undefined =>
  isError(error, 'CALL_EXCEPTION') && error.data
    ? registryInterface.getError(error.data.slice(0, 10))?.name
    : undefined;

type FolderAnswer = Record<Exclude<keyof Folder, 'head'>, bigint> & { head: string };
const toFolder = (f: FolderAnswer): Folder => ({
  head: f.head,
  count: Number(f.count),
  epoch: Number(f.epoch),
  floor: Number(f.floor),
});

/** An answer as text, so that two can be compared. */
const asText = (answer: unknown): string =>
  JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

const disagree = () =>
  new SalusError(
    'nodes-disagree',
    'The two nodes of this health network do not say the same. Nothing was done; try again later.',
  );
