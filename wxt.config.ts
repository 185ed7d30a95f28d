import { fileURLToPath } from 'node:url';
import { defineConfig } from 'wxt';
import { fhirDefinitions } from './scripts/vite-fhir-definitions.ts';
import { nobleModules } from './scripts/vite-noble-modules.ts';

export default defineConfig({
  srcDir: 'extension',
  outDir: '.output',
  modules: ['@wxt-dev/module-svelte', '@wxt-dev/i18n/module'],
  imports: false,
  vite: () => ({
    plugins: [fhirDefinitions(), nobleModules()],
    resolve: {
      alias: { '@adraffy/ens-normalize': fileURLToPath(new URL('extension/adapters/no-ens.ts', import.meta.url)) },
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
