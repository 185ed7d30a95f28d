/** Messages between the provider in the page and the content script beside it, by `window.postMessage`. */
export const TO_CONTENT = 'salus:content';
export const TO_PAGE = 'salus:page';

export type PageMessage = { readonly target: typeof TO_PAGE } & (
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { code: number; message: string; data?: { reason: string } } }
  | { readonly event: string; readonly data: unknown }
  | { readonly here: true }
);

/** EIP-1193 “disconnected”: what a page is told when there is no wallet behind its provider any more. */
export const GONE = { code: 4900, message: 'The wallet was updated or switched off. Reload this page.' };
