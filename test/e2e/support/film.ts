import { writeFile } from 'node:fs/promises';
import { Byte, Encoder } from '@nuintun/qrcode';

const [WIDTH, HEIGHT] = [640, 480];
const [DARK, LIGHT, NO_COLOUR] = [16, 235, 128];
/** Squares around a code (ISO/IEC 18004). */
const QUIET = 4;
const FRAMES = 30;

/** Writes a film (YUV4MPEG2) that shows a code, or nothing, to a camera. */
export async function filmOf(code: string | undefined, path: string): Promise<void> {
  const light = Buffer.alloc(WIDTH * HEIGHT, LIGHT);
  if (code !== undefined) {
    const squares = new Encoder({ level: 'M' }).encode(new Byte(code));
    const side = Math.floor(HEIGHT / (squares.size + 2 * QUIET));
    const [left, top] = [WIDTH, HEIGHT].map((room) => Math.floor((room - side * squares.size) / 2)) as [number, number];
    for (let y = 0; y < squares.size * side; y++) {
      for (let x = 0; x < squares.size * side; x++) {
        if (squares.get(Math.floor(x / side), Math.floor(y / side))) light[(top + y) * WIDTH + left + x] = DARK;
      }
    }
  }
  const frame = Buffer.concat([Buffer.from('FRAME\n'), light, Buffer.alloc((WIDTH * HEIGHT) / 2, NO_COLOUR)]);
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  await writeFile(path, Buffer.concat([head, ...Array.from({ length: FRAMES }, () => frame)]));
}
