import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const OUTPUT = join(ROOT, '.output');
/** Where `wxt build` puts the extension. */
export const BUILT_EXTENSION = join(OUTPUT, 'chrome-mv3');
export const BUILT_FOR_FIREFOX = join(OUTPUT, 'firefox-mv3');
export const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);
