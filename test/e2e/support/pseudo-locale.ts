import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

type Messages = Record<string, { message: string }>;

const FROM = 'aceinosuyzACEINOSUYZ';
const TO = 'àćéîñöšûýžÀĆÉÎÑÖŠÛÝŽ';
/** What must stay, for the wallet or for whom it names. */
const KEPT = ['extName', 'lang'];

/** `Stop sharing` → `[Štöp šhàrîñg ~~~~]`: in brackets, with accents, and longer by two fifths, as other languages are. */
export function pseudo(text: string): string {
  const accented = text.replaceAll(/[a-zA-Z]/g, (letter) => TO[FROM.indexOf(letter)] ?? letter);
  const longer = '~~~~ '.repeat(Math.ceil((text.length * 0.4) / 5)).trim();
  return `[${accented} ${longer}]`;
}

/** Puts a made-up language in the place of English in a copy of the built extension, so that what is in no catalogue shows. */
export async function speakPseudo(extensionDir: string, to: string): Promise<string> {
  await cp(extensionDir, to, { recursive: true });
  const file = join(to, '_locales/en/messages.json');
  const messages = JSON.parse(await readFile(file, 'utf8')) as Messages;
  for (const [key, entry] of Object.entries(messages)) {
    if (!KEPT.includes(key)) entry.message = entry.message.split(' | ').map(pseudo).join(' | ');
  }
  await writeFile(file, JSON.stringify(messages));
  return to;
}

/**
 * Letters on a page that stand in no brackets, and are neither data nor a date: what a record, a site or an address says is in an
 * element of its own (`bdi`, `dir="ltr"`, `dir="auto"`, code).
 */
export function untranslated(): string[] {
  const DATA = 'bdi, [dir=ltr], [dir=auto], .mono, pre, script, style';
  const MONTH = /^(January|February|March|April|May|June|July|August|September|October|November|December)$/;
  const DATE = /\b\d{0,2}\s?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\s\d{4}\b/g;
  const bare = (text: string): string => {
    let rest = text;
    for (let before = ''; before !== rest;) [before, rest] = [rest, rest.replaceAll(/\[[^[\]]*\]/g, '')];
    return rest
      .replaceAll(DATE, '')
      .replace(MONTH, '')
      .replaceAll(/\b(Salus|ETH|byte|[kMG]B)\b/g, '');
  };
  const faults = new Set<string>();
  const look = (text: string | null) => {
    if (text !== null && /\p{L}/u.test(bare(text))) faults.add(text.trim());
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const { parentElement } = node;
    // The parts of one sentence are one text for the browser.
    if (parentElement && !parentElement.closest(DATA)) look(node.textContent);
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
    if (element.closest('[data-testid=attachment]')) continue; // named by its file
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) look(element.getAttribute(name));
  }
  return [...faults];
}
