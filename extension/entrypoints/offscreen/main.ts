import { startServices } from '../../adapters/hosted-services.ts';

const serve = startServices(new URLSearchParams(location.search).get('place') ?? '');

// Only this extension's service worker can post here; it passes on ports of the extension's own pages.
navigator.serviceWorker.addEventListener('message', ({ data, ports }: MessageEvent) => {
  const [port] = ports;
  if (port !== undefined) serve(data, port);
});
navigator.serviceWorker.startMessages();
