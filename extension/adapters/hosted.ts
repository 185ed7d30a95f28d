import type { KeyWorkPort } from '../core/custody/key-work.ts';
import { SalusError } from '../core/errors.ts';
import type { Network } from '../core/network/descriptor.ts';
import type { DeriveKey } from '../core/vault/kdf.ts';
import type { MessageBoxPort, StoragePort } from '../core/wallet/ports.ts';
import type { ChannelHost } from './messaging/channel-host.ts';
import {
  KEYS_CHANNEL,
  STORAGE_CHANNEL,
  MESSAGES_CHANNEL,
  PASSWORDS_CHANNEL,
  openChannel,
} from './messaging/channel.ts';

/** One of the host's services, as the background calls it. Opened when needed, and again if it was lost. */
function hosted<T extends object>(host: ChannelHost, name: string, prepare: (service: T) => Promise<void>): T {
  let channel: Promise<T> | undefined;
  let into: number | undefined;
  const connect = async (): Promise<T> => {
    const { port1, port2 } = new MessageChannel();
    await host.connect(name, port2);
    const opened = openChannel<T>(port1) as T;
    await prepare(opened);
    return opened;
  };
  return new Proxy({} as T, {
    get: (_, method) =>
      method === 'then'
        ? undefined
        : async (...args: unknown[]) => {
            const opening = await host.open();
            if (opening !== into) channel = undefined;
            into = opening;
            channel ??= connect().catch((error: unknown) => {
              channel = undefined;
              throw error;
            });
            const calls = (await channel) as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
            return calls[String(method)]?.(...args);
          },
  });
}

export const hostedStorage = (host: ChannelHost, { managers, durableAt }: Network): StoragePort =>
  hosted<StoragePort>(host, STORAGE_CHANNEL, (storage) => storage.setManagers(managers, durableAt));

export const hostedKeyWork = (host: ChannelHost): KeyWorkPort =>
  hosted<KeyWorkPort>(host, KEYS_CHANNEL, () => Promise.resolve());

export const hostedMessages = (host: ChannelHost): MessageBoxPort =>
  hosted<MessageBoxPort>(host, MESSAGES_CHANNEL, () => Promise.resolve());

/** A key takes half a second; on a slow machine that is busy, some. */
const DERIVE_MS = 60_000;

/** @throws SalusError `too-slow`, also where the host was ended in the middle of it */
export const hostedDeriveKey = (host: ChannelHost): DeriveKey => {
  const { deriveKey } = hosted<{ deriveKey: DeriveKey }>(host, PASSWORDS_CHANNEL, () => Promise.resolve());
  const late = () => new SalusError('too-slow', 'This took too long. Try again.');
  return (...given) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(late()), DERIVE_MS);
      deriveKey(...given)
        .then(resolve, reject)
        .finally(() => clearTimeout(timer));
    });
};
