import { HEALTH_LINK } from './health-link-text.ts';
import type { Reader } from './reader.ts';
import { hasControls, peek } from './text.ts';
import { xmlRoot } from './xml.ts';

const begins = (head: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte);

/** Office documents and books are ZIP archives too, but one document to a person: they say so in the name of their first file. */
const DOCUMENT_PART = /^(\[Content_Types\]\.xml|_rels\/|docProps\/|word\/|xl\/|ppt\/|mimetype|META-INF\/)/;

function isArchive(head: Uint8Array): boolean {
  if (!begins(head, 0x50, 0x4b, 3, 4) && !begins(head, 0x50, 0x4b, 5, 6)) return false;
  return !DOCUMENT_PART.test(new TextDecoder('latin1').decode(head.subarray(30, 90)));
}

/** SMART Health Cards and Links 1.0.0, “content type”. */
const LIVE_ACCESS = 'application/smart-api-access';

/** Pictures that browsers can open: PNG, JPEG, GIF, WebP. */
const isPicture = (head: Uint8Array): boolean =>
  begins(head, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a) ||
  begins(head, 0xff, 0xd8, 0xff) ||
  begins(head, 0x47, 0x49, 0x46, 0x38) ||
  (begins(head, 0x52, 0x49, 0x46, 0x46) && begins(head.subarray(8), 0x57, 0x45, 0x42, 0x50));

const isJsonObject = (line: string): boolean => {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
};

/** More than one line, and the first whole ones are objects: a resource that is written over many lines never is that. */
function isLines(head: Uint8Array, name: string, type: string): boolean {
  const text = peek(head);
  if (!/^\s*\{/.test(text)) return /\.(ndjson|jsonl)$/i.test(name) && /^\s*[^\s[]/.test(text);
  if (/\.(ndjson|jsonl)$/i.test(name) || /ndjson|jsonl/i.test(type)) return true;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const good = lines.slice(0, 20).filter(isJsonObject).length;
  const [first = ''] = lines;
  return lines.length > 1 && ((isJsonObject(first) && /^\s*\{/.test(lines[1] ?? '')) || good > 1);
}

const isText = (head: Uint8Array): boolean => !hasControls(peek(head));

/** The same sign between as many columns in the first lines. */
function isTable(head: Uint8Array, name: string, type: string): boolean {
  if (!isText(head) && !/\.(csv|tsv)$/i.test(name)) return false;
  if (/\.(csv|tsv)$/i.test(name) || /^text\/(csv|tab-separated-values)/i.test(type)) return true;
  const lines = peek(head)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(0, 5);
  if (lines.length < 2) return false;
  return [';', ',', '\t'].some((sign) => {
    const counts = lines.map((line) => line.split(sign).length);
    return (counts[0] ?? 0) > 1 && counts.every((count) => count === counts[0]);
  });
}

/**
 * Every format that is read, the more particular before the more general. What none of them recognises, or can read, is kept as a
 * document. Each is loaded when a file of it is there.
 */
export const READERS: readonly Reader[] = [
  {
    format: 'health-link',
    recognises: (_head, _name, type) => type === LIVE_ACCESS,
    load: async () => (await import('./health-link-file.ts')).refuseLiveAccess,
  },
  { format: 'image', recognises: isPicture, load: async () => (await import('./picture.ts')).readPicture },
  {
    format: 'file',
    recognises: (head) => begins(head, 0x1f, 0x8b),
    load: async () => (await import('./archives.ts')).readGzip,
  },
  { format: 'zip', recognises: isArchive, load: async () => (await import('./archives.ts')).readZip },
  {
    format: 'apple-health',
    recognises: (head) => xmlRoot(head)?.name === 'HealthData',
    load: async () => (await import('./apple-health.ts')).readAppleHealth,
  },
  {
    format: 'c-cda',
    recognises: (head) => {
      const root = xmlRoot(head);
      return root?.name === 'ClinicalDocument' && root.tag.includes('urn:hl7-org:v3');
    },
    load: async () => (await import('./ccda.ts')).readCcda,
  },
  {
    format: 'fhir-xml',
    recognises: (head) => xmlRoot(head)?.tag.includes('http://hl7.org/fhir') === true,
    load: async () => (await import('./fhir-xml.ts')).readFhirXml,
  },
  {
    format: 'health-card',
    recognises: (head) => {
      const text = peek(head);
      return (
        /^\s*shc:\//i.test(text) ||
        /^\s*eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{20,}\s*$/.test(text) ||
        (/^\s*\{/.test(text) && /"verifiableCredential"\s*:/.test(text) && !text.includes('"resourceType"'))
      );
    },
    load: async () => (await import('./health-card.ts')).readHealthCard,
  },
  {
    format: 'health-link',
    recognises: (head) => HEALTH_LINK.test(peek(head)),
    load: async () => (await import('./health-link-file.ts')).readHealthLinkFile,
  },
  { format: 'fhir-ndjson', recognises: isLines, load: async () => (await import('./ndjson.ts')).readNdjson },
  {
    format: 'fhir-json',
    recognises: (head, name, type) =>
      /^\s*([[{]|"\s*[[{])/.test(peek(head)) || /json/i.test(type) || /\.json$/i.test(name),
    load: async () => (await import('./fhir-json.ts')).readFhirJson,
  },
  { format: 'csv', recognises: isTable, load: async () => (await import('./csv.ts')).readCsv },
];
