import * as dagCbor from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { cidOf, DAG_CBOR } from '../../extension/core/storage/cid.ts';
import { CLINIC } from '../clinic-profile.ts';
import type { Person } from './staff-file.ts';
import type { Work } from './work.ts';

/** http://terminology.hl7.org/CodeSystem/practitioner-role has no laboratory. */
const ROLE_CODES: Readonly<Record<Work, { readonly code?: string; readonly text: string }>> = {
  doctor: { code: 'doctor', text: 'Doctor' },
  pharmacist: { code: 'pharmacist', text: 'Pharmacist' },
  researcher: { code: 'researcher', text: 'Researcher' },
  lab: { text: 'Laboratory' },
};

/**
 * What one of the staff says of themselves in public: a FHIR R4 Practitioner with their licence, and in it the PractitionerRole at this
 * clinic. Nothing else of them, and nothing of any patient.
 */
export function practitioner({ name, work, speciality, licence }: Person): object {
  const { code, text } = ROLE_CODES[work];
  const system = 'http://terminology.hl7.org/CodeSystem/practitioner-role';
  const period = licence && { period: { end: licence.until } };
  const identifier = licence && {
    type: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'LN', display: 'License number' }],
    },
    value: licence.number,
    ...period,
  };
  return {
    resourceType: 'Practitioner',
    active: true,
    name: [{ text: name }],
    ...(identifier && { identifier: [identifier] }),
    ...((speciality !== undefined || identifier) && {
      qualification: [
        { ...(identifier && { identifier: [identifier] }), code: { text: speciality ?? text }, ...period },
      ],
    }),
    contained: [
      {
        resourceType: 'PractitionerRole',
        id: 'role',
        active: true,
        practitioner: { reference: '#' },
        organization: { display: CLINIC.name },
        code: [{ ...(code !== undefined && { coding: [{ system, code, display: text }] }), text }],
        ...period,
      },
    ],
  };
}

/** It as one dag-cbor block: the same person always has the same CID. */
export async function practitionerBlock(person: Person): Promise<{ cid: CID; bytes: Uint8Array }> {
  const bytes = dagCbor.encode(practitioner(person));
  return { cid: await cidOf(DAG_CBOR, bytes), bytes };
}
