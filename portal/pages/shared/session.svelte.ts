import { HealthError } from '../../sdk/index.ts';
import { signIn, signInText, signOut, whoAmI, type Me } from './staff-api.ts';
import type { Wallet } from './wallet.svelte.ts';

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Who signed in, on a page for those who work in health care. */
export class Session {
  readonly #wallet: Wallet;
  /** `undefined` until it is known. */
  #me = $state.raw<Me | null>();
  /** Null while nobody signed in, or while the wallet is at another account: what is on the page is that account's. */
  readonly me = $derived.by(() => {
    const { account } = this.#wallet;
    if (this.#me === undefined || account === undefined) return undefined;
    return this.#me !== null && same(this.#me.address, account) ? this.#me : null;
  });

  constructor(wallet: Wallet) {
    this.#wallet = wallet;
  }

  /** @throws ClinicError */
  async load(): Promise<void> {
    this.#me = await whoAmI();
  }

  /** Has the wallet ask the person to sign. @throws HealthError, ClinicError */
  async signIn(): Promise<Me> {
    const { account, client } = this.#wallet;
    if (account === undefined || !client) throw new HealthError(4100, 'no account', 'not-connected');
    const message = await signInText(account);
    await signIn(message, await client.signText(account, message));
    await this.load();
    if (!this.me) throw new HealthError(4100, 'another account', 'not-connected');
    return this.me;
  }

  async signOut(): Promise<void> {
    await signOut();
    this.#me = null;
  }

  set(me: Me): void {
    this.#me = me;
  }
}
