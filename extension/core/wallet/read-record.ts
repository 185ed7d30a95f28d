import type { Bytes } from '../bytes.ts';
import { readGranted } from '../consent/granted-records.ts';
import type { RecordItem } from '../records/book.ts';
import { openInFirst } from '../records/versions.ts';
import type { Member } from '../registry/client.ts';
import { pendingRecords } from './list-records.ts';
import type { Session } from './session.ts';

/** Who added an item, proven step by step as far as one node and the blocks can prove it. */
export interface Provenance {
  readonly author: Member;
  readonly vouchedBy?: Member;
  readonly block: number;
  /** Unix seconds at which it was recorded; absent while it waits for the chain. */
  readonly at?: number;
  readonly transaction: string;
  readonly entry: string;
  /** The bytes hash to the leaf, the leaves add up to the commitment, the commitment is on the chain. */
  readonly verified: true;
}

export interface ReadRecord {
  readonly item: RecordItem;
  readonly bytes: Bytes;
  readonly provenance: Provenance;
}

/** Opens one item: of this account's own record, or of a patient who gave access. */
export async function readRecord(session: Session, patient: string, id: string): Promise<ReadRecord> {
  const own = patient.toLowerCase() === session.address.toLowerCase();
  const { version, item, record, bytes } = await (own
    ? readOwn(session, id)
    : readGranted(session.versions, patient, id));
  const { client } = version;
  const author = await client.member(record.author);
  const alone = /^0x0{40}$/.test(author.enroller) || author.enroller === author.address;
  const vouchedBy = alone ? undefined : await client.member(author.enroller);
  const { block, transaction } = record;
  const at = block > 0 ? await client.timeOf(block) : undefined;
  const provenance = {
    author,
    ...(vouchedBy && { vouchedBy }),
    block,
    ...(at !== undefined && { at }),
    transaction,
    entry: record.id,
    verified: true as const,
  };
  return { item, bytes, provenance };
}

const readOwn = (session: Session, id: string) =>
  openInFirst(session.versions, async (version) => {
    const pending = await pendingRecords(session, version);
    return { version, ...(await version.own.read(session.address, id, undefined, pending)) };
  });
