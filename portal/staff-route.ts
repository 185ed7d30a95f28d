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

/** Whom the clinic vouches for as what. */
const WORK = { doctor: Role.Doctor, lab: Role.Lab, pharmacist: Role.Pharmacist } as const;
export type Work = keyof typeof WORK;

const StaffSchema = v.strictObject({
  code: v.pipe(v.string(), v.maxLength(200)),
  work: v.optional(v.picklist(['doctor', 'lab', 'pharmacist'] satisfies Work[]), 'doctor'),
  ...DoctorSchema.entries,
});

/** Somebody whom the clinic vouches for. */
export type Staff = Doctor & { readonly work: Work };

/** What {@link registerStaff} needs. */
export interface StaffParts {
  readonly staffCode: string;
  readonly chain: HospitalChain;
  readonly doctors: DoctorStore;
}

/**
 * `GET /api/doctor`: the doctor patients share with, `{address, name}`, or null.
 *
 * `POST /api/staff` `{code, address, name, work?}`: with the clinic's staff code, the hospital vouches for the account as a doctor (or
 * a lab, or a pharmacist), and the clinic remembers a doctor. Answers 200 with who it is; 400, 403 `wrong-code`, 409 `already-enrolled`, 429, 503.
 */
export function registerStaff(app: FastifyInstance, { staffCode, chain, doctors }: StaffParts): void {
  app.get('/api/doctor', (_request, reply) => reply.type('application/json').send(JSON.stringify(doctors.get())));

  const config = { rateLimit: { max: TRIES_PER_MINUTE, timeWindow: 60_000 } };
  app.post('/api/staff', { bodyLimit: MAX_BODY, config }, async (request): Promise<Staff> => {
    const parsed = v.safeParse(StaffSchema, request.body);
    if (!parsed.success) {
      const field = v.getDotPath(parsed.issues[0]) ?? 'body';
      throw new PortalError(
        'bad-request',
        `“${field}” is not valid. Send the staff code, a name and the account’s address.`,
      );
    }
    const { code, address, name, work } = parsed.output;
    if (!sameText(code, staffCode)) throw new PortalError('wrong-code', 'This is not the clinic’s staff code.');
    await vouch(address, WORK[work]);
    if (work === 'doctor') await doctors.set({ address, name });
    return { address, name, work };
  });

  async function vouch(address: string, role: Role): Promise<void> {
    const member = await chain.member(address);
    if (member.role === Role.None) return chain.enrol(address, role);
    if (member.role === role && member.enroller === chain.address) return;
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
