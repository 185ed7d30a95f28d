import * as v from 'valibot';

const DoctorSchema = v.object({ address: v.string(), name: v.string() });
export type Doctor = v.InferOutput<typeof DoctorSchema>;

const BundleSchema = v.looseObject({ resourceType: v.literal('Bundle') });
const FailureSchema = v.object({ error: v.object({ message: v.string() }) });

/** The clinic's server refused, or could not be reached; the message may be shown. */
export class ClinicError extends Error {
  override readonly name = 'ClinicError';
}

/**
 * The doctor patients share with, or null while there is none who may act.
 * @param handle of the doctor who invited a patient; the one on duty where there is none
 * @throws ClinicError
 */
export const doctorFor = (handle?: string): Promise<Doctor | null> =>
  call(`/api/doctor${handle === undefined ? '' : `?${new URLSearchParams({ handle })}`}`, v.nullable(DoctorSchema));

/** What the clinic has of its sample patient. @throws ClinicError */
export const clinicRecord = (): Promise<v.InferOutput<typeof BundleSchema>> => call('/api/sample-bundle', BundleSchema);

/** Asks the clinic's server. @throws ClinicError */
export const ask = <S extends v.GenericSchema>(path: string, schema: S): Promise<v.InferOutput<S>> =>
  call(path, schema);

/** Sends something to the clinic's server. @throws ClinicError */
export const send = <S extends v.GenericSchema>(path: string, body: object, schema: S): Promise<v.InferOutput<S>> =>
  call(path, schema, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
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
