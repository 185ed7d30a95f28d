import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web site of the test's own on this machine. Every one has an origin of its own. */
export interface Site {
  readonly origin: string;
  /** Name and port, as the wallet asks a person to type it. */
  readonly host: string;
  close(): Promise<void>;
}

const EMPTY = '<!doctype html><meta charset="utf-8"><title>A portal</title><h1>A portal</h1>';

/**
 * @param pages path → HTML; any other path gives an empty page
 * @param headers sent with every page
 */
export function serveSite(
  pages: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Site> {
  return serve((request, response) => {
    for (const [name, value] of Object.entries({ 'content-type': 'text/html; charset=utf-8', ...headers })) {
      response.setHeader(name, value);
    }
    response.end(pages[request.url ?? '/'] ?? EMPTY);
  });
}

/** Serves on a port of its own. */
export async function serve(answer: RequestListener): Promise<Site> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin: `http://${host}`,
    host,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
