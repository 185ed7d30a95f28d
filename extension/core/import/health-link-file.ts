import { documentOf } from './document.ts';
import { HEALTH_LINK } from './health-link-text.ts';
import type { Found } from './reader.ts';
import { headOf, type Source } from './source.ts';
import { peek } from './text.ts';

/** A file with a SMART Health Link in it: kept, and said, since nothing is fetched before the person says so. See `readHealthLink`. */
export async function* readHealthLinkFile(source: Source): AsyncGenerator<Found> {
  const head = await headOf(source);
  yield { kind: 'said', remark: 'health-link', link: HEALTH_LINK.exec(peek(head))?.[1] ?? '' };
  yield await documentOf(source, 'text/plain', head, 'health-link');
}

/** What a link may lead to in place of records: a key to a system, which is of no use for long and not to be kept. */
export async function* refuseLiveAccess(): AsyncGenerator<Found> {
  yield await Promise.resolve({ kind: 'skipped', reason: 'live-access' });
}
