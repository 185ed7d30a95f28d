import { wallet } from '../../adapters/messaging/ui-client.ts';
import type { AskNode } from '../../core/chain/log-windows.ts';
import { isSalusError } from '../../core/errors.ts';

/** One of the network's nodes, asked through the background. @throws SalusError `chain-unreachable`; Error where it refuses */
export const nodeOf =
  (which: 0 | 1): AskNode =>
  (method, params) =>
    wallet.askNode(which, method, params).catch((error: unknown) => {
      throw isSalusError(error, 'bad-request') ? new Error('refused') : error;
    });
