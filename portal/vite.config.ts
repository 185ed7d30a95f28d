import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('./pages'),
  plugins: [svelte({ configFile: at('../svelte.config.js') })],
  build: {
    outDir: at('../.output/portal'),
    emptyOutDir: true,
    // The content security policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ['index', 'check-in', 'desk', 'hospital', 'join', 'link', 'registrar', 'welcome'].map((page) =>
        at(`./pages/${page}.html`),
      ),
    },
  },
});
