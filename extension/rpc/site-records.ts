import { kindCarriedOut, saysItCarriesOut } from '../core/care/carried-out.ts';
import { OrderKind } from '../core/care/orders-abi.ts';
import { fromBase64, fromUtf8, toBase64 } from '../core/bytes.ts';
import type { RecordItem } from '../core/catalogue/model.ts';
import { noConsent, orderOver, SalusError, unlessForLater } from '../core/errors.ts';
import type { Resource } from '../core/fhir/resource.ts';
import { Role } from '../core/registry/abi.ts';
import { countShared, openItem, openRecords, readRecord, sharedRecords } from '../core/wallet/records.ts';
import { orderOfItem } from '../core/wallet/orders.ts';
import type { Session } from '../core/wallet/session.ts';
import type { GivenFolder, Use } from '../core/wallet/sharing.ts';
import { recordedForm } from '../core/wallet/recorded-form.ts';
import { verifyRecord } from '../core/wallet/verify-record.ts';
import { RpcCode, RpcError } from './errors.ts';
import type { ListRequest, ReadRequest, VerifyRequest } from './params/health.ts';

/** Records that patients let this account read, a page of them. */
export async function listForSite(session: Session, query: ListRequest, use: Use) {
  const { patient, after, limit } = query;
  const where = (item: RecordItem) => matchesQuery(item, query);
  const { items, next, unopened, folders } = await openRecords(session, { patient, before: after, limit, use, where });
  const { total, unreadable } = await countsFor(session, query, { use, folders });
  return { records: items.map(toPage), total, unreadable: unreadable + unopened, ...(next !== undefined && { next }) };
}

/** How many records a query has in all. They are counted one by one only where codes or dates are asked for. */
async function countsFor(
  session: Session,
  query: ListRequest,
  { use, folders }: { readonly use: Use; readonly folders: readonly GivenFolder[] },
) {
  const { patient, section, code, from, to } = query;
  const counts = await countShared(session, folders, section);
  if (code === undefined && from === undefined && to === undefined) return counts;
  const where = (item: RecordItem) => matchesQuery(item, query);
  const { items } = await sharedRecords(session, { patient, limit: Infinity, use, where });
  return { ...counts, total: items.length };
}

/** One record, with who stands behind it. */
export async function readForSite(session: Session, { patient, id }: ReadRequest, use: Use) {
  checkNotOwn(session, patient);
  const { item, bytes, provenance } = await readRecord(session, patient, id, use);
  const { author, vouchedBy, ...place } = provenance;
  const who = {
    address: author.address,
    role: roleName(author.role),
    active: author.active,
    vouchedBy: vouchedBy?.address,
  };
  const content =
    item.mediaType === 'application/fhir+json'
      ? { resource: JSON.parse(fromUtf8(bytes)) as unknown }
      : { bytes: toBase64(bytes) };
  const order = await orderForSite(session, item);
  return { ...toPage(item), ...content, ...(order && { order }), provenance: { ...place, author: who } };
}

/** How what a record orders stands, for whoever may read the record. */
async function orderForSite(session: Session, item: RecordItem) {
  if ((await orderOfItem(session, item)) === undefined) return undefined;
  // What others did since is on the chain before it is here.
  await session.catalogue.sync().catch(unlessForLater);
  const view = await orderOfItem(session, item);
  if (view === undefined) return undefined; // it was undone
  const { id, kind, doctor, standing, until, times, left, mine } = view;
  return { id, kind, doctor, standing, until, times, left, mine };
}

/**
 * Whether a resource may be what came of an order, before anybody is asked: the order is one that this site may read, may be carried out by
 * this account now, and is the one that the resource names.
 * @param fulfils id of the record that was ordered
 * @throws SalusError `no-consent`, `not-found`, `order-over`; RpcError -32602 for a resource of another type or another order
 */
export async function checkCarriesOut(
  session: Session,
  { patient, fulfils, resource }: { readonly patient: string; readonly fulfils: string; readonly resource: Resource },
  use: Use,
): Promise<void> {
  checkNotOwn(session, patient);
  await session.catalogue.sync();
  const { item } = await openItem(session, patient, fulfils, use);
  const order = await orderOfItem(session, item);
  if (order === undefined) throw new SalusError('not-found', 'This was not ordered.');
  if (order.standing !== 'open') throw orderOver();
  if (!order.mine) throw noConsent();
  const kind = order.kind === 'prescription' ? OrderKind.Prescription : OrderKind.Test;
  if (kindCarriedOut(resource) === kind && saysItCarriesOut(resource, order.id)) return;
  throw new RpcError(
    RpcCode.InvalidParams,
    'health_writeRecord: “resource” must be of the type that carries this order out, and name it as docs/PROTOCOL.md says.',
    'params',
  );
}

/** Whether what a site has is what was recorded, step by step. */
export async function verifyForSite(session: Session, { patient, id, resource, bytes }: VerifyRequest, use: Use) {
  checkNotOwn(session, patient);
  const given = bytes === undefined ? await recordedForm(session, { patient, id, use }, resource) : fromBase64(bytes);
  const steps = await verifyRecord(session, patient, id, given, use);
  const told = steps.map((step) => ('role' in step ? { ...step, role: roleName(step.role) } : step));
  return { verified: steps.every(({ holds }) => holds), steps: told };
}

/** No site reads the patient's own record through the patient's wallet. */
function checkNotOwn(session: Session, patient: string): void {
  if (patient.toLowerCase() !== session.address.toLowerCase()) return;
  throw new RpcError(
    RpcCode.Unauthorized,
    'A site reads a record through a recipient the patient gave access to.',
    'no-consent',
  );
}

const roleName = (role: Role): string => Object.entries(Role).find(([, n]) => n === role)?.[0] ?? 'None';

const toPage = ({
  id,
  patient,
  author,
  section,
  type,
  title,
  date,
  code,
  status,
  mediaType,
  size,
  block,
  transaction,
}: RecordItem) => ({
  id,
  patient,
  author,
  section,
  type,
  title,
  date,
  code,
  ...(status !== undefined && { status }),
  mediaType,
  size,
  block,
  transactionHash: transaction,
});

function matchesQuery(item: RecordItem, { section, code, from, to }: ListRequest): boolean {
  if (section !== undefined && item.section !== section) return false;
  if (code !== undefined && item.code !== code && item.code?.split('|')[1] !== code) return false;
  if (from !== undefined && (item.date === undefined || item.date < from)) return false;
  return to === undefined || (item.date !== undefined && item.date.slice(0, to.length) <= to);
}
