import { dateText } from '../fhir/date-text.ts';
import { describe } from '../fhir/describe.ts';
import { saidText, statusText, titleText, type Words } from '../fhir/present/words.ts';
import type { Resource } from '../fhir/resource.ts';

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What XML 1.0 has no place for, escaped or not, and what nobody sees. */
const NO_XML = /[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu;

const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(NO_XML, '')
    .replaceAll(/[&<>"']/g, (sign) => ESCAPED[sign] ?? '');

/** Paragraphs as FHIR has narrative: nothing of a text is markup. */
export function narrative(paragraphs: readonly string[], { locale }: Words, isList = false) {
  const [whole, part] = isList ? ['ul', 'li'] : ['div', 'p'];
  const language = locale === undefined ? '' : ` lang="${escaped(locale)}" xml:lang="${escaped(locale)}"`;
  const inner = paragraphs.map((text) => `<${part}>${escaped(text)}</${part}>`).join('');
  const body = isList ? `<${whole}>${inner}</${whole}>` : inner;
  return { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"${language}>${body}</div>` };
}

/** One line of a section: what it is, what it says, how it stands, and when. @param title where it says it by reference alone */
export function lineOf(resource: Resource, title: string, words: Words): string {
  const told = describe(resource);
  const name = titleText({ type: resource.resourceType, title: told.title || title, code: told.code }, words);
  const status = told.status === undefined ? '' : statusText(told.status, words);
  const parts = [name, saidText(told, words), status, dateText(told.date, words.locale)];
  return parts.filter((part) => part !== '').join(' · ');
}
