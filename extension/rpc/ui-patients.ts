import * as v from 'valibot';
import { SalusError } from '../core/errors.ts';
import { patientRecords, patientsOf, type PatientQuery, type PatientView } from '../core/wallet/patients.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { folderKind, text } from './ui-arguments.ts';

/** Arguments of the calls of {@link createPatientCalls}. */
export const PATIENT_ARGUMENTS = {
  patients: v.tuple([]),
  patient: v.tuple([text]),
  patientRecords: v.tuple([
    v.object({
      patient: text,
      section: v.optional(folderKind),
      emergency: v.optional(v.boolean()),
      typed: v.optional(text),
    }),
    v.optional(text),
  ]),
} as const;

/** The calls of the wallet's own screens by which a member sees and adds to what patients share. */
export function createPatientCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    async patients(): Promise<readonly PatientView[]> {
      return patientsOf(await wallet.session());
    },
    /** @throws SalusError `no-consent` for one who allows nothing now */
    async patient(patient: string): Promise<PatientView> {
      const [view] = await patientsOf(await wallet.session(), patient);
      if (view === undefined) throw new SalusError('no-consent', 'This patient shares nothing with you now.');
      return view;
    },
    /** @param before as the page before gave it in `next` */
    async patientRecords(query: PatientQuery, before?: string): ReturnType<typeof patientRecords> {
      const session = await wallet.session();
      const opened = async () => (await session.catalogue.head()).summary.theirs;
      const known = await opened();
      const page = await patientRecords(session, query, before);
      if ((await opened()) !== known) changed();
      return page;
    },
  };
}
