import { readFile } from 'node:fs/promises';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve, type Site } from './site.ts';

const DIST = dirname(fileURLToPath(import.meta.resolve('@metamask/test-dapp/dist/index.html')));
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
};

/**
 * The dapp listens only to a provider that calls itself MetaMask, and sets a field on it that MetaMask once had. Ours calls itself
 * nothing but its own name and cannot be changed by a page. Here the dapp listens to whichever provider was picked, and sets
 * nothing; all else is as it was published.
 */
const CHANGES: readonly (readonly [from: string, to: string])[] = [
  ['globalContext.provider && globalContext.provider.isMetaMask', 'globalContext.provider'],
  ['globalContext.provider.autoRefreshOnNetworkChange = false;', ''],
];

async function file(path: string): Promise<Buffer | string> {
  const bytes = await readFile(join(DIST, path));
  if (path !== '/main.js') return bytes;
  return CHANGES.reduce((script, [from, to]) => {
    if (!script.includes(from)) throw new Error('the test dapp has changed: look how it treats its provider');
    return script.replaceAll(from, to);
  }, bytes.toString());
}

/** Serves MetaMask's public test dapp on this machine. */
export function serveTestDapp(): Promise<Site> {
  return serve((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname === '/' ? '/index.html' : normalize(pathname);
    file(path).then(
      (body) => {
        response.setHeader('content-type', TYPES[extname(path)] ?? 'application/octet-stream');
        response.end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
}
