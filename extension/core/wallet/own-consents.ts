import { toHex } from '../bytes.ts';
import { openConsent } from '../consent/consent-object.ts';
import type { Receipt } from '../consent/receipt.ts';
import { isSalusError } from '../errors.ts';
import type { Granted } from '../registry/client.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { Session } from './session.ts';

/** One consent as it stands: the receipt, and which of its folders are still open. */
export interface ConsentView {
  /** Hex digest of the consent object; what the chain holds. */
  readonly consentId: string;
  readonly receipt: Receipt;
  readonly transaction: string;
  readonly block: number;
  /** Folders that can still be used under it. */
  readonly live: readonly number[];
}

/** Every consent this account gave, oldest first, from the chain and the objects it names. */
export async function ownConsents(session: Session): Promise<ConsentView[]> {
  const events = await session.client.granted({ patient: session.address });
  const newest = new Map(events.map((e) => [`${e.grantee}/${e.folder}`, e]));
  const consents: ConsentView[] = [];
  for (const [consentId, group] of Map.groupBy(events, (e) => toHex(e.receipt))) {
    const [first] = group;
    const receipt = first && (await receiptOf(session, first));
    if (first === undefined || receipt === undefined) continue;
    const live: number[] = [];
    for (const e of group) {
      // A later grant to the same member replaced this one.
      if (newest.get(`${e.grantee}/${e.folder}`) !== e) continue;
      const { until, rights } = await session.client.grant(session.address, e.grantee, e.folder);
      if (rights !== 0 && until * 1000 > session.now()) live.push(e.folder);
    }
    consents.push({ consentId, receipt, transaction: first.transaction, block: first.block, live });
  }
  return consents;
}

/** What the sites called those whom the patient gave access: the newest name of each address. */
export const namesIn = (consents: readonly ConsentView[]): Map<string, string> =>
  new Map(
    consents.flatMap(({ receipt: r }) => (r.recipientName === undefined ? [] : [[r.recipient, r.recipientName]])),
  );

async function receiptOf(session: Session, event: Granted): Promise<Receipt | undefined> {
  try {
    const bytes = await session.storage.block(cidFromDigest(event.receipt).toString());
    const expected = { registry: session.client.network.registry, patient: session.address };
    return (await openConsent(bytes, session.keyring.encryption.secret, expected)).receipt ?? undefined;
  } catch (error) {
    if (isSalusError(error)) return undefined; // cannot be fetched now; it is still on the chain
    throw error;
  }
}
