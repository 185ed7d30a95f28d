/** How a file is shown; `none` for one that can only be saved. */
export type FileKind = 'pdf' | 'image' | 'text' | 'markup' | 'none';

const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/avif'];
/** Longer texts are cut: they are to be read, not searched. */
const MOST_TEXT = 1_000_000;

/** By what the bytes begin with; by what they are said to be where that tells nothing. */
export function viewOf(content: Uint8Array, mediaType: string): FileKind {
  const head = String.fromCharCode(...content.subarray(0, 1_024));
  const type = mediaType.toLowerCase().split(';')[0]?.trim() ?? '';
  if (head.includes('%PDF-')) return 'pdf';
  if (/^\x89PNG|^\xff\xd8\xff|^GIF8|^BM|^RIFF....WEBP/s.test(head)) return 'image';
  if (IMAGES.includes(type)) return 'image';
  if (/html|xml/.test(type) || /^(\xef\xbb\xbf)?\s*<(\?xml|!doctype html|html|ClinicalDocument)/i.test(head))
    return 'markup';
  if (type.startsWith('text/') || /json|csv/.test(type)) return 'text';
  return type === 'application/octet-stream' && isText(content.subarray(0, 4_096)) ? 'text' : 'none';
}

/** Without control characters, and UTF-8 as far as it goes. */
function isText(some: Uint8Array): boolean {
  if (some.some((byte) => byte < 9 || (byte > 13 && byte < 32))) return false;
  const decoded = new TextDecoder().decode(some, { stream: true });
  return decoded !== '' && !decoded.includes('\uFFFD');
}

/** UTF-8, or Windows-1252 where it is none. */
export function decodeText(content: Uint8Array): string {
  const some = content.subarray(0, MOST_TEXT);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(some, { stream: true });
  } catch {
    return new TextDecoder('windows-1252').decode(some);
  }
}
