import rateLimit from '@fastify/rate-limit';
import fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify';
import { PortalError } from './errors.ts';
import { registerPages } from './pages-route.ts';
import { registerRegistrar } from './registrar-route.ts';
import { registerSample } from './sample-route.ts';
import { registerSignIn } from './sign-in/sign-in-route.ts';
import type { SignInPlace } from './sign-in/sign-in-text.ts';
import { registerAdministrator } from './staff/administrator-route.ts';
import type { StaffParts } from './staff/staff-parts.ts';
import { registerStaff } from './staff/staff-route.ts';

/** A connection on which nothing moves for this long is closed. */
const IDLE_MS = 30_000;
const REQUESTS_PER_MINUTE = 600;

/** What the portal's server is made of. */
export interface ServerParts extends StaffParts {
  /** Where people sign in; asked when it is needed, as the address it listens on is known only then. */
  readonly place: () => SignInPlace;
  /** Absolute path of the built pages. */
  readonly pagesDir: string;
  /** Whether the hospital's profile and origin are where wallets look for them. */
  readonly introduced: () => boolean;
  /** Where the log goes; none unless told. It holds methods, routes and codes of failures, and nothing of a person. */
  readonly logStream?: { write(line: string): void };
}

/** Builds the portal's HTTP service; the caller listens and closes. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const app = fastify({
    logger:
      parts.logStream === undefined ? false : { level: 'error', stream: parts.logStream, serializers: SERIALIZERS },
    // fastify's own lines hold URLs and network addresses.
    logController: new LogController({ disableRequestLogging: true }),
    connectionTimeout: IDLE_MS,
  });
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const answer = toPortalError(error);
    if (answer.code === 'internal') request.log.error({ err: error }, 'failed');
    await reply.code(answer.status).send(answer.toBody());
  });
  app.setNotFoundHandler(() => {
    throw new PortalError('not-found', 'There is no such page. Start at “/”.');
  });
  await app.register(rateLimit, {
    max: REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: () => new PortalError('too-many-requests', 'Too many tries. Wait a minute, then try again.'),
  });
  await registerPages(app, parts);
  const signIn = registerSignIn(app, parts.place, parts.now);
  registerStaff(app, signIn, parts);
  registerAdministrator(app, signIn, parts);
  registerRegistrar(app, signIn, parts);
  registerSample(app);
  app.get('/healthz', () => ({ ok: true, introduced: parts.introduced() }));
  return app;
}

/** Messages are dropped, as libraries put addresses and URLs in them. */
const SERIALIZERS = {
  err: (error: Error) => ({ type: error.name, message: '', stack: error.stack?.replace(/^[^\n]*\n/, '') ?? '' }),
};

function toPortalError(error: FastifyError | Error): PortalError {
  if (error instanceof PortalError) return error;
  const status = ('statusCode' in error && error.statusCode) || 500;
  if (status === 413) return new PortalError('too-large', 'This is too long.');
  if (status < 500) return new PortalError('bad-request', 'The request is malformed.');
  return new PortalError('internal', 'The clinic’s server failed. Try again.');
}
