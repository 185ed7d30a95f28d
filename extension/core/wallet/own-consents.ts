import { toHex } from '../bytes.ts';
import { openConsent } from '../consent/consent-object.ts';
import type { Receipt } from '../consent/receipt.ts';
import { isSalusError } from '../errors.ts';
import type { Granted } from '../registry/client.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { Session } from './session.ts';
import type { Version } from './version.ts';

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

/** Every consent this account gave, those in the oldest registry first, from the chain and the objects it names. */
export async function ownConsents(session: Session): Promise<ConsentView[]> {
  const lists = await Promise.all(session.versions.map((version) => consentsIn(session, version)));
  return lists.toReversed().flat();
}

/** The consents this account gave in one registry, oldest first. */
export async function consentsIn(session: Session, version: Version): Promise<ConsentView[]> {
  const events = await version.client.granted({ patient: session.address });
  const newest = new Map(events.map((e) => [`${e.grantee}/${e.folder}`, e]));
  const consents: ConsentView[] = [];
  for (const [consentId, group] of Map.groupBy(events, (e) => toHex(e.receipt))) {
    const [first] = group;
    const receipt = first && (await receiptOf(session, version, first));
    if (first === undefined || receipt === undefined) continue;
    const live: number[] = [];
    for (const e of group) {
      // A later grant to the same member replaced this one.
      if (newest.get(`${e.grantee}/${e.folder}`) !== e) continue;
      const { until, rights } = await version.client.grant(session.address, e.grantee, e.folder);
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

async function receiptOf(session: Session, version: Version, event: Granted): Promise<Receipt | undefined> {
  try {
    const bytes = await session.storage.block(cidFromDigest(event.receipt).toString());
    const expected = { registry: version.registry, patient: session.address };
    return (await openConsent(bytes, session.keyring.encryption.secret, expected)).receipt ?? undefined;
  } catch (error) {
    if (isSalusError(error) && error.code !== 'vault-locked') return undefined; // cannot be fetched now; it is still on the chain
    throw error;
  }
}
