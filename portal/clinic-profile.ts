import * as dagCbor from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { cidOf, DAG_CBOR } from '../extension/core/storage/cid.ts';

/** What the clinic says of itself, in public: a FHIR R4 Organization. The clinic is made up. */
export const CLINIC = {
  resourceType: 'Organization',
  active: true,
  name: 'Riverside Clinic',
  type: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/organization-type',
          code: 'prov',
          display: 'Healthcare Provider',
        },
      ],
    },
  ],
  telecom: [{ system: 'email', value: 'desk@riverside.example', use: 'work' }],
  address: [{ use: 'work', line: ['1 Mill Lane'], city: 'Riverside' }],
} as const;

/** The profile as one dag-cbor block: the same words always give the same CID. */
export async function profileBlock(): Promise<{ cid: CID; bytes: Uint8Array }> {
  const bytes = dagCbor.encode(CLINIC);
  return { cid: await cidOf(DAG_CBOR, bytes), bytes };
}
