import { findWallet, HealthClient, WalletNotFound } from '../../sdk/index.ts';

/** The wallet as a page goes through it: looked for, found or not, then connected to one account. */
export class Wallet {
  /** `undefined` while looking, `null` when there is none. */
  client = $state.raw<HealthClient | null>();
  /** The connected account. */
  account = $state<string>();

  /** Looks for a wallet, and takes up a connection made before. */
  async find(): Promise<void> {
    try {
      this.client = new HealthClient(await findWallet());
    } catch (error) {
      if (!(error instanceof WalletNotFound)) throw error;
      this.client = null;
      return;
    }
    this.client.onAccountsChanged(([account]) => (this.account = account));
    [this.account] = await this.client.accounts();
  }

  /** Asks the person. @throws HealthError */
  async connect(): Promise<void> {
    this.account = await this.client?.connect();
  }
}
