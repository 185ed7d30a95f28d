import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

// The real place, as every other import is resolved: the same module under two names would be taken twice.
const ROOT = realpathSync(fileURLToPath(new URL('../node_modules/@noble', import.meta.url)));

const NO_ED25519 = fileURLToPath(new URL('../extension/adapters/no-ed25519.ts', import.meta.url));

/**
 * eciesjs is CommonJS and would bring second copies of what everything else imports as modules: some 15 KB (gzip) of the background.
 * It is given the modules, of the same versions; not those of the curves that it is never used with.
 */
export function nobleModules(): Plugin {
  return {
    name: 'noble-modules',
    enforce: 'pre',
    resolveId(source, importer) {
      const [, library, file] = /^@noble\/(curves|ciphers|hashes)\/([\w-]+)$/.exec(source) ?? [];
      if (library === undefined || !/\/(eciesjs|@ecies)\//.test(importer ?? '')) return undefined;
      if (file === 'ed25519') return NO_ED25519;
      return `${ROOT}/${library}/esm/${file}.js`;
    },
  };
}
