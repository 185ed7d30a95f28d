import * as v from 'valibot';
import { PortalError } from './errors.ts';

/** The body of a request. @throws PortalError `bad-request`, which names the field and not what was in it */
export function read<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  const field = v.getDotPath(parsed.issues[0]) ?? 'body';
  throw new PortalError('bad-request', `“${field}” is not valid. Correct it, then try again.`);
}
