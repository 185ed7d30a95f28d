type Answer =
  | { readonly result: unknown }
  | {
      readonly error: { readonly code: number; readonly message: string; readonly data?: { readonly reason: string } };
    };

/** Called in Node for each request of the page. */
interface Bindings {
  readonly conformanceAsk: (call: { method: unknown; params: unknown; afterClick: boolean }) => Promise<Answer>;
}

/** Puts a health wallet into a page before its scripts run: announced by EIP-6963 and nowhere else, answering as Node says. */
export function injectStrictProvider(): void {
  const { conformanceAsk } = window as unknown as Bindings;
  // The browser's own user activation is also set by whoever drives it.
  let clicked = false;
  for (const kind of ['pointerdown', 'keydown']) {
    window.addEventListener(kind, ({ isTrusted }) => (clicked ||= isTrusted), true);
  }
  const listeners = new Map<string, Set<(data: unknown) => void>>();
  const provider = Object.freeze({
    async request({ method, params }: { method: unknown; params?: unknown }): Promise<unknown> {
      const answer = await conformanceAsk({ method, params, afterClick: clicked });
      if ('result' in answer) return answer.result;
      throw Object.assign(new Error(answer.error.message), answer.error);
    },
    on(event: string, listener: (data: unknown) => void) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
      return provider;
    },
    removeListener(event: string, listener: (data: unknown) => void) {
      listeners.get(event)?.delete(listener);
      return provider;
    },
  });
  const info = Object.freeze({
    uuid: crypto.randomUUID(),
    name: 'Strict health wallet',
    icon: 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg"/%3E',
    rdns: 'health.salus.wallet',
  });
  const announce = () =>
    window.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
  window.addEventListener('eip6963:requestProvider', announce);
  announce();
}
