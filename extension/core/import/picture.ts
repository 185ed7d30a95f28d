import type { Bytes } from '../bytes.ts';
import { isSalusError } from '../errors.ts';
import { readDocument } from './document.ts';
import { cardContents, isCardText } from './health-card.ts';
import { HEALTH_LINK } from './health-link-text.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';

/**
 * A picture, which is kept as it is. Where it shows a health card’s code, what is in the card is taken too; a health link is said.
 * Pictures in an archive are not looked at: there may be thousands, and each takes a second.
 */
export async function* readPicture(source: Source, context: ReadContext, head: Bytes): AsyncGenerator<Found> {
  yield* readDocument(source, head);
  const texts = context.depth === 0 ? await codesOf(source, context) : [];
  const link = texts.map((text) => HEALTH_LINK.exec(text)?.[1]).find((found) => found !== undefined);
  if (link !== undefined) yield { kind: 'said', format: 'health-link', remark: 'health-link', link };
  const cards = texts.filter(isCardText);
  if (cards.length === 0) return;
  yield { kind: 'said', format: 'health-card' };
  try {
    yield* cardContents(cards.join('\n'), context);
  } catch (error) {
    if (!isSalusError(error)) throw error;
    // The picture is there in any case.
    yield { kind: 'said', format: 'image', remark: 'not-understood' };
  }
}

/** What cannot be looked at shows nothing. */
async function codesOf(source: Source, { codes, signal }: ReadContext): Promise<readonly string[]> {
  const texts = (await codes?.(source).catch(() => undefined)) ?? [];
  signal?.throwIfAborted();
  return texts;
}
