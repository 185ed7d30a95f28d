import type { Bytes } from '../bytes.ts';
import { canonicalBytes, isSameResource } from '../fhir/canonical.ts';
import { readRecord } from './records.ts';
import type { Session } from './session.ts';
import type { Use } from './sharing.ts';

/**
 * The bytes to check for a resource that a page has: those that were recorded where it is the same resource, since pages have numbers
 * as JavaScript has them, which keeps no zeros at the end.
 */
export async function recordedForm(
  session: Session,
  { patient, id, use }: { readonly patient: string; readonly id: string; readonly use: Use },
  resource: unknown,
): Promise<Bytes> {
  const read = await readRecord(session, patient, id, use).catch(() => undefined); // what is wrong with it is told by the check itself
  return read !== undefined && isSameResource(read.bytes, resource) ? read.bytes : canonicalBytes(resource);
}
