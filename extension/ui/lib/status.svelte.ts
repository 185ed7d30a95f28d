import { onWalletChange, wallet } from '../../adapters/messaging/ui-client.ts';
import type { WalletStatus } from '../../core/wallet/wallet.ts';
import { errorText } from './text.ts';

/** How often a page that is in front looks, so that a wallet that locked itself does not go on being shown. */
const LOOK_MS = 5_000;

/** The wallet's status, renewed whenever it changes. */
export class StatusStore {
  value = $state.raw<WalletStatus>();
  /** Why it is not known, in the person's language. */
  problem = $state<string>();

  /** @param after looks first when this has settled */
  constructor(after: Promise<unknown> = Promise.resolve()) {
    const first = () => void this.refresh();
    after.then(first, first);
    onWalletChange(() => void this.refresh());
    const look = () => {
      if (document.visibilityState === 'visible') void this.refresh();
    };
    setInterval(look, LOOK_MS);
    document.addEventListener('visibilitychange', look);
  }

  async refresh(): Promise<void> {
    try {
      this.value = await wallet.status();
      this.problem = undefined;
    } catch (error) {
      this.problem = errorText(error);
    }
  }
}
