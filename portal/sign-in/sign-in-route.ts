import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { AddressSchema } from '../address.ts';
import { PortalError } from '../errors.ts';
import { read } from '../read-body.ts';
import { Nonces } from './nonces.ts';
import { SESSION_SECONDS, Sessions } from './sessions.ts';
import { checkSignIn, signInText, type SignInPlace } from './sign-in-text.ts';

const MAX_BODY = 8_192;
const TRIES_PER_MINUTE = 60;

const WhoSchema = v.strictObject({ address: AddressSchema });
const SignedSchema = v.strictObject({
  message: v.pipe(v.string(), v.maxLength(4_096)),
  signature: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{130}$/)),
});

/** Which account sends a request. */
export interface SignIn {
  /** Undefined where none has signed in. */
  find(request: FastifyRequest): string | undefined;
  /** @throws PortalError `not-signed-in` */
  require(request: FastifyRequest): string;
}

/**
 * Sign-in with Ethereum (EIP-4361): an account proves itself by a signature over a text of this server's, and gets a session cookie.
 *
 * `POST /api/sign-in/text` `{address}`: the text to sign, `{message}`. `POST /api/sign-in` `{message, signature}`: `{address}` and the
 * cookie; 401 `bad-sign-in` or `stale-sign-in`. `POST /api/sign-out`: `{}`.
 *
 * @param place asked when it is needed: where the server listens is known only then
 */
export function registerSignIn(
  app: FastifyInstance,
  place: () => SignInPlace,
  now = () => Math.floor(Date.now() / 1000),
): SignIn {
  const nonces = new Nonces();
  const sessions = new Sessions();
  const limits = { bodyLimit: MAX_BODY, config: { rateLimit: { max: TRIES_PER_MINUTE, timeWindow: 60_000 } } };

  app.post('/api/sign-in/text', limits, (request) => {
    const { address } = read(WhoSchema, request.body);
    return { message: signInText(place(), address, nonces.draw(now()), now()) };
  });

  app.post('/api/sign-in', limits, async (request, reply) => {
    const signed = read(SignedSchema, request.body);
    const { address, nonce } = checkSignIn(place(), signed, now());
    // Used up only by whoever could sign it: others cannot take away the nonce of somebody who is about to.
    if (!nonces.use(nonce, now())) {
      throw new PortalError('stale-sign-in', 'This sign-in was used already, or waited too long. Sign in again.');
    }
    const token = sessions.begin(address, now());
    await reply.header('set-cookie', cookie(token, SESSION_SECONDS)).send({ address });
  });

  app.post('/api/sign-out', limits, async (request, reply) => {
    const token = tokenIn(request);
    if (token !== undefined) sessions.end(token);
    await reply.header('set-cookie', cookie('', 0)).send({});
  });

  const find = (request: FastifyRequest): string | undefined => {
    const token = tokenIn(request);
    return token === undefined ? undefined : sessions.addressOf(token, now());
  };
  return {
    find,
    require(request) {
      const address = find(request);
      if (address === undefined)
        throw new PortalError('not-signed-in', 'You are not signed in, or not any more. Sign in.');
      return address;
    },
  };

  /** Of this site alone, and unreadable by scripts. The prefix has the browser insist on the rest (RFC 6265bis). */
  function cookie(token: string, seconds: number): string {
    const secure = isSecure() ? '; Secure' : '';
    return `${name()}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
  }

  function tokenIn({ headers }: FastifyRequest): string | undefined {
    const parts = (headers.cookie ?? '').split(';').map((part) => part.trim());
    const start = `${name()}=`;
    return parts.find((part) => part.startsWith(start))?.slice(start.length);
  }

  function isSecure(): boolean {
    return place().origin.startsWith('https:');
  }

  function name(): string {
    return isSecure() ? '__Host-session' : 'session';
  }
}
