import { fhirValidator } from '../../adapters/fhir-validator.ts';
import { MessageBox } from '../../adapters/crypto/message-box.ts';
import { LANE, MESSAGES_LANE, serveLane } from '../../adapters/messaging/lane.ts';
import { StorageHost } from '../../adapters/storage/storage-host.ts';

const services = new Map<unknown, Promise<object>>([
  [LANE, StorageHost.start(fhirValidator(), new URLSearchParams(location.search).get('place') ?? '')],
  [MESSAGES_LANE, Promise.resolve(new MessageBox())],
]);

// Only this extension's service worker can post here; it passes on ports of the extension's own pages.
navigator.serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent) => {
  const [port] = ports;
  if (port !== undefined) void services.get(data)?.then((service) => serveLane(port, service));
});
navigator.serviceWorker.startMessages();
