import * as v from 'valibot';

/** What is sent to a provider (EIP-1193). */
export interface RequestArguments {
  readonly method: string;
  readonly params?: unknown;
}

/** The wallet as a page sees it (EIP-1193). */
export interface Provider {
  request(args: RequestArguments): Promise<unknown>;
  on(event: string, listener: (data: unknown) => void): unknown;
  removeListener(event: string, listener: (data: unknown) => void): unknown;
}

/** How the health wallet names itself in its EIP-6963 announcement. */
export const WALLET_RDNS = 'health.salus.wallet';
const ANNOUNCE = 'eip6963:announceProvider';
const REQUEST = 'eip6963:requestProvider';

/** Wallets announce themselves at once; the wait is for an extension that is still starting. */
const WAIT_MS = 1_500;

const isProvider = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['request', 'on', 'removeListener'].every((name) => typeof Reflect.get(value, name) === 'function');

const AnnouncementSchema = v.object({
  detail: v.object({
    info: v.object({ rdns: v.string() }),
    provider: v.custom<Provider>(isProvider, 'expected an EIP-1193 provider'),
  }),
});

/** No health wallet announced itself in time: it is not installed, or switched off for this page. */
export class WalletNotFound extends Error {
  override readonly name = 'WalletNotFound';

  constructor() {
    super('No health wallet was found in this browser. Install the wallet, then load this page again.');
  }
}

/** Where to look, and how long. */
export interface FindWalletOptions {
  /** Milliseconds to wait for an announcement. */
  readonly timeoutMs?: number;
  /** Where announcements are heard; the page's `window` unless told otherwise. */
  readonly target?: EventTarget;
}

/**
 * Finds the person's health wallet among all wallets that announce themselves (EIP-6963). The name in an announcement is the
 * wallet's own claim: any extension the person installed could make it.
 *
 * @throws WalletNotFound
 */
export function findWallet({
  timeoutMs = WAIT_MS,
  target = globalThis.window,
}: FindWalletOptions = {}): Promise<Provider> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      target.removeEventListener(ANNOUNCE, heard);
    };
    const heard = (event: Event) => {
      const announcement = v.safeParse(AnnouncementSchema, event);
      if (!announcement.success || announcement.output.detail.info.rdns !== WALLET_RDNS) return;
      stop();
      resolve(announcement.output.detail.provider);
    };
    const timer = setTimeout(() => {
      stop();
      reject(new WalletNotFound());
    }, timeoutMs);
    target.addEventListener(ANNOUNCE, heard);
    target.dispatchEvent(new Event(REQUEST));
  });
}
