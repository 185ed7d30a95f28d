import { HEAD_BYTES } from './source.ts';
import { hasControls, peek } from './text.ts';
import { xmlRoot } from './xml.ts';

/** First bytes by which files tell what they are, and where those stand. */
const MAGIC: readonly [string, number, string][] = [
  ['%PDF-', 0, 'application/pdf'],
  ['\xff\xd8\xff', 0, 'image/jpeg'],
  ['\x89PNG\r\n\x1a\n', 0, 'image/png'],
  ['GIF87a', 0, 'image/gif'],
  ['GIF89a', 0, 'image/gif'],
  ['II*\0', 0, 'image/tiff'],
  ['MM\0*', 0, 'image/tiff'],
  ['BM', 0, 'image/bmp'],
  ['DICM', 128, 'application/dicom'],
  ['{\\rtf', 0, 'application/rtf'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 0, 'application/x-ole-storage'],
  ['ID3', 0, 'audio/mpeg'],
  ['OggS', 0, 'application/ogg'],
  ['fLaC', 0, 'audio/flac'],
  ['\x1a\x45\xdf\xa3', 0, 'video/webm'],
  ['7z\xbc\xaf\x27\x1c', 0, 'application/x-7z-compressed'],
  ['Rar!\x1a\x07', 0, 'application/vnd.rar'],
  ['ustar', 257, 'application/x-tar'],
  ['SQLite format 3\0', 0, 'application/vnd.sqlite3'],
  ['\x1f\x8b', 0, 'application/gzip'],
];

/** By the kind that ISO 14496-12 files name first. */
const FTYP: readonly [RegExp, string][] = [
  [/^(heic|heix|hevc|heim|heis|mif1|msf1|heif)/, 'image/heic'],
  [/^(avif|avis)/, 'image/avif'],
  [/^qt/, 'video/quicktime'],
  [/^M4A/, 'audio/mp4'],
  [/^/, 'video/mp4'],
];

/** Of ZIP archives that are one document, by the names of their first parts. */
const OFFICE: readonly [RegExp, string][] = [
  [/mimetypeapplication\/([a-z0-9.+-]+)/, ''],
  [/(?:^|PK..)[^]{0,30}word\//, 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  [/xl\//, 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  [/ppt\//, 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
];

const BY_NAME: Readonly<Record<string, string>> = {
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  csv: 'text/csv',
  tsv: 'text/tab-separated-values',
  md: 'text/markdown',
  gpx: 'application/gpx+xml',
};

function zipped(start: string, ending: string): string {
  const open = /mimetypeapplication\/([a-z0-9.+-]+)/.exec(start.slice(0, 200))?.[1];
  if (open !== undefined) return `application/${open.replace(/PK.*$/s, '')}`;
  if (/docx|xlsx|pptx/.test(ending)) return BY_NAME[ending] ?? 'application/zip';
  return OFFICE.find(([pattern]) => pattern.test(start))?.[1] ?? 'application/zip';
}

function written(head: Uint8Array, ending: string): string | undefined {
  const text = peek(head);
  if (hasControls(text)) return undefined;
  const root = xmlRoot(head);
  if (root !== undefined) {
    if (/^html$/i.test(root.name)) return 'text/html';
    if (root.name === 'svg') return 'image/svg+xml';
    if (root.name === 'gpx') return 'application/gpx+xml';
    return 'application/xml';
  }
  if (/^\s*<!doctype html/i.test(text)) return 'text/html';
  if (ending in BY_NAME && BY_NAME[ending]?.startsWith('text/') === true) return BY_NAME[ending];
  if (/^\s*[[{]/.test(text) && (ending === 'json' || isJson(text, head.length))) return 'application/json';
  return 'text/plain';
}

function isJson(text: string, size: number): boolean {
  if (size >= HEAD_BYTES) return true;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * What a file is, by its first bytes; by its name, and by what it is said to be, only where they do not tell.
 * @returns an IANA media type
 */
export function mediaTypeOf(head: Uint8Array, name: string, type: string): string {
  const start = new TextDecoder('latin1').decode(head.subarray(0, 4_096));
  const raw = String.fromCharCode(...head.subarray(0, 512));
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const magic = MAGIC.find(([bytes, at]) => raw.startsWith(bytes, at))?.[2];
  if (magic === 'application/x-ole-storage') return BY_NAME[ending] ?? magic;
  if (magic !== undefined) return magic;
  if (raw.startsWith('ftyp', 4)) return FTYP.find(([kind]) => kind.test(raw.slice(8)))?.[1] ?? 'video/mp4';
  if (raw.startsWith('RIFF') && raw.startsWith('WEBP', 8)) return 'image/webp';
  if (raw.startsWith('RIFF') && raw.startsWith('WAVE', 8)) return 'audio/wav';
  if (raw.startsWith('PK\x03\x04') || raw.startsWith('PK\x05\x06')) return zipped(start, ending);
  const text = written(head, ending);
  if (text !== undefined) return text;
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) && !/^(text|image)\//.test(type) ? type : 'application/octet-stream';
}
