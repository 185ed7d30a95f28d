/** For each value of a byte, and for the same with one, two and three bytes after it. */
const TABLES = Array.from({ length: 4 }, () => new Uint32Array(256));
const [T0, T1, T2, T3] = TABLES as [Uint32Array, Uint32Array, Uint32Array, Uint32Array];
for (let n = 0; n < 256; n++) {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  T0[n] = c;
}
for (let n = 0; n < 256; n++) {
  T1[n] = next(T0[n] ?? 0);
  T2[n] = next(T1[n] ?? 0);
  T3[n] = next(T2[n] ?? 0);
}

function next(c: number): number {
  return (c >>> 8) ^ (T0[c & 0xff] ?? 0);
}

/** CRC-32 as ZIP and gzip have it (APPNOTE 4.4.7), of bytes that come in parts; four at a time. */
export class Crc32 {
  #sum = 0xffffffff;

  update(bytes: Uint8Array): void {
    let c = this.#sum;
    let at = 0;
    for (; at + 3 < bytes.length; at += 4) {
      c ^= (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
      c = (T3[c & 0xff] ?? 0) ^ (T2[(c >>> 8) & 0xff] ?? 0) ^ (T1[(c >>> 16) & 0xff] ?? 0) ^ (T0[c >>> 24] ?? 0);
    }
    for (; at < bytes.length; at++) c = (T0[(c ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (c >>> 8);
    this.#sum = c;
  }

  /** Of all that came so far. */
  get value(): number {
    return (this.#sum ^ 0xffffffff) >>> 0;
  }
}
