import { binarize, Decoder, Detector, grayscale } from '@nuintun/qrcode';

/** What is shown, dot by dot, as a canvas has it. */
type Dots = Pick<ImageData, 'data' | 'width' | 'height'>;

/** Texts of the codes (QR, ISO/IEC 18004) in a picture, each once. */
export function codesIn(dots: Dots): string[] {
  const { width, height } = dots;
  const found = new Set<string>();
  const decoder = new Decoder();
  const places = new Detector().detect(binarize(grayscale(dots as ImageData), width, height));
  for (let place = places.next(); !place.done;) {
    const text = decoded(decoder, place.value.matrix);
    if (text !== undefined) found.add(text);
    place = places.next(text !== undefined);
  }
  return [...found];
}

/** @returns undefined for what only looks like a code */
function decoded(decoder: Decoder, matrix: Parameters<Decoder['decode']>[0]): string | undefined {
  try {
    return decoder.decode(matrix).content;
  } catch {
    return undefined;
  }
}
