import { browser } from 'wxt/browser';
import { isPage, wheneverWritten } from './page-document.ts';
import { GONE, TO_CONTENT, TO_PAGE, type PageMessage } from './page-messages.ts';

type Reply =
  | { readonly id: string; readonly result?: unknown; readonly error?: { code: number; message: string } }
  /** The first message of every worker. */
  | { readonly connect: { readonly chainId: string } };

interface Open {
  readonly pageId: number;
  readonly wire: { readonly id: string; readonly method: string; readonly params: unknown };
}

const MOST_OPEN = 100;
const MOST_CHARS = 16_000_000;
const RETRY_MS = 250;

const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');

/**
 * Passes requests on under ids of its own, and asks again when the worker died in between: the wallet knows each request by
 * its id and answers it once.
 */
export function relay(): void {
  if (!isPage()) return;
  const open = new Map<string, Open>();
  let port: ReturnType<typeof browser.runtime.connect> | undefined;
  let connected = false;

  const toPage = (
    message: Omit<Extract<PageMessage, { id: number }>, 'target'> | { event: string; data: unknown } | { here: true },
  ) => window.postMessage({ target: TO_PAGE, ...message }, window.location.origin);
  const fail = (id: number, code: number, message: string) => toPage({ id, error: { code, message } } as never);

  const connect = () => {
    const opened = browser.runtime.connect({ name: 'provider' });
    opened.onMessage.addListener((reply: Reply) => {
      if ('connect' in reply) {
        // A worker that died and came back is no new connection to the page.
        if (!connected) toPage({ event: 'connect', data: reply.connect });
        connected = true;
        return;
      }
      const request = open.get(reply.id);
      open.delete(reply.id);
      if (request === undefined) return;
      if (reply.error) toPage({ id: request.pageId, error: reply.error } as never);
      else toPage({ id: request.pageId, result: reply.result } as never);
    });
    opened.onDisconnect.addListener(() => {
      port = undefined;
      if (open.size > 0) setTimeout(resend, RETRY_MS);
    });
    return opened;
  };

  /** The extension was updated or removed under this page: nothing is answered any more. */
  const lose = () => {
    for (const { pageId } of open.values()) fail(pageId, GONE.code, GONE.message);
    open.clear();
    if (connected) toPage({ event: 'disconnect', data: GONE });
    connected = false;
  };

  const send = (request: Open): void => {
    try {
      port ??= connect();
      port.postMessage(request.wire);
    } catch {
      lose();
    }
  };
  const resend = () => {
    for (const request of open.values()) send(request);
  };

  const hear = ({ data, source }: MessageEvent<unknown>): void => {
    if (source !== window || typeof data !== 'object' || data === null) return;
    const { target, id, method, params, there } = data as Record<string, unknown>;
    if (import.meta.env.FIREFOX && target === TO_CONTENT && there === true) return toPage({ here: true });
    if (target !== TO_CONTENT || typeof id !== 'number' || typeof method !== 'string') return;
    if (open.size >= MOST_OPEN) return fail(id, -32005, 'This page has too many requests open.');
    let copy: unknown;
    try {
      // A copy of plain JSON: no getters, no cycles, nothing the page can change afterwards.
      const text = params === undefined ? undefined : JSON.stringify(params);
      if (text !== undefined && text.length > MOST_CHARS) return fail(id, -32602, 'This request is too large.');
      copy = text === undefined ? undefined : JSON.parse(text);
    } catch {
      return fail(id, -32602, 'The params of this request are not JSON.');
    }
    const wire = { id: randomId(), method: method.slice(0, 100), params: copy };
    const request = { pageId: id, wire };
    open.set(wire.id, request);
    send(request);
  };

  // A page that is left may be kept for the way back, in Firefox with its port open: the wallet must know that it left, and is
  // asked again when the person comes back to it. The page cannot make this happen: its own events are not trusted.
  const leave = ({ isTrusted }: Event): void => {
    if (!isTrusted) return;
    port?.disconnect();
    port = undefined;
  };
  const comeBack = ({ isTrusted }: Event): void => {
    if (isTrusted) resend();
  };
  wheneverWritten(() => {
    window.addEventListener('message', hear);
    window.addEventListener('pagehide', leave);
    window.addEventListener('pageshow', comeBack);
  });

  browser.runtime.onMessage.addListener((message: unknown) => {
    const { to, origin, event, data } = (message ?? {}) as Record<string, unknown>;
    if (to === 'provider' && origin === window.location.origin && typeof event === 'string') toPage({ event, data });
  });
}
