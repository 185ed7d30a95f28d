import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Site {
  /** An origin of its own for each name, so that no round weighs on the next. */
  origin(name: string): string;
  close(): void;
}

/** Serves one page at every origin that is asked for. */
export async function serveSite(html: string): Promise<Site> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(html);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: (name) => `http://${name}.localhost:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
