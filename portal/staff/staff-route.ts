import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { equal, toHex } from '../../extension/core/bytes.ts';
import { Role } from '../../extension/core/registry/abi.ts';
import { digestOf } from '../../extension/core/storage/cid.ts';
import { PortalError } from '../errors.ts';
import { read } from '../read-body.ts';
import { registryCalls } from '../registry-calls.ts';
import type { SignIn } from '../sign-in/sign-in-route.ts';
import { invitationOf, withInvitation } from './invitations.ts';
import { practitionerBlock } from './practitioner.ts';
import type { Book, Invitation, Person, Staff } from './staff-file.ts';
import type { StaffParts } from './staff-parts.ts';
import { WORK, workOf, type Work } from './work.ts';

const MAX_BODY = 4_096;
/** Per network address; a code has 128 bits, and is not guessed by any number of these. */
const TRIES_PER_MINUTE = 30;
const CodeSchema = v.strictObject({ code: v.pipe(v.string(), v.nonEmpty(), v.maxLength(100)) });
const DoctorQuerySchema = v.strictObject({ handle: v.optional(v.pipe(v.string(), v.maxLength(64))) });

/** One of the staff, as they see themselves. */
export interface Me {
  readonly address: string;
  readonly isAdministrator: boolean;
  readonly isRegistrar: boolean;
  /** Where the hospital vouches for them. */
  readonly staff?: { readonly work: Work; readonly active: boolean } & Partial<Person> & { readonly handle?: string };
}

/**
 * What the staff do themselves.
 *
 * `GET /api/me`: the account that signed in and what the registry says of it, or null. `POST /api/invitation` `{code}`: whom it invites as
 * what. `POST /api/invitation/accept` `{code}`: the hospital vouches for the account that signed in; 404 `unknown-invitation`, 409
 * `already-enrolled`, 410 `used-invitation`, `expired-invitation`. `POST /api/duty`: patients who check in share with this doctor from
 * now on. `POST /api/profile`: publishes who they are, and answers with the call by which their own account says so, `{isSet, call}`.
 * `GET /api/doctor?handle=`: the doctor patients share with, `{address, name}`, or null.
 */
export function registerStaff(app: FastifyInstance, signIn: SignIn, parts: StaffParts): void {
  const { chain, file, now, registry } = parts;
  const limits = { bodyLimit: MAX_BODY, config: { rateLimit: { max: TRIES_PER_MINUTE, timeWindow: 60_000 } } };

  app.get('/api/me', async (request, reply) => {
    const address = signIn.find(request);
    return reply.type('application/json').send(JSON.stringify(address === undefined ? null : await meOf(address)));
  });

  app.post('/api/invitation', limits, (request) => {
    const { code } = read(CodeSchema, request.body);
    const { person, expires } = invitationOf(file.book(), code, now());
    return { ...person, expires };
  });

  app.post('/api/invitation/accept', limits, async (request) => {
    const address = signIn.require(request);
    const { code } = read(CodeSchema, request.body);
    await accept(await take(code, address), address);
    return meOf(address);
  });

  app.post('/api/duty', limits, async (request) => {
    const { address, person } = await requireStaff(signIn.require(request));
    if (person.work !== 'doctor') throw new PortalError('not-allowed', 'Patients who check in share with a doctor.');
    await file.change((book) => ({ ...book, onDuty: address }));
    return {};
  });

  app.post('/api/profile', limits, async (request) => {
    const { address, person, funded } = await requireStaff(signIn.require(request));
    const block = await practitionerBlock(person);
    const [digest, { profile }] = [digestOf(block.cid), await chain.member(address)];
    const call = { to: registry, data: registryCalls.encodeFunctionData('setProfile', [toHex(digest)]) };
    if (!(await parts.publish(block))) {
      throw new PortalError('chain-unavailable', 'Too few managers took the profile. Try again shortly.');
    }
    const isSet = profile !== undefined && equal(profile, digest);
    if (!isSet && funded !== toHex(digest)) {
      // Noted first: whatever is interrupted, the hospital pays for each profile once.
      await file.change((book) => withStaff(book, address, { funded: toHex(digest) }));
      await chain.payFee(address);
    }
    return { isSet, call };
  });

  app.get('/api/doctor', async (request, reply) => {
    const { handle } = read(DoctorQuerySchema, request.query);
    return reply.type('application/json').send(JSON.stringify(await doctorFor(handle)));
  });

  async function doctorFor(handle: string | undefined): Promise<{ address: string; name: string } | null> {
    const { staff, onDuty } = file.book();
    const found = staff.find((one) => (handle === undefined ? one.address === onDuty : one.handle === handle));
    if (found === undefined) return null;
    const { role, active, enroller } = await chain.member(found.address);
    const isTheirs = role === Role.Doctor && active && enroller === chain.address;
    return isTheirs && isLicensed(found.person) ? { address: found.address, name: found.person.name } : null;
  }

  function isLicensed({ licence }: Person): boolean {
    return licence === undefined || licence.until >= new Date(now() * 1000).toISOString().slice(0, 10);
  }

  async function meOf(address: string): Promise<Me> {
    const { role, active, enroller } = await chain.member(address);
    const work = enroller === chain.address ? workOf(role) : undefined;
    const known = file.book().staff.find((one) => one.address === address);
    const staff = work && {
      ...(known?.person.work === work && { ...known.person, handle: known.handle }),
      work,
      active,
    };
    return {
      address,
      isAdministrator: parts.isAdministrator(address),
      isRegistrar: role === Role.Registrar && active,
      ...(staff && { staff }),
    };
  }

  /** @throws PortalError `not-allowed` */
  async function requireStaff(address: string): Promise<Staff> {
    const { role, active, enroller } = await chain.member(address);
    const known = file.book().staff.find((one) => one.address === address);
    if (known === undefined || enroller !== chain.address || workOf(role) !== known.person.work) {
      throw new PortalError('not-allowed', 'The hospital does not vouch for this account. Ask for an invitation.');
    }
    if (active) return known;
    throw new PortalError('not-allowed', 'The hospital has suspended this account. Ask who manages its staff.');
  }

  /** Keeps an invitation for one account from here on: of two who come at once, one gets it. */
  async function take(code: string, address: string): Promise<Invitation> {
    const invitation = invitationOf(file.book(), code, now(), address);
    await requireFree(address, WORK[invitation.person.work]);
    await file.change((book) => {
      const { id } = invitationOf(book, code, now(), address);
      return withInvitation(book, id, { takenBy: address });
    });
    return invitation;
  }

  async function requireFree(address: string, role: Role): Promise<boolean> {
    const member = await chain.member(address);
    if (member.role === Role.None) return true;
    if (member.role === role && member.enroller === chain.address) return false;
    throw new PortalError(
      'already-enrolled',
      'This account has another role already. Use a wallet that was set up for work.',
    );
  }

  /** Killed anywhere in here, the same account can do it again. */
  async function accept({ id, person }: Invitation, address: string): Promise<void> {
    if (await requireFree(address, WORK[person.work])) await chain.enrol(address, WORK[person.work]);
    await file.change((book) => {
      const handle = randomBytes(16).toString('base64url');
      const others = book.staff.filter((one) => one.address !== address);
      const onDuty = person.work === 'doctor' ? { onDuty: address } : {};
      return {
        ...withInvitation(book, id, { used: true }),
        staff: [...others, { address, person, handle }],
        ...onDuty,
      };
    });
  }
}

const withStaff = (book: Book, address: string, change: Partial<Staff>): Book => ({
  ...book,
  staff: book.staff.map((one) => (one.address === address ? { ...one, ...change } : one)),
});
