import { defineContentScript } from 'wxt/utils/define-content-script';
import { injectProvider } from '../adapters/messaging/inpage-provider.ts';

/** The provider itself, in the page's own world. */
export default defineContentScript({
  matches: ['http://*/*', 'https://*/*'],
  world: 'MAIN',
  runAt: 'document_start',
  main: injectProvider,
});
