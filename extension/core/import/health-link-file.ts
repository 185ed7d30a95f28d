import { documentOf } from './document.ts';
import type { Found } from './reader.ts';
import { headOf, type Source } from './source.ts';

/** A file with a SMART Health Link in it: kept, and said, since nothing is fetched before the person says so. See `readHealthLink`. */
export async function* readHealthLinkFile(source: Source): AsyncGenerator<Found> {
  yield { kind: 'said', remark: 'health-link' };
  yield await documentOf(source, 'text/plain', await headOf(source), 'health-link');
}
