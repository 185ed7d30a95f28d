import { fromHex } from '../bytes.ts';
import { openReason } from '../consent/emergency-note.ts';
import type { EmergencyReason } from '../consent/emergency-reason.ts';
import { isSalusError } from '../errors.ts';
import type { Session } from './session.ts';

/** An opening in an emergency, as the chain has it. */
interface Opened {
  readonly registry: string;
  readonly transaction: string;
  readonly doctor: string;
  /** 32 bytes in hex. */
  readonly note: string;
}

/**
 * Why a doctor opened something in an emergency, as they said it. It is kept once it was read: the doctor may have another key later.
 * @returns undefined where it cannot be read, or not now
 */
export async function reasonGiven(session: Session, opened: Opened): Promise<EmergencyReason | undefined> {
  const { rows } = session.catalogue;
  const { transaction, doctor, note } = opened;
  const name = `emergency-reason/${transaction}/${doctor.toLowerCase()}`;
  const known = await rows.get<EmergencyReason>(name);
  if (known !== undefined) return known;
  const { client, registry } = session.deployment(opened.registry);
  const theirs = await client.member(doctor).catch((error: unknown) => {
    if (isSalusError(error, 'vault-locked')) throw error;
    return undefined; // a node that is away takes a word away, never the fact
  });
  if (theirs?.encryptionKey === undefined) return undefined;
  const place = { chainId: session.network.chainId, registry, patient: session.address, doctor };
  const reason = await openReason(session.keyring.encryption.secret, theirs.encryptionKey, place, fromHex(note));
  if (reason !== undefined) await rows.write(new Map([[name, reason]]));
  return reason;
}
