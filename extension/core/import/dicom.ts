import { parseDicom } from 'dicom-parser';
import type { Bytes } from '../bytes.ts';
import { isoDay, type DocumentFacts } from './document-facts.ts';

/** Where the elements that are read stand: long before the pixels. */
export const DICOM_HEAD_BYTES = 1_048_576;
/** Pixel data (DICOM PS3.6). */
const PIXELS = 'x7fe00010';

/** What a DICOM file (PS3.10) says of itself that a person knows it by. Names and numbers of the patient are not read. */
export function dicomFacts(head: Bytes): DocumentFacts {
  const elements = parseDicom(head, { untilTag: PIXELS });
  const text = (tag: string) => elements.string(tag)?.trim().replaceAll('^', ' ');
  const [, year = '', month = '', day = ''] =
    /^(\d{4})(\d\d)(\d\d)/.exec(text('x00080020') ?? text('x00080023') ?? '') ?? [];
  const date = isoDay(year, month, day);
  const words = [text('x00080060'), text('x00181030') ?? text('x00081030'), text('x0008103e'), text('x00180015')];
  const said = words.filter((word, at) => word !== undefined && word !== '' && words.indexOf(word) === at);
  return { ...(said.length > 0 && { title: said.join(' · ') }), ...(date !== undefined && { date }) };
}
