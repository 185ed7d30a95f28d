import { getAddress, keccak256, toUtf8Bytes } from 'ethers';
import { fromHex, type Bytes } from '../bytes.ts';
import type { ChainNode } from '../chain/node.ts';
import type { Network } from '../network/descriptor.ts';
import { registryInterface, Role, Suspension } from './abi.ts';
import { ContractClient } from './contract-client.ts';

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
const nonZero = (hex: string): Bytes | undefined => (/^0x0*$/.test(hex) ? undefined : fromHex(hex));

/** keccak256 of a web origin, as the registry stores it. */
export const originHash = (origin: string): string => keccak256(toUtf8Bytes(origin));

/** Calls one registry. */
export class RegistryClient extends ContractClient {
  /** @param witness a second node, that is independent of the first */
  constructor(network: Network, provider: ChainNode, witness?: ChainNode) {
    super(network, network.registry, registryInterface, witness === undefined ? [provider] : [provider, witness]);
  }

  async member(address: string): Promise<Member> {
    const names = ['member', 'isActive', 'encryptionKey', 'profile'] as const;
    const answers = await this.multicall(names.map((name) => [name, [address]]));
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
    const address = await this.view<string>('hospitalOf', originHash(origin));
    if (nonZero(address) === undefined) return undefined;
    const member = await this.member(address);
    return member.active && member.role === Role.Hospital ? member : undefined;
  }

  isActive(who: string): Promise<boolean> {
    return this.view<boolean>('isActive', who);
  }

  /** Unix second until which a member is locked for asking without consent; 0 where it never was. */
  async lockedUntil(who: string): Promise<number> {
    return Number((await this.view<{ lockedUntil: bigint }>('member', who)).lockedUntil);
  }

  may(grantee: string, patient: string, folder: number, rights: number, purposes: number): Promise<boolean> {
    return this.view<boolean>('may', grantee, patient, folder, rights, purposes);
  }

  async folder(patient: string, folder: number): Promise<Folder> {
    return toFolder(await this.view<FolderAnswer>('folders', patient, folder));
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
      found.push(...(await this.multicall(calls, block)).map((answer) => toFolder(answer as FolderAnswer)));
    }
    return found;
  }

  async grant(patient: string, grantee: string, folder: number): Promise<Grant> {
    const g = await this.view<Record<keyof Grant, bigint>>('grants', patient, grantee, folder);
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
      const answers = await this.multicall(some.map((folder) => ['emergencies', [patient, folder]]));
      allowed.push(...some.filter((_, j) => (answers[j] as { allowed: boolean }).allowed));
    }
    return allowed;
  }

  /** Address of the registry that the owner named to come after this one, or undefined. */
  async successor(): Promise<string | undefined> {
    const address = await this.view<string>('successor');
    return nonZero(address) && address;
  }
}

type FolderAnswer = Record<Exclude<keyof Folder, 'head'>, bigint> & { head: string };
const toFolder = (f: FolderAnswer): Folder => ({
  head: f.head,
  count: Number(f.count),
  epoch: Number(f.epoch),
  floor: Number(f.floor),
});
