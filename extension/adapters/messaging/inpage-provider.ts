import { watchHeartbeat } from './heartbeat.ts';
import { isPage, wheneverWritten } from './page-document.ts';
import { GONE, TO_CONTENT, TO_PAGE, type PageMessage } from './page-messages.ts';

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

const isErrorData = (error: unknown): error is { code: number; message: string; data?: unknown } =>
  typeof error === 'object' && error !== null && 'code' in error && 'message' in error;

/** An answer as it comes in: any script of the page may have posted it. */
interface Reply {
  readonly id?: unknown;
  readonly error?: unknown;
  readonly result?: unknown;
  readonly here?: unknown;
}

type Listener = (data: unknown) => void;
const EVENTS = ['connect', 'disconnect', 'accountsChanged', 'chainChanged', 'message', 'consentChanged', 'recordAdded'];

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%230b6b78'/%3E%3Cpath d='M16 25s-8-4.6-8-10.4A4.6 4.6 0 0 1 16 12a4.6 4.6 0 0 1 8 2.6C24 20.4 16 25 16 25z' fill='%23fff'/%3E%3C/svg%3E";

/**
 * Puts `window.salus` (EIP-1193) into the page and announces it (EIP-6963). Runs before any script of the page and keeps its own
 * references, so that what a page does to its globals and prototypes later changes nothing here.
 */
export function injectProvider(): void {
  // A page that was boxed in (CSP sandbox) has no origin that consent could be given to, whatever its address says.
  if (window.origin === 'null' || !isPage()) return;
  const { location, Promise } = window;
  const listen = window.addEventListener.bind(window);
  const dispatch = window.dispatchEvent.bind(window);
  const { create, freeze, hasOwn } = Object;
  const post = window.postMessage.bind(window);
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const take = Map.prototype.get.bind(waiting) as (id: number) => ReturnType<typeof waiting.get>;
  const put = Map.prototype.set.bind(waiting) as typeof waiting.set;
  const drop = Map.prototype.delete.bind(waiting) as (id: number) => boolean;
  const each = Map.prototype.forEach.bind(waiting) as (
    visit: (call: { reject: (error: unknown) => void }, id: number) => void,
  ) => void;
  // Replaced whole, never changed, and walked by index: a page may have overwritten the methods of arrays.
  const listeners = create(null) as Record<string, readonly Listener[]>;
  for (const event of EVENTS) listeners[event] = [];
  let count = 0;

  const tell = (event: string, data: unknown): void => {
    const list = listeners[event] ?? [];
    for (let i = 0; i < list.length; i++) {
      try {
        list[i]?.(data);
      } catch {
        // A page's own listener failed; that is its own affair and must not keep the others from hearing.
        continue;
      }
    }
  };

  const settle = (message: Reply): void => {
    const { id, error, result } = message;
    const call = typeof id === 'number' ? take(id) : undefined;
    if (call === undefined) return;
    if (!hasOwn(message, 'error')) call.resolve(hasOwn(message, 'result') ? result : undefined);
    else if (isErrorData(error)) call.reject(new ProviderRpcError(error.code, error.message, error.data));
    else return; // not from the content script
    drop(id as number);
  };

  let connected = false;
  const lose = (): void => {
    each(({ reject }, id) => {
      drop(id);
      reject(new ProviderRpcError(GONE.code, GONE.message));
    });
    if (connected) tell('disconnect', new ProviderRpcError(GONE.code, GONE.message));
    connected = false;
  };
  const isWaiting = (): boolean => {
    let some = false;
    each(() => (some = true));
    return some;
  };
  const watch = import.meta.env.FIREFOX
    ? watchHeartbeat({
        waiting: isWaiting,
        ask: () => post({ target: TO_CONTENT, there: true }, location.origin),
        lost: lose,
      })
    : undefined;

  const hear = (event: Event): void => {
    const { data, source } = event as MessageEvent<PageMessage | null>;
    if (source !== window || typeof data !== 'object' || data?.target !== TO_PAGE) return;
    const message: { readonly event?: unknown; readonly data?: unknown } & Reply = data;
    watch?.heard();
    if (message.event === 'connect') connected = true;
    if (!hasOwn(message, 'event')) settle(message);
    else if (message.event === 'disconnect' && isErrorData(message.data)) {
      tell('disconnect', new ProviderRpcError(message.data.code, message.data.message));
    } else if (typeof message.event === 'string') tell(message.event, message.data);
  };

  const request = (args: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const { method, params } = (typeof args === 'object' && args !== null ? args : {}) as {
        method?: unknown;
        params?: unknown;
      };
      if (typeof method !== 'string') {
        reject(new ProviderRpcError(-32600, 'request() takes { method, params }.'));
        return;
      }
      const id = ++count;
      put(id, { resolve, reject });
      try {
        post({ target: TO_CONTENT, id, method, params }, location.origin);
        watch?.start();
      } catch {
        drop(id);
        reject(new ProviderRpcError(-32602, 'The params of this request cannot be copied.'));
      }
    });

  const without = (list: readonly Listener[], listener: Listener): Listener[] => {
    const rest: Listener[] = [];
    for (let i = 0; i < list.length; i++) if (list[i] !== listener) rest[rest.length] = list[i] as Listener;
    return rest;
  };
  const provider = freeze({
    isSalus: true,
    request,
    on(event: string, listener: Listener) {
      const list = listeners[event];
      if (list !== undefined) {
        const all = without(list, listener);
        all[all.length] = listener;
        listeners[event] = all;
      }
      return provider;
    },
    removeListener(event: string, listener: Listener) {
      const list = listeners[event];
      if (list !== undefined) listeners[event] = without(list, listener);
      return provider;
    },
  });

  const info = freeze({
    uuid: crypto.randomUUID?.() ?? '4b9f3c4e-7c0a-4c53-9f27-0e8b3f6f5a11',
    name: 'Salus',
    icon: ICON,
    rdns: 'health.salus.wallet',
  });
  const announce = () => dispatch(new CustomEvent('eip6963:announceProvider', { detail: freeze({ info, provider }) }));
  Object.defineProperty(window, 'salus', { value: provider, writable: false, configurable: false });
  wheneverWritten(() => {
    listen('message', hear);
    listen('eip6963:requestProvider', announce);
    announce();
  });
}
