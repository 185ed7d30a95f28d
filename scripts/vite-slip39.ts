import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const CRYPTO = fileURLToPath(new URL('../extension/adapters/slip39-crypto.ts', import.meta.url));
const isSlip39 = (file: string): boolean => /\/node_modules\/slip39\//.test(file);

/** Lets the `slip39` library, which was written for Node, run in a page: with its `crypto` and its buffers replaced. */
export function slip39InBrowser(): Plugin {
  return {
    name: 'slip39-in-browser',
    enforce: 'pre',
    resolveId: (source, importer = '') => (source === 'crypto' && isSlip39(importer) ? CRYPTO : undefined),
    transform: (code, id) => (isSlip39(id) ? code.replaceAll('Buffer.from(', 'Uint8Array.from(') : undefined),
  };
}
