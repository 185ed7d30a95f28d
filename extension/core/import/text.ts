import type { Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Remark } from './reader.ts';
import { bytesOf, headOf, type Source } from './source.ts';

/** Larger texts are not held at once: parsing would take several times their size. */
export const MOST_PARSED_BYTES = 128 * 1_048_576;

/** How a text is written, as the WHATWG Encoding standard names it, and what is to be said of that. */
export interface TextForm {
  readonly label: string;
  readonly remark?: Remark;
}

const startsWith = (head: Uint8Array, ...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte);

/** UTF-16, told by its mark or by the zero bytes that Latin letters have in it. */
function utf16(head: Uint8Array): TextForm | undefined {
  const remark = 'encoding-utf-16';
  const [a, b, c, d] = head;
  if (startsWith(head, 0xff, 0xfe) || (a !== 0 && b === 0 && c !== 0 && d === 0)) return { label: 'utf-16le', remark };
  if (startsWith(head, 0xfe, 0xff) || (a === 0 && b !== 0 && c === 0 && d !== 0)) return { label: 'utf-16be', remark };
  return undefined;
}

/** The encoding that an XML declaration names. */
function declaredIn(head: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(head.subarray(0, 200));
  const named = /^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(start)?.[1]?.toLowerCase();
  if (named === undefined || named.startsWith('utf-')) return undefined;
  try {
    return new TextDecoder(named).encoding;
  } catch {
    return undefined;
  }
}

async function isUtf8(source: Source): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const part of source.stream()) decoder.decode(part, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** What is neither UTF-8 nor UTF-16 is read as Windows-1252, of which Latin-1 is a part, and that is said. */
export async function formOf(source: Source): Promise<TextForm> {
  const head = await headOf(source, 200);
  const wide = utf16(head);
  if (wide) return wide;
  if (await isUtf8(source)) return { label: 'utf-8' };
  const declared = declaredIn(head);
  if (declared !== undefined && declared !== 'windows-1252') return { label: declared, remark: 'encoding-declared' };
  return { label: 'windows-1252', remark: 'encoding-windows-1252' };
}

const damaged = () => new SalusError('not-json', 'This text is damaged: some of its characters cannot be read.');

/** A text in parts. A mark of the byte order at its start is no part of it. @throws SalusError `not-json` */
async function* textParts(source: Source, { label }: TextForm): AsyncGenerator<string> {
  const decoder = new TextDecoder(label, { fatal: true });
  try {
    for await (const part of source.stream()) yield decoder.decode(part, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? damaged() : error;
  }
}

/** A whole text. @throws SalusError `too-large`, `not-json` */
export async function textOf(source: Source, most: number): Promise<TextForm & { readonly text: string }> {
  const bytes = await bytesOf(source, most);
  const form = await formOf({ ...source, stream: () => once(bytes) });
  try {
    return { ...form, text: new TextDecoder(form.label, { fatal: true }).decode(bytes) };
  } catch {
    throw damaged();
  }
}

async function* once(bytes: Bytes): AsyncGenerator<Bytes> {
  yield await Promise.resolve(bytes);
}

/** The start of a text as far as it can be made out, to tell what it is. */
export function peek(head: Uint8Array): string {
  const form = utf16(head);
  return new TextDecoder(form?.label ?? 'utf-8').decode(head).replace(/^\uFEFF/, '');
}

/** What no text has: control characters other than tabs, line ends and page ends. */
export const hasControls = (text: string): boolean => /(?![\t-\r])\p{Cc}/u.test(text);

/** Lines without their ends; undefined stands for one that is longer than `longest`. */
export async function* linesOf(source: Source, form: TextForm, longest: number): AsyncGenerator<string | undefined> {
  let rest: string[] = [];
  let length = 0;
  const line = () => {
    const whole = length > longest ? undefined : rest.join('').replace(/\r$/, '');
    rest = [];
    length = 0;
    return whole;
  };
  const keep = (piece: string) => {
    length += piece.length;
    if (length <= longest) rest.push(piece);
    else rest = [];
  };
  for await (const part of textParts(source, form)) {
    let from = 0;
    for (let end = part.indexOf('\n'); end >= 0; end = part.indexOf('\n', from)) {
      keep(part.slice(from, end));
      yield line();
      from = end + 1;
    }
    if (from < part.length) keep(part.slice(from));
  }
  if (length > 0) yield line();
}
