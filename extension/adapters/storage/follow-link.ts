import { aboutHealthLink, readHealthLink, type HealthLinkOptions } from '../../core/import/health-link.ts';

/** Whom the link’s owner is told that it was opened by: the specification asks for a name, and this one says nothing of the person. */
const RECIPIENT = 'Salus';

/** A file that a link leads to, as one that a person chose. */
interface FetchedFile {
  readonly file: Blob;
  readonly name: string;
  readonly source: string;
}

/** Fetches what a health link leads to. What each file is, its content says: only a key to a system says nothing of itself. */
export async function followLink(
  text: string,
  options: Pick<HealthLinkOptions, 'passcode' | 'signal' | 'onBytes'>,
): Promise<FetchedFile[]> {
  const { origin, label } = aboutHealthLink(text);
  const files = await readHealthLink(text, {
    fetch: (url, init) => fetch(url, init),
    recipient: RECIPIENT,
    ...options,
  });
  return files.map(({ mediaType, bytes }, at) => {
    const type = mediaType.startsWith('application/smart-api-access') ? 'application/smart-api-access' : '';
    const name = label ?? new URL(origin).host;
    return {
      file: new Blob([bytes], { type }),
      name: files.length === 1 ? name : `${name} (${at + 1})`,
      source: origin,
    };
  });
}
