import * as v from 'valibot';
import { fromHex, type Bytes } from '../bytes.ts';
import { registryInterface } from '../registry/abi.ts';
import type { Terms } from '../registry/signed-calls.ts';
import { LogSchema } from './answers.ts';

/** Where on the chain something is. */
export interface Place {
  /** Registry it is of, in lower case. */
  readonly registry: string;
  readonly block: number;
  readonly blockHash: string;
  /** Of the log in its block. */
  readonly index: number;
  readonly transaction: string;
}

/** An entry that was added to a folder. */
export interface RecordAdded extends Place {
  readonly kind: 'record';
  readonly id: string;
  readonly patient: string;
  readonly author: string;
  readonly folder: number;
  readonly epoch: number;
  /** Digest of the entry's CID. */
  readonly cid: Bytes;
  readonly commitment: Bytes;
}

/** A record that its patient withdrew; it says so of no record of another's. */
export interface Withdrawn extends Place {
  readonly kind: 'withdrawn';
  readonly patient: string;
  readonly id: string;
}

/** A grant for one folder. */
export interface Granted extends Place, Terms {
  readonly kind: 'granted';
  readonly patient: string;
  readonly epoch: number;
  readonly receipt: Bytes;
}

/** A delegate gave this in the patient's place; the grant itself is told by `Granted` before it. */
export interface GrantedBy extends Place {
  readonly kind: 'granted-by';
  readonly patient: string;
  readonly delegate: string;
  readonly grantee: string;
  readonly folder: number;
}

/** A doctor opened a folder that its patient had allowed to be opened in an emergency. */
export interface EmergencyOpened extends Place {
  readonly kind: 'emergency';
  readonly patient: string;
  readonly doctor: string;
  readonly folder: number;
  /** Unix seconds. */
  readonly until: number;
  /** Why: see `consent/emergency-note.ts`. */
  readonly note: Bytes;
}

/** Whether a patient allows that a folder is opened in an emergency. */
export interface EmergencyAllowed extends Place {
  readonly kind: 'emergency-allowed';
  readonly patient: string;
  readonly folder: number;
  readonly allowed: boolean;
}

/** A member asked for a folder without its patient's consent: it was refused, and counts against them. */
export interface Reported extends Place {
  readonly kind: 'reported';
  readonly patient: string;
  readonly by: string;
  readonly folder: number;
  /** Bits. */
  readonly purpose: number;
}

export interface Revoked extends Place {
  readonly kind: 'revoked';
  readonly patient: string;
  readonly grantee: string;
  readonly folder: number;
}

/** A new epoch of a folder, or a keyring for the one it has. */
export interface Rotated extends Place {
  readonly kind: 'rotated';
  readonly patient: string;
  readonly folder: number;
  readonly epoch: number;
  readonly isNewEpoch: boolean;
  /** Whether every grant of the folder ended with it. */
  readonly voidsGrants: boolean;
  readonly keyring: Bytes;
}

/** When a member was let in. */
export interface Enrolled extends Place {
  readonly kind: 'enrolled';
  readonly who: string;
  readonly enroller: string;
}

/** Something that changes nothing in a record, and concerns one account all the same. */
export interface Noted extends Place {
  readonly kind: 'noted';
  readonly what: 'key' | 'profile' | 'requested';
  readonly account: string;
  /** Who did it, where that is somebody else. */
  readonly by?: string;
  readonly folder?: number;
  /** Of a request: Unix second at which what is asked for would end, and bits of what it is for. */
  readonly until?: number;
  readonly purposes?: number;
}

/** How far a manager's log of openings was, and its root then. */
export interface LogAnchored extends Place {
  readonly kind: 'log';
  readonly manager: string;
  readonly size: number;
  readonly root: Bytes;
}

export type RegistryEvent =
  | RecordAdded
  | Withdrawn
  | Granted
  | GrantedBy
  | EmergencyAllowed
  | EmergencyOpened
  | Reported
  | Revoked
  | Rotated
  | Enrolled
  | Noted
  | LogAnchored;

/** Topic of one of the registry's events. */
export const topicOf = (event: string): string => registryInterface.getEvent(event)?.topicHash ?? '';
export const addressTopic = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;

/** The event that a node’s answer holds, or undefined for one that is in no form the registry has: it spoils no other. */
export function toEvent(answer: unknown): RegistryEvent | undefined {
  const parsed = v.safeParse(LogSchema, answer);
  if (!parsed.success || parsed.output.removed) return undefined;
  const { address, topics, data, blockNumber, blockHash, logIndex, transactionHash } = parsed.output;
  const place = {
    registry: address,
    block: blockNumber,
    blockHash,
    index: logIndex,
    transaction: transactionHash,
  };
  try {
    const log = registryInterface.parseLog({ topics, data });
    const a = log?.args;
    if (a === undefined) return undefined;
    switch (log?.name) {
      case 'RecordAdded':
        return {
          ...place,
          kind: 'record',
          id: String(a['id']),
          patient: String(a['patient']),
          author: String(a['author']),
          folder: Number(a['folder']),
          epoch: Number(a['epoch']),
          cid: fromHex(String(a['cid'])),
          commitment: fromHex(String(a['commitment'])),
        };
      case 'RecordWithdrawn':
        return { ...place, kind: 'withdrawn', patient: String(a['patient']), id: String(a['id']) };
      case 'Granted':
        return {
          ...place,
          kind: 'granted',
          patient: String(a['patient']),
          grantee: String(a['grantee']),
          folder: Number(a['folder']),
          from: Number(a['from']),
          until: Number(a['until']),
          purposes: Number(a['purposes']),
          rights: Number(a['rights']),
          epoch: Number(a['epoch']),
          receipt: fromHex(String(a['receipt'])),
        };
      case 'GrantedBy':
        return {
          ...place,
          kind: 'granted-by',
          patient: String(a['patient']),
          delegate: String(a['delegate']),
          grantee: String(a['grantee']),
          folder: Number(a['folder']),
        };
      case 'Revoked':
        return {
          ...place,
          kind: 'revoked',
          patient: String(a['patient']),
          grantee: String(a['grantee']),
          folder: Number(a['folder']),
        };
      case 'Rotated':
      case 'KeyringSet':
        return {
          ...place,
          kind: 'rotated',
          patient: String(a['patient']),
          folder: Number(a['folder']),
          epoch: Number(a['epoch']),
          isNewEpoch: log.name === 'Rotated',
          voidsGrants: log.name === 'Rotated' && Boolean(a['voidsGrants']),
          keyring: fromHex(String(a['keyring'])),
        };
      case 'Enrolled':
        return { ...place, kind: 'enrolled', who: String(a['who']), enroller: String(a['enroller']) };
      case 'KeySet':
      case 'ProfileSet': {
        const what = log.name === 'KeySet' ? 'key' : 'profile';
        return { ...place, kind: 'noted', what, account: String(a['who']) };
      }
      case 'Requested': {
        const [account, by, folder] = [String(a['patient']), String(a['by']), Number(a['folder'])];
        const [until, purposes] = [Number(a['until']), Number(a['purposes'])];
        return { ...place, kind: 'noted', what: 'requested', account, by, folder, until, purposes };
      }
      case 'EmergencyAllowed': {
        const [patient, folder] = [String(a['patient']), Number(a['folder'])];
        return { ...place, kind: 'emergency-allowed', patient, folder, allowed: Boolean(a['allowed']) };
      }
      case 'EmergencyOpened': {
        const [patient, doctor, folder] = [String(a['patient']), String(a['doctor']), Number(a['folder'])];
        const [until, note] = [Number(a['until']), fromHex(String(a['note']))];
        return { ...place, kind: 'emergency', patient, doctor, folder, until, note };
      }
      case 'Accessed': {
        if (a['allowed'] !== false) return undefined;
        const [patient, by, folder] = [String(a['patient']), String(a['by']), Number(a['folder'])];
        return { ...place, kind: 'reported', patient, by, folder, purpose: Number(a['purpose']) };
      }
      case 'LogAnchored':
        return {
          ...place,
          kind: 'log',
          manager: String(a['manager']),
          size: Number(a['size']),
          root: fromHex(String(a['root'])),
        };
      default:
        return undefined;
    }
  } catch {
    return undefined; // topics and data that do not fit together
  }
}
