import { SalusError } from '../errors.ts';
import { parseLossless } from '../fhir/lossless.ts';
import { hasDuplicateKeys } from './duplicate-keys.ts';
import { holdsFhir, resourcesIn } from './fhir-tree.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { textOf } from './text.ts';

/** Larger files are kept as documents: parsing would hold several times their size in memory. */
export const MOST_PARSED_BYTES = 128 * 1_048_576;

export function parseJson(text: string): unknown {
  try {
    return parseLossless(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new SalusError('not-json', 'This file is not JSON. Ask where it came from for the “FHIR” or “JSON” export.');
  }
}

/**
 * FHIR as JSON (https://hl7.org/fhir/R4/json.html), in whatever shape it comes.
 * @throws SalusError `not-json`, `not-fhir`, `nothing-to-import`, `too-large`
 */
export async function* readFhirJson(source: Source, { signal }: ReadContext): AsyncGenerator<Found> {
  const { text, remark } = await textOf(source, MOST_PARSED_BYTES);
  signal?.throwIfAborted();
  const json = parseJson(text);
  if (!holdsFhir(json)) {
    throw new SalusError('not-fhir', 'This file is JSON but not a health record in FHIR format.');
  }
  const bundle = json as { resourceType?: unknown; entry?: unknown };
  if (bundle.resourceType === 'Bundle' && bundle.entry !== undefined) {
    const { entry } = bundle;
    if (Array.isArray(entry) && entry.length === 0) {
      throw new SalusError('nothing-to-import', 'This bundle is empty.');
    }
    if (typeof entry !== 'object' || entry === null || (!Array.isArray(entry) && !('resource' in entry))) {
      throw new SalusError('not-fhir', 'This FHIR bundle has no list of entries that could be read.');
    }
  }
  if (remark) yield { kind: 'said', remark };
  if (hasDuplicateKeys(text)) yield { kind: 'said', remark: 'duplicate-keys' };
  yield* resourcesIn(json);
}
