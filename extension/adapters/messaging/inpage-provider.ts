import { TO_CONTENT, TO_PAGE, type PageMessage } from './page-messages.ts';

/** EIP-1193 error. */
class ProviderRpcError extends Error {
  override readonly name = 'ProviderRpcError';
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

type Listener = (data: unknown) => void;
const EVENTS = ['connect', 'disconnect', 'accountsChanged', 'chainChanged', 'message', 'consentChanged', 'recordAdded'];

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230b6b78'/%3E%3Cpath d='M16 25s-8-4.6-8-10.4A4.6 4.6 0 0 1 16 12a4.6 4.6 0 0 1 8 2.6C24 20.4 16 25 16 25z' fill='%23fff'/%3E%3C/svg%3E";

/**
 * Puts `window.salus` (EIP-1193) into the page and announces it (EIP-6963). Runs before any script of the page and keeps its own
 * references, so that what a page does to its globals later changes nothing here.
 */
export function injectProvider(): void {
  const { location } = window;
  const listen = window.addEventListener.bind(window);
  const dispatch = window.dispatchEvent.bind(window);
  const { freeze } = Object;
  const post = window.postMessage.bind(window);
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const take = Map.prototype.get.bind(waiting) as (id: number) => ReturnType<typeof waiting.get>;
  const put = Map.prototype.set.bind(waiting) as typeof waiting.set;
  const drop = Map.prototype.delete.bind(waiting) as (id: number) => boolean;
  const listeners: Record<string, Listener[]> = Object.create(null) as Record<string, Listener[]>;
  for (const event of EVENTS) listeners[event] = [];
  let count = 0;

  listen('message', (event) => {
    const { data, source } = event as MessageEvent<PageMessage | null>;
    if (source !== window || typeof data !== 'object' || data?.target !== TO_PAGE) return;
    if ('event' in data) {
      for (const listener of listeners[data.event] ?? []) {
        try {
          listener(data.data);
        } catch {
          // A page's own listener failed; that is its own affair and must not keep the others from hearing.
          continue;
        }
      }
      return;
    }
    const call = take(data.id);
    drop(data.id);
    if ('error' in data) call?.reject(new ProviderRpcError(data.error.code, data.error.message, data.error.data));
    else call?.resolve(data.result);
  });

  const request = (args: unknown): Promise<unknown> => {
    const { method, params } = (typeof args === 'object' && args !== null ? args : {}) as {
      method?: unknown;
      params?: unknown;
    };
    if (typeof method !== 'string') {
      return Promise.reject(new ProviderRpcError(-32600, 'request() takes { method, params }.'));
    }
    return new Promise((resolve, reject) => {
      const id = ++count;
      put(id, { resolve, reject });
      try {
        post({ target: TO_CONTENT, id, method, params }, location.origin);
      } catch {
        drop(id);
        reject(new ProviderRpcError(-32602, 'The params of this request cannot be copied.'));
      }
    });
  };
  const provider = freeze({
    isSalus: true,
    request,
    on(event: string, listener: Listener) {
      listeners[event]?.push(listener);
      return provider;
    },
    removeListener(event: string, listener: Listener) {
      const list = listeners[event];
      const at = list?.indexOf(listener) ?? -1;
      if (at >= 0) list?.splice(at, 1);
      return provider;
    },
  });

  const info = freeze({
    uuid: crypto.randomUUID?.() ?? '4b9f3c4e-7c0a-4c53-9f27-0e8b3f6f5a11',
    name: 'Salus',
    icon: ICON,
    rdns: 'health.salus.wallet',
  });
  const announce = () =>
    dispatch(new CustomEvent('eip6963:announceProvider', { detail: freeze({ info, provider }) }));
  listen('eip6963:requestProvider', announce);
  Object.defineProperty(window, 'salus', { value: provider, writable: false, configurable: false });
  announce();
}
