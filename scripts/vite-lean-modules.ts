import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

// The real places, as every other import is resolved: the same module under two names would be taken twice.
const placeOf = (path: string): string =>
  realpathSync(fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url)));
const NOBLE = placeOf('@noble');
const SCURE_BASE = placeOf('@scure/bip32/node_modules/@scure/base/lib/esm/index.js');

const instead = (name: string): string => fileURLToPath(new URL(`../extension/adapters/${name}.ts`, import.meta.url));
const NO_ED25519 = instead('no-ed25519');
const NO_CHACHA = instead('no-chacha');

/**
 * Keeps out of the bundles what libraries bring twice, or bring and are never asked for: some 30 KB (gzip) of the background.
 * eciesjs is CommonJS and would have copies of its own of what everything else imports as modules: it is given the modules, of the same
 * versions, without the curves and the cipher that it is never used with. Words and keys share one encoder. What WXT has for
 * everybody to import counts only where it is imported.
 */
export function leanModules(): Plugin {
  return {
    name: 'lean-modules',
    enforce: 'pre',
    async resolveId(source, importer = '', options) {
      if (/\/eciesjs\//.test(importer) && source === '@ecies/ciphers/chacha') return NO_CHACHA;
      if (/\/@scure\/bip(32|39)\//.test(importer) && source === '@scure/base') return SCURE_BASE;
      if (source === '@wxt-dev/storage') {
        const found = await this.resolve(source, importer, { ...options, skipSelf: true });
        return found && { ...found, moduleSideEffects: false };
      }
      const [, library, file] = /^@noble\/(curves|ciphers|hashes)\/([\w-]+)$/.exec(source) ?? [];
      if (library === undefined || !/\/(eciesjs|@ecies)\//.test(importer)) return undefined;
      return file === 'ed25519' ? NO_ED25519 : `${NOBLE}/${library}/esm/${file}.js`;
    },
  };
}
