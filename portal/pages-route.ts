import staticFiles from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Address of each page, and its file. */
const PAGES = { '/': 'index.html', '/check-in': 'check-in.html', '/desk': 'desk.html' } as const;

/** Scripts and styles come from here only, and nothing is loaded from or sent to anywhere else. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/**
 * Serves the built pages (`GET /`, `/check-in`, `/desk` and their assets), and puts the security headers on every answer.
 *
 * @param pagesDir absolute path of the build
 */
export async function registerPages(app: FastifyInstance, { pagesDir }: { pagesDir: string }): Promise<void> {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(HEADERS);
    done();
  });
  await app.register(staticFiles, { root: pagesDir, index: false });
  for (const [path, file] of Object.entries(PAGES)) app.get(path, (_request, reply) => reply.sendFile(file));
}
