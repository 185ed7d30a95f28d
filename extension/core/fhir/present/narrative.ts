import { at, listAt, textAt, type Resource } from '../resource.ts';

const BREAKS = /<\/(p|div|li|tr|h[1-6]|table|ul|ol|dt|dd|caption|thead|tbody)>|<br\s*\/?>/gi;
const CELLS = /<\/t[dh]>\s*(?=<t[dh])/gi;
/** What a browser shows nothing of: how it begins, and how it ends. */
const HIDDEN: readonly (readonly [begin: RegExp, end: RegExp])[] = [
  [/<!--/g, /-->/g],
  ...['script', 'style', 'head', 'title'].map(
    (name) => [new RegExp(`<${name}\\b[^<>]*>`, 'gi'), new RegExp(`</${name}\\s*>`, 'gi')] as const,
  ),
];
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
/** UTF-16 units of markup that are read. */
export const MOST_MARKUP = 200_000;

/**
 * The text of an XHTML narrative (FHIR R4, 2.4): never its markup, which is somebody else's. Cells of a table are parted by a bar.
 */
export function plainText(xhtml: string): string {
  return HIDDEN.reduce(without, xhtml.slice(0, MOST_MARKUP))
    .replaceAll(/\s+/g, ' ')
    .replaceAll(CELLS, ' | ')
    .replaceAll(BREAKS, '\n')
    .replaceAll(/<[^<>]*>/g, '')
    .replaceAll(/&(#x[0-9a-f]{1,6}|#\d{1,7}|\w{1,8});/gi, (whole, name: string) => entity(name) ?? whole)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** Each end is looked for once: markup that never ends costs no more than its length. */
function without(text: string, [begin, end]: (typeof HIDDEN)[number]): string {
  let kept = '';
  let from = 0;
  for (const { index, 0: opened } of text.matchAll(begin)) {
    if (index < from) continue;
    end.lastIndex = index + opened.length;
    if (end.exec(text) === null) break;
    kept += text.slice(from, index);
    from = end.lastIndex;
  }
  return kept + text.slice(from);
}

function entity(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()];
  const point = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point).toWellFormed() : undefined;
}

/** Narratives of a resource and of its sections, as text; undefined where there is none. */
export function narrativeOf(resource: Resource): string | undefined {
  const texts = [textAt(resource, 'text.div') ?? '', ...sections(listAt(resource, 'section'), 0)].map(plainText);
  const told = texts.filter((text) => text !== '').join('\n\n');
  return told === '' ? undefined : told;
}

const sections = (list: readonly unknown[], depth: number): string[] =>
  list.flatMap((section) => [
    `${textAt(section, 'title') ?? ''}<br/>${textAt(section, 'text.div') ?? ''}`,
    ...(depth < 4 ? sections((at(section, 'section') as unknown[] | undefined) ?? [], depth + 1) : []),
  ]);
