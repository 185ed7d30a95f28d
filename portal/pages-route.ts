import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Address of each page, and its file. */
const PAGES = {
  '/': 'index.html',
  '/check-in': 'check-in.html',
  '/desk': 'desk.html',
  '/hospital': 'hospital.html',
  '/join': 'join.html',
  '/link': 'link.html',
  '/registrar': 'registrar.html',
  '/welcome': 'welcome.html',
} as const;

/** Scripts and styles come from here only, and nothing is loaded from anywhere else. @param connect what a page may ask */
const policy = (connect: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
/** A health link leads to whoever keeps it: the page asks that place, over no open connection. */
const LINK_POLICY = policy('https: http://localhost:* http://127.0.0.1:*');

const HEADERS = {
  'content-security-policy': policy("'self'"),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/**
 * Serves the built pages and their assets, and puts the security headers on every answer.
 *
 * @param pagesDir absolute path of the build
 */
export async function registerPages(app: FastifyInstance, { pagesDir }: { pagesDir: string }): Promise<void> {
  app.addHook('onSend', (request, reply, _payload, done) => {
    reply.headers(HEADERS);
    if (request.routeOptions.url === '/link') reply.header('content-security-policy', LINK_POLICY);
    done();
  });
  await app.register(staticFiles, { root: pagesDir, index: false });
  for (const [path, file] of Object.entries(PAGES)) app.get(path, (_request, reply) => reply.sendFile(file));
}
