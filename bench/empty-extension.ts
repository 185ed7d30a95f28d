import { mkdir, writeFile } from 'node:fs/promises';

/** What an empty extension's window shows; nothing is loaded and nothing runs. */
const BLANK_HTML = '<!doctype html><meta charset="utf-8"><title>Blank</title><button>Approve</button>';
export const BLANK = 'blank.html';
/** One that shows what its worker answers to one message: the least that a window which knows nothing yet can do. */
export const ASKING = 'asking.html';
const ASKING_HTML =
  '<!doctype html><meta charset="utf-8"><title>Asking</title><script src="asking.js"></script><div id="root"></div>';
const ASKING_SCRIPT = `chrome.runtime.sendMessage('what').then((text) => {
  document.getElementById('root').append(Object.assign(document.createElement('button'), { textContent: text }));
});`;
/** A page posts this, with the window's name, to have it opened; this comes back when the window's message has come. */
export const ASK = 'bench-ask ';
export const ANSWERED = 'bench-answered';
/** The window's message. */
export const YES = 'yes';

/** Passes a page's question on, and its answer back. */
const CONTENT = `addEventListener('message', ({ data }) => {
  if (typeof data !== 'string' || !data.startsWith('${ASK}')) return;
  chrome.runtime.sendMessage(data.slice(${ASK.length})).then(() => postMessage('${ANSWERED}', location.origin));
});`;

/** Opens the window that a page asks for, and answers the page when the window says so. */
const WORKER = `let answer = () => undefined;
chrome.runtime.onMessage.addListener((message, sender, respond) => {
  if (message === '${YES}') return void answer();
  if (message === 'what') return void respond('Approve');
  answer = respond;
  void chrome.windows.create({ url: message, type: 'popup', width: 460, height: 760, focused: true });
  return true;
});`;

const SCRIPTS = {
  /** Nothing is put into pages. */
  none: [],
  /** Two scripts that do nothing, in both worlds, as the wallet has two that do something. */
  empty: [{ js: ['empty.js'] }, { js: ['empty.js'], world: 'MAIN' }],
  /** What it takes to open a window for a page and to answer it. */
  bare: [{ js: ['content.js'] }],
};

/**
 * Writes an extension that does what the browser makes every extension do for the same thing, and no more.
 * @param scripts what it puts into pages
 */
export async function writeEmptyExtension(dir: string, scripts: keyof typeof SCRIPTS): Promise<void> {
  const everywhere = { matches: ['http://*/*', 'https://*/*'], run_at: 'document_start' };
  const manifest = {
    manifest_version: 3,
    name: `Empty (${scripts})`,
    version: '1',
    background: { service_worker: 'worker.js' },
    content_scripts: SCRIPTS[scripts].map((script) => ({ ...everywhere, ...script })),
  };
  const files = {
    'manifest.json': JSON.stringify(manifest),
    'worker.js': WORKER,
    'content.js': CONTENT,
    'empty.js': '0;',
    [BLANK]: BLANK_HTML,
    [ASKING]: ASKING_HTML,
    'asking.js': ASKING_SCRIPT,
  };
  await mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(`${dir}/${name}`, text);
}
