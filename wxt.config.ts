import { fileURLToPath } from 'node:url';
import { defineConfig } from 'wxt';
import { fhirDefinitions } from './scripts/vite-fhir-definitions.ts';

const inside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  srcDir: 'extension',
  outDir: '.output',
  modules: ['@wxt-dev/module-svelte', '@wxt-dev/i18n/module'],
  imports: false,
  vite: () => ({
    plugins: [fhirDefinitions()],
    resolve: {
      alias: [
        { find: '@adraffy/ens-normalize', replacement: inside('extension/adapters/no-ens.ts') },
        // eciesjs is CommonJS and would bring second copies of what everything else imports as modules.
        {
          find: /^@noble\/(curves|ciphers|hashes)\/([\w-]+)$/,
          replacement: inside('node_modules/@noble/$1/esm/$2.js'),
        },
      ],
    },
    build: { target: 'chrome123', chunkSizeWarningLimit: 4_000 },
  }),
  manifest: {
    name: '__MSG_extName__',
    description: '__MSG_extDescription__',
    default_locale: 'en',
    minimum_chrome_version: '123',
    permissions: ['storage', 'unlimitedStorage', 'alarms', 'offscreen'],
    action: { default_title: '__MSG_extName__' },
    content_security_policy: {
      // WebAssembly is Argon2id and SHA-256, from inside the package; see docs/decisions.
      extension_pages:
        "script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    },
  },
});
