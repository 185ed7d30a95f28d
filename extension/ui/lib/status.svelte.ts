import { onWalletChange, wallet } from '../../adapters/messaging/ui-client.ts';
import type { WalletStatus } from '../../core/wallet/wallet.ts';

/** The wallet's status, renewed whenever it changes. */
export class StatusStore {
  value = $state.raw<WalletStatus>();

  constructor() {
    void this.refresh();
    onWalletChange(() => void this.refresh());
  }

  async refresh(): Promise<void> {
    this.value = await wallet.status();
  }
}
