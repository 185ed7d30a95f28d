import { isSecureOrigin } from '../../core/secure-origin.ts';

/** Whether the wallet has anything to do in this document: pages of HTML that came over a line nobody else writes on. */
export const isPage = (): boolean =>
  (document.contentType === 'text/html' || document.contentType === 'application/xhtml+xml') &&
  isSecureOrigin(window.location.origin);

/**
 * Does `work` now, and again whenever the document is written anew: `document.open` takes every listener off the window, and puts
 * another root element in. Work that is done twice must be no more than once: a listener that is there is not added again.
 */
export function wheneverWritten(work: () => void): void {
  work();
  new MutationObserver(work).observe(document, { childList: true });
}
