import { parseLossless } from '../fhir/lossless.ts';
import { hasDuplicateKeys } from './duplicate-keys.ts';
import { MOST_PARSED_BYTES } from './fhir-json.ts';
import { holdsFhir, resourcesIn } from './fhir-tree.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { formOf, linesOf } from './text.ts';

/**
 * One resource a line, as FHIR’s bulk exports have it (https://hl7.org/fhir/uv/bulkdata, http://ndjson.org), line by line. A line that
 * is none is counted and named.
 */
export async function* readNdjson(source: Source, { signal }: ReadContext): AsyncGenerator<Found> {
  const form = await formOf(source);
  if (form.remark) yield { kind: 'said', remark: form.remark };
  let twice = false;
  for await (const line of linesOf(source, form, MOST_PARSED_BYTES)) {
    signal?.throwIfAborted();
    if (line === undefined) yield { kind: 'skipped', reason: 'too-large' };
    else if (line.trim() !== '') {
      yield* ofLine(line);
      twice ||= hasDuplicateKeys(line);
    }
  }
  if (twice) yield { kind: 'said', remark: 'duplicate-keys' };
}

function* ofLine(line: string): Generator<Found> {
  let json: unknown;
  try {
    json = parseLossless(line);
  } catch {
    yield { kind: 'skipped', reason: 'bad-line' };
    return;
  }
  if (holdsFhir(json)) yield* resourcesIn(json);
  else yield { kind: 'skipped', reason: 'bad-line' };
}
