import { codesIn } from '../../core/import/codes-in.ts';

/** What the worker answers: texts of the codes in a picture. */
export type CodesAnswer = readonly string[];

/** Dots that are looked at. What a camera makes has many times as many, and a code takes up a good part of it. */
const MOST_DOTS = 2_500_000;
/** A blurred code is seen better from further away. */
const LEAST_DOTS = 400_000;

/** Draws a picture at most so large. */
function dotsOf(picture: ImageBitmap, most: number): ImageData {
  const scale = Math.min(1, Math.sqrt(most / (picture.width * picture.height)));
  const [width, height] = [Math.ceil(picture.width * scale), Math.ceil(picture.height * scale)];
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('there is no canvas');
  // What is transparent is shown on white everywhere else.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

async function codesOf(file: Blob): Promise<CodesAnswer> {
  const picture = await createImageBitmap(file);
  try {
    const found = codesIn(dotsOf(picture, MOST_DOTS));
    const isLarge = picture.width * picture.height > LEAST_DOTS;
    return found.length > 0 || !isLarge ? found : codesIn(dotsOf(picture, LEAST_DOTS));
  } finally {
    picture.close();
  }
}

addEventListener('message', ({ data }: MessageEvent<Blob>) => {
  // What is no picture shows no code.
  void codesOf(data)
    .catch((): CodesAnswer => [])
    .then((answer) => postMessage(answer));
});
