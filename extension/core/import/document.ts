import type { Bytes } from '../bytes.ts';
import { isoDay, type DocumentFacts } from './document-facts.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Format, Found, FoundDocument, Remark } from './reader.ts';
import { headOf, titleOf, type Source } from './source.ts';

const MOST_TITLE = 200;

function formatOf(mediaType: string): Format {
  if (mediaType === 'application/pdf') return 'pdf';
  if (mediaType === 'application/dicom') return 'dicom';
  if (mediaType.startsWith('image/')) return 'image';
  return mediaType.startsWith('text/') || mediaType === 'application/rtf' ? 'text' : 'file';
}

/** When a picture was taken (Exif 2.32: DateTimeOriginal and its like stand as text in the file’s head). */
function pictureFacts(head: Bytes): DocumentFacts {
  const text = new TextDecoder('latin1').decode(head);
  const found = [...text.matchAll(/(\d{4}):(\d\d):(\d\d) \d\d:\d\d:\d\d/g)];
  const days = found.flatMap(([, year = '', month = '', day = '']) => isoDay(year, month, day) ?? []);
  const [date] = days.sort();
  return date === undefined ? {} : { date };
}

async function factsOf(source: Source, mediaType: string, head: Bytes): Promise<DocumentFacts> {
  if (mediaType === 'application/pdf') return (await import('./pdf.ts')).pdfFacts(source, head);
  if (mediaType === 'application/dicom') {
    const { dicomFacts, DICOM_HEAD_BYTES } = await import('./dicom.ts');
    return dicomFacts(await headOf(source, DICOM_HEAD_BYTES));
  }
  return /^image\/(jpeg|tiff|heic)$/.test(mediaType) ? pictureFacts(head) : {};
}

const dayOf = (modified: number | undefined): string | undefined => {
  const date = new Date(modified ?? Number.NaN);
  return Number.isNaN(date.valueOf()) ? undefined : date.toISOString().slice(0, 10);
};

/**
 * A file that is kept whole, with what can be told of it: what it is, by its content; a title; and when it is from, by its content
 * or else by the file, never by today.
 */
export async function* readDocument(source: Source, head: Bytes, remark?: Remark): AsyncGenerator<Found> {
  const mediaType = mediaTypeOf(head, source.name, source.type);
  yield { kind: 'said', format: formatOf(mediaType), ...(remark && { remark }) };
  yield await documentOf(source, mediaType, head, remark);
}

/** The item itself. What a damaged file says of itself is left out. */
export async function documentOf(
  source: Source,
  mediaType: string,
  head: Bytes,
  remark?: Remark,
): Promise<FoundDocument> {
  const facts = await factsOf(source, mediaType, head).catch((): DocumentFacts => ({}));
  const date = facts.date ?? dayOf(source.modified);
  return {
    kind: 'document',
    source,
    mediaType,
    title: (facts.title ?? titleOf(source.name)).slice(0, MOST_TITLE),
    ...(date !== undefined && { date }),
    ...(mediaType === 'application/dicom' && { section: 'imaging' as const }),
    ...(remark && { remarks: [remark] }),
  };
}
