import type { SiweMessage } from './siwe.ts';
import type { SignedField, TypedData } from './typed-data.ts';

/** A request, read: everything that goes under the signature, and the digest that is signed (32 bytes, hex). */
export type Signable = { readonly digest: string } & (
  | { readonly form: 'text'; readonly text: string; readonly siwe?: SiweMessage }
  | { readonly form: 'bytes'; readonly hex: string }
  | ({ readonly form: 'typed' } & TypedData)
  | { readonly form: 'fields'; readonly fields: readonly SignedField[] }
);

/** Values that are signed one by one, the domain's first; none where it is a text or bytes. */
export function fieldsOf(signable: Signable): readonly SignedField[] {
  if (signable.form === 'typed') return [...signable.domain, ...signable.fields];
  return signable.form === 'fields' ? signable.fields : [];
}
