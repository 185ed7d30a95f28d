import { isSalusError, SalusError } from '../errors.ts';
import { parseLossless } from '../fhir/lossless.ts';
import { hasDuplicateKeys } from './duplicate-keys.ts';
import { holdsFhir, resourcesIn } from './fhir-tree.ts';
import { isLineByLine, readNdjson } from './ndjson.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { MOST_PARSED_BYTES, textOf } from './text.ts';

function parseJson(text: string): unknown {
  try {
    return parseLossless(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new SalusError('not-json', 'This file is not JSON. Ask where it came from for the “FHIR” or “JSON” export.');
  }
}

async function wholeOf(source: Source, { signal }: ReadContext) {
  const form = await textOf(source, MOST_PARSED_BYTES);
  signal?.throwIfAborted();
  return { ...form, json: parseJson(form.text) };
}

/**
 * FHIR as JSON (https://hl7.org/fhir/R4/json.html), in whatever shape it comes.
 * @throws SalusError `not-json`, `not-fhir`, `nothing-to-import`, `too-large`
 */
export async function* readFhirJson(source: Source, context: ReadContext): AsyncGenerator<Found> {
  const whole = await wholeOf(source, context).catch(async (error: unknown) => {
    context.signal?.throwIfAborted();
    // A first line that is longer than what a file is recognised by.
    if (isSalusError(error) && (await isLineByLine(source))) return undefined;
    throw error;
  });
  if (whole === undefined) {
    yield { kind: 'said', format: 'fhir-ndjson' };
    yield* readNdjson(source, context);
    return;
  }
  const { text, remark, json } = whole;
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
