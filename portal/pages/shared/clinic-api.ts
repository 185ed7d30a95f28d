import * as v from 'valibot';

const DoctorSchema = v.object({ address: v.string(), name: v.string() });
export type Doctor = v.InferOutput<typeof DoctorSchema>;

const BundleSchema = v.looseObject({ resourceType: v.literal('Bundle') });
const FailureSchema = v.object({ error: v.object({ message: v.string() }) });

/** The clinic's server refused, or could not be reached; the message may be shown. */
export class ClinicError extends Error {
  override readonly name = 'ClinicError';
}

/** The doctor patients share with, or null while none has signed in. @throws ClinicError */
export const currentDoctor = (): Promise<Doctor | null> => call('/api/doctor', v.nullable(DoctorSchema));

/** What the clinic has of its sample patient. @throws ClinicError */
export const clinicRecord = (): Promise<v.InferOutput<typeof BundleSchema>> => call('/api/sample-bundle', BundleSchema);

/** What somebody does at the clinic. */
export type Work = 'doctor' | 'lab' | 'pharmacist';
const StaffSchema = v.object({ ...DoctorSchema.entries, work: v.picklist(['doctor', 'lab', 'pharmacist']) });
export type Staff = v.InferOutput<typeof StaffSchema>;

/** Signs an account in as one of the clinic's staff. @throws ClinicError when the code is wrong, or the network does not answer */
export const signIn = (staff: Staff & { code: string }): Promise<Staff> =>
  call('/api/staff', StaffSchema, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(staff),
  });

async function call<S extends v.GenericSchema>(path: string, schema: S, init?: RequestInit): Promise<v.InferOutput<S>> {
  let ok: boolean;
  let body: unknown;
  try {
    const response = await fetch(path, init);
    ok = response.ok;
    body = await response.json();
  } catch {
    throw new ClinicError('The clinic’s server does not answer. Try again shortly.');
  }
  const failure = v.safeParse(FailureSchema, body);
  if (failure.success) throw new ClinicError(failure.output.error.message);
  const answer = v.safeParse(schema, body);
  if (!ok || !answer.success) throw new ClinicError('The clinic’s server gave an answer this page does not know.');
  return answer.output;
}
