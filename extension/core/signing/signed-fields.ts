import type { Signable } from './signable.ts';
import type { SignedField } from './typed-data.ts';

/** Values that are signed one by one, the domain's first; none where it is a text or bytes. */
export function fieldsOf(signable: Signable): readonly SignedField[] {
  if (signable.form === 'typed') return [...signable.domain, ...signable.fields];
  return signable.form === 'fields' ? signable.fields : [];
}
