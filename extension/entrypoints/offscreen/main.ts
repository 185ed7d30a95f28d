import { fhirValidator } from '../../adapters/fhir-validator.ts';
import { LANE, serveLane } from '../../adapters/messaging/lane.ts';
import { StorageHost } from '../../adapters/storage/storage-host.ts';

const host = StorageHost.start(fhirValidator());

// Only this extension's service worker can post here; it passes on ports of the extension's own pages.
navigator.serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent) => {
  const [port] = ports;
  if (data === LANE && port !== undefined) void host.then((storage) => serveLane(port, storage));
});
navigator.serviceWorker.startMessages();
