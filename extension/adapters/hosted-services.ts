import { KeyWork } from '../core/custody/key-work.ts';
import { nobleGroup } from '../core/custody/noble-group.ts';
import { deriveKey } from '../core/vault/derive-key.ts';
import { MessageBox } from './crypto/message-box.ts';
import { fhirValidator } from './fhir-validator.ts';
import {
  KEYS_CHANNEL,
  STORAGE_CHANNEL,
  MESSAGES_CHANNEL,
  PASSWORDS_CHANNEL,
  serveChannel,
} from './messaging/channel.ts';
import { StorageHost } from './storage/storage-host.ts';

/**
 * Starts what may run long: the same in Chromium's offscreen document and in Firefox's background page.
 * @param place whose data it keeps: a network's key, or empty for the build's own
 * @returns takes one end of a channel and answers on it as the service of that name
 */
export function startServices(place: string): (channel: unknown, port: MessagePort) => void {
  const services = new Map<unknown, Promise<object>>([
    [STORAGE_CHANNEL, StorageHost.start(fhirValidator(), place)],
    [MESSAGES_CHANNEL, Promise.resolve(new MessageBox())],
    [KEYS_CHANNEL, Promise.resolve(new KeyWork(nobleGroup))],
    [PASSWORDS_CHANNEL, Promise.resolve({ deriveKey })],
  ]);
  return (channel, port) => void services.get(channel)?.then((service) => serveChannel(port, service));
}
