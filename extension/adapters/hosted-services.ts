import { fhirValidator } from './fhir-validator.ts';
import { LANE, serveLane } from './messaging/lane.ts';
import { StorageHost } from './storage/storage-host.ts';

/**
 * Starts what may run long: the same in Chromium's offscreen document and in Firefox's background page.
 * @returns takes one end of a lane and answers on it as the service of that name
 */
export function startServices(): (lane: unknown, port: MessagePort) => void {
  const storage = StorageHost.start(fhirValidator());
  return (lane, port) => {
    if (lane === LANE) void storage.then((service) => serveLane(port, service));
  };
}
