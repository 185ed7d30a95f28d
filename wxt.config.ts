import { defineConfig } from 'wxt';
import { fhirDefinitions } from './scripts/vite-fhir-definitions.ts';
import { fhirElements } from './scripts/vite-fhir-elements.ts';
import { icons } from './scripts/vite-icons.ts';
import { leanModules } from './scripts/vite-lean-modules.ts';
import { slip39InBrowser } from './scripts/vite-slip39.ts';

const CHROMIUM = '123';
/** The extended-support release it is tested in; earlier ones do not name the document that sends a message. */
const FIREFOX = '153';

export default defineConfig({
  srcDir: 'extension',
  outDir: '.output',
  manifestVersion: 3,
  modules: ['@wxt-dev/module-svelte', '@wxt-dev/i18n/module'],
  imports: false,
  vite: ({ browser }) => ({
    plugins: [fhirDefinitions(), fhirElements(), icons(), leanModules(), slip39InBrowser()],
    build: { target: browser === 'firefox' ? `firefox${FIREFOX}` : `chrome${CHROMIUM}`, chunkSizeWarningLimit: 4_000 },
  }),
  manifest: ({ browser }) => ({
    name: '__MSG_extName__',
    description: '__MSG_extDescription__',
    default_locale: 'en',
    ...(browser === 'firefox'
      ? {
          browser_specific_settings: {
            gecko: {
              id: 'wallet@salus.health',
              strict_min_version: `${FIREFOX}.0`,
              data_collection_permissions: { required: ['none'] },
            },
          },
        }
      : { minimum_chrome_version: CHROMIUM }),
    // Firefox has no offscreen documents: its background page hosts what they host elsewhere.
    permissions: [
      'storage',
      'unlimitedStorage',
      'alarms',
      'notifications',
      ...(browser === 'firefox' ? [] : ['offscreen']),
    ],
    action: { default_title: '__MSG_extName__' },
    content_security_policy: {
      // WebAssembly is Argon2id and SHA-256, from inside the package; see docs/decisions.
      extension_pages:
        "script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
    },
  }),
});
