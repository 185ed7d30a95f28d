import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Role } from '../extension/core/registry/abi.ts';
import { DoctorSchema, type Doctor, type DoctorStore } from './doctor-file.ts';
import { PortalError } from './errors.ts';
import type { HospitalChain } from './hospital-chain.ts';

const MAX_BODY = 4_096;
/** Tries per network address: few enough that a code of eight characters is not guessed. */
const TRIES_PER_MINUTE = 10;

const StaffSchema = v.strictObject({ code: v.pipe(v.string(), v.maxLength(200)), ...DoctorSchema.entries });

/** What {@link registerStaff} needs. */
export interface StaffParts {
  readonly staffCode: string;
  readonly chain: HospitalChain;
  readonly doctors: DoctorStore;
}

/**
 * `GET /api/doctor`: the doctor patients share with, `{address, name}`, or null.
 *
 * `POST /api/staff` `{code, address, name}`: with the clinic's staff code, the hospital vouches for the account as a doctor and
 * the clinic remembers it. Answers 200 with the doctor; 400, 403 `wrong-code`, 409 `already-enrolled`, 429, 503.
 */
export function registerStaff(app: FastifyInstance, { staffCode, chain, doctors }: StaffParts): void {
  app.get('/api/doctor', (_request, reply) => reply.type('application/json').send(JSON.stringify(doctors.get())));

  const config = { rateLimit: { max: TRIES_PER_MINUTE, timeWindow: 60_000 } };
  app.post('/api/staff', { bodyLimit: MAX_BODY, config }, async (request): Promise<Doctor> => {
    const parsed = v.safeParse(StaffSchema, request.body);
    if (!parsed.success) {
      const field = v.getDotPath(parsed.issues[0]) ?? 'body';
      throw new PortalError(
        'bad-request',
        `“${field}” is not valid. Send the staff code, a name and the account’s address.`,
      );
    }
    const { code, address, name } = parsed.output;
    if (!sameText(code, staffCode)) throw new PortalError('wrong-code', 'This is not the clinic’s staff code.');
    await vouch(address);
    await doctors.set({ address, name });
    return { address, name };
  });

  async function vouch(address: string): Promise<void> {
    const member = await chain.member(address);
    if (member.role === Role.None) return chain.enrol(address, Role.Doctor);
    if (member.role === Role.Doctor && member.enroller === chain.address) return;
    throw new PortalError(
      'already-enrolled',
      'This account already has another role. Use a wallet set up for a provider.',
    );
  }
}

/** Compares digests, which are of one length, so that the time taken tells nothing of the code. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
