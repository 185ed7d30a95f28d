import { defineContentScript } from 'wxt/utils/define-content-script';
import { relay } from '../adapters/messaging/page-relay.ts';

/** Carries requests between a page and the wallet. Knows nothing and decides nothing. */
export default defineContentScript({
  matches: ['http://*/*', 'https://*/*'],
  runAt: 'document_start',
  main: relay,
});
