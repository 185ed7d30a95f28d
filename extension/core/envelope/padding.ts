import { SalusError } from '../errors.ts';
import { padmeLength } from './padme.ts';

const ZEROS = new Uint8Array(65_536);

/** Appends 0x80 and zeros (ISO/IEC 7816-4) up to the Padmé length, without knowing the length beforehand. */
export async function* pad(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of source) {
    length += chunk.byteLength;
    yield chunk;
  }
  yield Uint8Array.of(0x80);
  length += 1;
  for (let rest = padmeLength(length) - length; rest > 0; rest -= ZEROS.byteLength) {
    yield ZEROS.subarray(0, Math.min(rest, ZEROS.byteLength));
  }
}

/**
 * Takes the padding off again. What might be padding (0x80 and zeros) is held back as two numbers, never as bytes, so
 * memory stays flat.
 * @throws SalusError `sealed-data-damaged` when there is no padding at the end
 */
export async function* unpad(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let marker = false;
  let zeros = 0;
  for await (const chunk of source) {
    let end = chunk.byteLength;
    while (end > 0 && chunk[end - 1] === 0) end--;
    if (end === 0 && marker) {
      zeros += chunk.byteLength;
      continue;
    }
    if (end > 0 && marker) {
      // More text follows, so what looked like padding was text too.
      yield Uint8Array.of(0x80);
      for (; zeros > 0; zeros -= Math.min(zeros, ZEROS.byteLength)) {
        yield ZEROS.subarray(0, Math.min(zeros, ZEROS.byteLength));
      }
      marker = false;
    }
    if (end > 0 && chunk[end - 1] === 0x80) {
      marker = true;
      zeros = chunk.byteLength - end;
      if (end > 1) yield chunk.subarray(0, end - 1);
    } else {
      yield chunk;
    }
  }
  if (!marker) throw new SalusError('sealed-data-damaged', 'The end of this sealed data is missing.');
}
