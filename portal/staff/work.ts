import { Role } from '../../extension/core/registry/abi.ts';

/** What somebody does at the clinic, and the role that the hospital vouches for. */
export const WORK = {
  doctor: Role.Doctor,
  lab: Role.Lab,
  pharmacist: Role.Pharmacist,
  researcher: Role.Researcher,
} as const;
export type Work = keyof typeof WORK;
export const WORKS = ['doctor', 'lab', 'pharmacist', 'researcher'] as const satisfies readonly Work[];

/** Undefined for a role that is no work. */
export const workOf = (role: Role): Work | undefined => WORKS.find((work) => WORK[work] === role);
