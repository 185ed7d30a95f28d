import { fromUtf8, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { numberText } from './lossless.ts';

/** An object or list that is being written, as far as it is. */
interface Open {
  readonly holder: object;
  /** Of an object, sorted; of a list: as many as it has items. */
  readonly keys: readonly string[];
  readonly isList: boolean;
  next: number;
}

/**
 * Canonical JSON: RFC 8785, but numbers are as they were written (decision 0004). The same resource gives the same bytes, whatever
 * the order of its fields.
 * @param resource from `parseLossless`, for the text of its numbers; any other JSON value has JavaScript's
 * @throws SalusError `not-json`
 */
export function canonicalBytes(resource: unknown): Bytes {
  return utf8(canonicalText(resource));
}

/**
 * Whether a resource is one that was recorded, as far as somebody can tell who has it from JavaScript, which keeps no text of numbers.
 * @param recorded canonical bytes
 */
export function isSameResource(recorded: Uint8Array, resource: unknown): boolean {
  try {
    return canonicalText(JSON.parse(fromUtf8(recorded))) === canonicalText(plain(resource));
  } catch {
    return false;
  }
}

/** A copy, for which no text of numbers is known. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Without recursion: files may be nested deeper than a call stack. */
function canonicalText(root: unknown): string {
  const out: string[] = [];
  const stack: Open[] = [];
  const write = (holder: object, key: string, value: unknown): void => {
    if (typeof value === 'object' && value !== null) {
      const isList = Array.isArray(value);
      const keys = Object.keys(value).sort();
      const given = isList ? keys : keys.filter((name) => (value as Record<string, unknown>)[name] !== undefined);
      stack.push({ holder: value, keys: given, isList, next: 0 });
      out.push(isList ? '[' : '{');
    } else if (typeof value === 'number') out.push(numberText(holder, key, value));
    else if (value === null || typeof value === 'string' || typeof value === 'boolean') out.push(JSON.stringify(value));
    else throw new SalusError('not-json', 'This resource cannot be written as JSON.');
  };
  write({}, '', root);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { holder, keys, isList, next } = top;
    if (next === keys.length) {
      out.push(isList ? ']' : '}');
      stack.pop();
      continue;
    }
    top.next++;
    if (next > 0) out.push(',');
    const key = isList ? String(next) : (keys[next] ?? '');
    if (!isList) out.push(JSON.stringify(key), ':');
    write(holder, key, (holder as Record<string, unknown>)[key]);
  }
  return out.join('');
}
