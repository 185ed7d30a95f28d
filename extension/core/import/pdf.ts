import type { Bytes } from '../bytes.ts';
import { isoDay, type DocumentFacts } from './document-facts.ts';
import { bytesOf, type Source } from './source.ts';

const TAIL_BYTES = 65_536;

/** A text of ISO 32000-1 7.9.2: UTF-16 with a mark, or near to Latin-1. */
function pdfText(raw: string): string | undefined {
  const plain = raw.replace(/\\([nrtbf()\\]|[0-7]{1,3})/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPED[code] ?? code),
  );
  const bytes = Uint8Array.from(plain, (c) => c.charCodeAt(0));
  const wide = bytes[0] === 0xfe && bytes[1] === 0xff;
  const text = new TextDecoder(wide ? 'utf-16be' : 'windows-1252')
    .decode(bytes)
    .replace(/[\p{Cc}]/gu, ' ')
    .trim();
  return text === '' ? undefined : text;
}
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '', f: '' };

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const unescaped = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? '');

/** Titles that programs write and nobody means. */
const NO_TITLE = /^(untitled|unbenannt|document\d*|microsoft word\b.*|.*\.(docx?|odt|rtf|tmp|xlsx?))$/i;

/** Title and date as XMP (ISO 16684-1) or the document information has them, where they stand unpacked at the start or the end. */
export async function pdfFacts(source: Source, head: Bytes): Promise<DocumentFacts> {
  const { file } = source;
  const tail = file
    ? new Uint8Array(await file.slice(Math.max(0, file.size - TAIL_BYTES), file.size).arrayBuffer())
    : await bytesOf(source, 16 * TAIL_BYTES).catch(() => head);
  const raw = [head, tail].map((bytes) => new TextDecoder('latin1').decode(bytes)).join('\n');
  const utf8 = [head, tail].map((bytes) => new TextDecoder().decode(bytes)).join('\n');
  const xmp = /<dc:title>[^]{0,300}?<rdf:li[^>]*>([^<]{1,500})<\/rdf:li>/.exec(utf8)?.[1];
  const info = /\/Title\s*\(((?:[^()\\]|\\[^]){1,500})\)/.exec(raw)?.[1];
  const title = xmp === undefined ? info && pdfText(info) : unescaped(xmp).trim();
  const [, year = '', month = '', day = ''] =
    /\/CreationDate\s*\(D:(\d{4})(\d\d)(\d\d)/.exec(raw) ?? /CreateDate>(\d{4})-(\d\d)-(\d\d)/.exec(raw) ?? [];
  const date = isoDay(year, month, day);
  return {
    ...(title !== undefined && title !== '' && !NO_TITLE.test(title) && { title }),
    ...(date !== undefined && { date }),
  };
}
