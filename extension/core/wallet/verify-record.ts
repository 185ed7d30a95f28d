import { sha256, toHex, type Bytes } from '../bytes.ts';
import { isSalusError, type ErrorCode } from '../errors.ts';
import type { Member } from '../registry/client.ts';
import { UNPROVEN } from './prove-item.ts';
import { readRecord, type ReadRecord } from './records.ts';
import type { Session } from './session.ts';
import type { Use } from './sharing.ts';

/** One step from bytes in hand to somebody the health network vouches for. Where the chain does not hold, no other is tried. */
export type ProvenanceStep =
  /** The record is part of an entry whose commitment is on the chain. */
  | { readonly step: 'chain'; readonly holds: true; readonly block: number; readonly transactionHash: string }
  | { readonly step: 'chain'; readonly holds: false; readonly reason: ErrorCode }
  /** What is in hand is what was recorded: its SHA-256 (hex) is that of the record. */
  | { readonly step: 'content'; readonly holds: boolean; readonly digest: string }
  /** Whoever recorded it is an active member. */
  | { readonly step: 'author'; readonly holds: boolean; readonly address: string; readonly role: Member['role'] }
  /** So is the one who vouches for them; absent where nobody does (patients, registrars). */
  | { readonly step: 'voucher'; readonly holds: boolean; readonly address: string; readonly role: Member['role'] };

/**
 * Checks bytes in hand against a record this account may read, step by step.
 * @throws SalusError `not-found`, `no-consent`, `block-missing`, `chain-unreachable`
 */
export async function verifyRecord(
  session: Session,
  patient: string,
  id: string,
  bytes: Bytes,
  use: Use = {},
): Promise<ProvenanceStep[]> {
  const read = await readRecord(session, patient, id, use).catch((error: unknown): ErrorCode => {
    if (isSalusError(error) && UNPROVEN.includes(error.code)) return error.code;
    throw error;
  });
  if (typeof read === 'string') return [{ step: 'chain', holds: false, reason: read }];
  return stepsOf(read, toHex(await sha256(bytes)));
}

function stepsOf({ item, provenance }: ReadRecord, digest: string): ProvenanceStep[] {
  const { block, transaction, author, vouchedBy } = provenance;
  const who = (step: 'author' | 'voucher', { address, role, active }: Member): ProvenanceStep => ({
    step,
    holds: active,
    address,
    role,
  });
  return [
    { step: 'chain', holds: true, block, transactionHash: transaction },
    { step: 'content', holds: digest === item.digest, digest },
    who('author', author),
    ...(vouchedBy ? [who('voucher', vouchedBy)] : []),
  ];
}
