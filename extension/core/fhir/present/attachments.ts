import { at, textAt, type Resource } from '../resource.ts';

/** A file inside a resource, or one that it points to. */
export interface Attachment {
  readonly mediaType: string;
  readonly title?: string;
  /** FHIR dateTime. */
  readonly date?: string;
  /** Base64, without white space; absent for one that is elsewhere. */
  readonly base64?: string;
  /** Where it is; a wallet does not go there by itself. */
  readonly url?: string;
  /** Bytes. */
  readonly size?: number;
}

const MOST = 50;
const MOST_DEPTH = 8;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Every attachment of a resource (FHIR R4, 2.24.0.7), wherever it stands, and the bytes of a Binary. */
export function attachmentsOf(resource: Resource): Attachment[] {
  const found: Attachment[] = [];
  if (resource.resourceType === 'Binary') take(resource, found);
  else walk(resource, found, 0);
  return found.slice(0, MOST);
}

function walk(value: unknown, found: Attachment[], depth: number): void {
  if (typeof value !== 'object' || value === null || depth > MOST_DEPTH || found.length >= MOST) return;
  if (!Array.isArray(value) && at(value, 'resourceType') === undefined && take(value, found)) return;
  for (const [field, inner] of Object.entries(value)) {
    if (field !== 'extension' && field !== 'contained' && field !== 'meta') walk(inner, found, depth + 1);
  }
}

function take(value: object, found: Attachment[]): boolean {
  const mediaType = textAt(value, 'contentType');
  const base64 = textAt(value, 'data')?.replaceAll(/\s+/g, '');
  const url = textAt(value, 'url');
  if (base64 === undefined && (mediaType === undefined || url === undefined)) return false;
  if (base64 !== undefined && (!BASE64.test(base64) || at(value, 'origin') !== undefined)) return false;
  const size = at(value, 'size');
  const [title, date] = [textAt(value, 'title'), textAt(value, 'creation')];
  found.push({
    mediaType: mediaType ?? 'application/octet-stream',
    ...(title !== undefined && { title }),
    ...(date !== undefined && { date }),
    ...(base64 !== undefined && { base64, size: Math.floor((base64.replace(/=+$/, '').length * 3) / 4) }),
    ...(base64 === undefined && typeof size === 'number' && { size }),
    ...(url !== undefined && { url }),
  });
  return true;
}
