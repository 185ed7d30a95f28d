import { Alphanumeric, Byte, Encoder } from '@nuintun/qrcode';

/** Around a code, so that it is found (ISO/IEC 18004). */
const QUIET = 4;

/** Outline of a code (QR) in squares of one, and how many there are on a side. */
export interface CodeOutline {
  readonly path: string;
  readonly size: number;
}

/** @param text in capitals, digits and spaces alone takes the least room */
export function outlineOf(text: string): CodeOutline {
  const segment = /^[0-9A-Z $%*+\-./:]*$/.test(text) ? new Alphanumeric(text) : new Byte(text);
  const code = new Encoder({ level: 'M' }).encode(segment);
  const squares: string[] = [];
  for (let y = 0; y < code.size; y++) {
    for (let x = 0; x < code.size; x++) if (code.get(x, y)) squares.push(`M${x + QUIET} ${y + QUIET}h1v1h-1z`);
  }
  return { path: squares.join(''), size: code.size + 2 * QUIET };
}
