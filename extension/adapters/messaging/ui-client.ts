import type { StoragePort } from '../../core/wallet/ports.ts';
import type { UiApi } from '../../rpc/ui-api.ts';
import { browser } from '../browser/api.ts';
import { LANE, openLane, unpackError, type Remote } from './lane.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The background's calls, from one of the wallet's own pages. Failures are SalusErrors. */
export const wallet: Remote<UiApi> = new Proxy({} as Remote<UiApi>, {
  get:
    (_, method) =>
    async (...args: unknown[]) => {
      const answer: Answer = await browser.runtime.sendMessage({ to: 'background', method: String(method), args });
      if (answer.error !== undefined) throw unpackError(answer.error);
      return answer.result;
    },
});

let lane: Remote<StoragePort> | undefined;

/** Hands a file to the storage host without copying it. @returns the import job */
export async function stageFile(file: File): Promise<string> {
  if (lane === undefined) {
    const { port1, port2 } = new MessageChannel();
    const registration = await navigator.serviceWorker.ready;
    registration.active?.postMessage(LANE, [port2]);
    lane = openLane<StoragePort>(port1);
  }
  return lane.stage(file, file.name, file.name);
}

/** Calls `listener` whenever something the wallet shows may have changed. @returns how to stop */
export function onWalletChange(listener: () => void): () => void {
  const heard = (message: unknown) => {
    if ((message as { to?: unknown } | null)?.to === 'ui') listener();
  };
  browser.runtime.onMessage.addListener(heard);
  return () => browser.runtime.onMessage.removeListener(heard);
}
