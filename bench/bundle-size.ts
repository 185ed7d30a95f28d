import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { BUILT_EXTENSION } from '../scripts/lib/paths.ts';

/** Most kilobytes (1000 bytes, gzip) of each entry of the extension, with everything it loads. */
export const BUDGETS_KB = {
  'content-scripts/inpage.js': 8,
  'content-scripts/content.js': 12,
  'background.js': 200,
  'popup.html': 120,
} as const;
export type Entry = keyof typeof BUDGETS_KB;
export const ENTRIES = Object.keys(BUDGETS_KB) as Entry[];

/** What a script imports, at once or later, and what a page names. */
const IN_SCRIPT = /(?:\bfrom|\bimport)\s*\(?\s*["'`](\.{1,2}\/[^"'`]+)["'`]/g;
const IN_PAGE = /\b(?:src|href)="([^"]+\.(?:js|css))"/g;

function references(file: string, text: string, root: string): string[] {
  const named = [...text.matchAll(file.endsWith('.html') ? IN_PAGE : IN_SCRIPT)].map(([, name = '']) => name);
  return named.map((name) => (name.startsWith('/') ? join(root, name) : resolve(dirname(file), name)));
}

/**
 * The files that an entry of the built extension loads, itself included.
 * @throws Error when the extension is not built
 */
export function filesOf(entry: Entry, root = BUILT_EXTENSION): string[] {
  if (!existsSync(join(root, entry))) throw new Error(`${entry} is not there: build first (npm run build)`);
  const found = new Set([join(root, entry)]);
  for (const file of found) {
    if (file.endsWith('.css')) continue;
    for (const next of references(file, readFileSync(file, 'utf8'), root)) if (existsSync(next)) found.add(next);
  }
  return [...found].map((file) => relative(root, file));
}

/** Kilobytes (1000 bytes) of an entry and all it loads, each file by gzip. */
export function sizeKb(entry: Entry, root = BUILT_EXTENSION): number {
  const bytes = filesOf(entry, root).map((file) => gzipSync(readFileSync(join(root, file)), { level: 9 }).byteLength);
  return bytes.reduce((sum, n) => sum + n, 0) / 1_000;
}
