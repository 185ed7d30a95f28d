import { MessageBox } from './crypto/message-box.ts';
import { fhirValidator } from './fhir-validator.ts';
import { LANE, MESSAGES_LANE, serveLane } from './messaging/lane.ts';
import { StorageHost } from './storage/storage-host.ts';

/**
 * Starts what may run long: the same in Chromium's offscreen document and in Firefox's background page.
 * @param place whose data it keeps: a network's key, or empty for the build's own
 * @returns takes one end of a lane and answers on it as the service of that name
 */
export function startServices(place: string): (lane: unknown, port: MessagePort) => void {
  const services = new Map<unknown, Promise<object>>([
    [LANE, StorageHost.start(fhirValidator(), place)],
    [MESSAGES_LANE, Promise.resolve(new MessageBox())],
  ]);
  return (lane, port) => void services.get(lane)?.then((service) => serveLane(port, service));
}
