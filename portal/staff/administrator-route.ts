import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { AddressSchema } from '../address.ts';
import { PortalError } from '../errors.ts';
import { read } from '../read-body.ts';
import type { SignIn } from '../sign-in/sign-in-route.ts';
import { invite, openInvitations, withdraw } from './invitations.ts';
import { PersonSchema } from './staff-file.ts';
import type { StaffParts } from './staff-parts.ts';
import { workOf } from './work.ts';

const MAX_BODY = 4_096;
const today = (now: number): string => new Date(now * 1000).toISOString().slice(0, 10);

const NewPersonSchema = v.strictObject(PersonSchema.entries);
const IdSchema = v.strictObject({ id: v.pipe(v.string(), v.uuid()) });
const WhoSchema = v.strictObject({ address: AddressSchema });

/**
 * What the hospital's administrators do: those whom the settings name, and the hospital's own account. Each answers 401 `not-signed-in` and 403
 * `not-allowed` to others.
 *
 * `GET /api/staff`: `{staff, invitations}`, as the registry has them now. `POST /api/invitations` with a person: `{id, code, expires}`; the
 * code is told this once. `POST /api/invitations/withdraw` `{id}`. `POST /api/staff/suspend`, `/api/staff/restore` `{address}`.
 */
export function registerAdministrator(app: FastifyInstance, signIn: SignIn, parts: StaffParts): void {
  const { chain, file, now } = parts;

  app.get('/api/staff', async (request) => {
    requireAdministrator(request);
    const people = new Map(file.book().staff.map(({ address, person }) => [address, person]));
    const staff = (await chain.staff()).flatMap(({ address, role, active, suspended, since, profile }) => {
      const work = workOf(role);
      if (work === undefined) return [];
      // What somebody is, the registry says: what was written down of another role is not theirs.
      const known = people.get(address);
      const person = known?.work === work ? known : undefined;
      return [named({ ...person, address, work, active, suspended, since }, profile)];
    });
    const invitations = openInvitations(file.book(), now()).map(({ id, person, expires }) => ({
      ...person,
      id,
      expires,
    }));
    return { staff: await Promise.all(staff), invitations };
  });

  app.post('/api/invitations', { bodyLimit: MAX_BODY }, async (request) => {
    requireAdministrator(request);
    const person = read(NewPersonSchema, request.body);
    if (person.licence === undefined && person.work !== 'researcher') {
      throw new PortalError('bad-request', 'Write the number of their licence, and until when it is valid.');
    }
    if (person.licence !== undefined && person.licence.until < today(now())) {
      throw new PortalError('bad-request', 'This licence is not valid any more. Write one that is.');
    }
    const { code, invitation } = await invite(file, person, now());
    return { id: invitation.id, code, expires: invitation.expires };
  });

  app.post('/api/invitations/withdraw', { bodyLimit: MAX_BODY }, async (request) => {
    requireAdministrator(request);
    await withdraw(file, read(IdSchema, request.body).id);
    return {};
  });

  for (const act of ['suspend', 'restore'] as const) {
    app.post(`/api/staff/${act}`, { bodyLimit: MAX_BODY }, async (request) => {
      requireAdministrator(request);
      const { address } = read(WhoSchema, request.body);
      const member = await chain.member(address);
      if (member.enroller !== chain.address || workOf(member.role) === undefined) {
        throw new PortalError('not-found', 'This account is not one of the hospital’s staff.');
      }
      await chain[act](address);
      return {};
    });
  }

  /** Whom somebody else let in for the hospital is listed by the name in their own profile, if any. */
  async function named<T extends { readonly name?: string }>(one: T, profile: Uint8Array | undefined): Promise<T> {
    const name = one.name ?? (profile && (await parts.nameOf(profile)));
    return { ...one, ...(name !== undefined && { name }) };
  }

  function requireAdministrator(request: FastifyRequest): void {
    if (parts.isAdministrator(signIn.require(request))) return;
    throw new PortalError(
      'not-allowed',
      'This account does not manage the hospital’s staff. Sign in with one that does.',
    );
  }
}
