import type { ItemPart } from '../../core/records/item-streams.ts';
import type { StoragePort } from '../../core/wallet/ports.ts';
import type { PromptView } from '../../rpc/prompts.ts';
import type { UiApi } from '../../rpc/ui-api.ts';
import { browser } from '../browser/api.ts';
import { takeFirstAnswer } from './first-question.ts';
import { STORAGE_CHANNEL, openChannel, unpackError, type Remote } from './channel.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: unknown;
}

async function ask(message: object): Promise<unknown> {
  return unpack(await browser.runtime.sendMessage(message));
}

function unpack(answer: Answer): unknown {
  if (answer.error !== undefined) throw unpackError(answer.error);
  return answer.result;
}

/** Values as JSON has them, which is how Chromium passes them on. Firefox refuses the proxies that hold a screen's state. */
const plain = (args: unknown[]): unknown => JSON.parse(JSON.stringify(args));

/** The background's calls, from one of the wallet's own pages. Failures are SalusErrors. */
export const wallet: Remote<UiApi> = new Proxy({} as Remote<UiApi>, {
  get:
    (_, method) =>
    (...args: unknown[]) =>
      ask({ to: 'background', method: String(method), args: plain(args) }),
});

/** What the page asked before this script was loaded; asked now where it did not. */
export function firstPrompt(id: string): Promise<PromptView> {
  const early = takeFirstAnswer() as Promise<Answer> | undefined;
  return early?.then((answer) => unpack(answer) as PromptView) ?? wallet.prompt(id);
}

/** A channel into the storage host. Not in Firefox, whose background page hosts it: it would end whenever that page is suspended. */
async function hostChannel(): Promise<Remote<StoragePort>> {
  const { port1, port2 } = new MessageChannel();
  const registration = await navigator.serviceWorker.ready;
  registration.active?.postMessage(STORAGE_CHANNEL, [port2]);
  return openChannel<StoragePort>(port1);
}

let channel: Promise<Remote<StoragePort>> | undefined;

/** Hands a file to the storage host without copying it. @param job with whose files it is added @returns the import job */
export async function stageFile(file: File, job?: string): Promise<string> {
  // Firefox's messages carry Files.
  if (import.meta.env.FIREFOX) return (await ask({ to: 'storage', file, ...(job !== undefined && { job }) })) as string;
  channel ??= hostChannel();
  return (await channel).stage(file, file.name, file.name, { job });
}

/** What the storage host gives of entries that were opened for one of the wallet's own pages. */
export type ItemReading = Pick<StoragePort, 'nextParts' | 'closeItems'>;

export async function itemReading(): Promise<ItemReading> {
  if (!import.meta.env.FIREFOX) return hostChannel();
  return {
    nextParts: (next) => ask({ to: 'storage', next }) as Promise<readonly ItemPart[]>,
    closeItems: (close) => ask({ to: 'storage', close }) as Promise<void>,
  };
}

/** Calls `listener` whenever something the wallet shows may have changed. @returns how to stop */
export function onWalletChange(listener: () => void): () => void {
  const heard = (message: unknown) => {
    if ((message as { to?: unknown } | null)?.to === 'ui') listener();
  };
  browser.runtime.onMessage.addListener(heard);
  return () => browser.runtime.onMessage.removeListener(heard);
}
