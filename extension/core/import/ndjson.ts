import { parseLossless } from '../fhir/lossless.ts';
import { hasDuplicateKeys } from './duplicate-keys.ts';
import { holdsFhir, resourcesIn } from './fhir-tree.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { formOf, linesOf, MOST_PARSED_BYTES } from './text.ts';

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
  const json = parsed(line);
  if (holdsFhir(json)) yield* resourcesIn(json);
  else yield { kind: 'skipped', reason: 'bad-line' };
}

/** Whether the first line is a whole object, and another begins after it. */
export async function isLineByLine(source: Source): Promise<boolean> {
  let first = true;
  for await (const line of linesOf(source, await formOf(source), MOST_PARSED_BYTES)) {
    if (line === undefined) return false;
    if (line.trim() === '') continue;
    if (!first) return line.trimStart().startsWith('{');
    if (!holdsFhir(parsed(line))) return false;
    first = false;
  }
  return false;
}

function parsed(line: string): unknown {
  try {
    return parseLossless(line);
  } catch {
    return undefined;
  }
}
