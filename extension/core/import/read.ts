import { isSalusError, SalusError } from '../errors.ts';
import { CardParts } from './card-parts.ts';
import { readDocument } from './document.ts';
import type { Found, ReadContext, Remark } from './reader.ts';
import { READERS } from './readers.ts';
import { headOf, type Source } from './source.ts';
import { isArchiveTooLarge, isDamaged, MOST_FILES, MOST_UNPACKED_BYTES } from './unpack.ts';

/** What the reading of a file begins with. */
export const newContext = (given: Partial<ReadContext> = {}): ReadContext => ({
  cardParts: new CardParts(),
  ...given,
  depth: 0,
  budget: { files: MOST_FILES, bytes: MOST_UNPACKED_BYTES },
  read: readSource,
});

/** What ends the reading of a file, rather than making a document of it. */
const isFinal = (error: unknown, depth: number): boolean =>
  isArchiveTooLarge(error) || isDamaged(error) || (depth === 0 && isSalusError(error, 'nothing-to-import'));

function remarkOn(error: unknown): Remark {
  if (isSalusError(error, 'too-large')) return 'too-large-to-read';
  return isSalusError(error) && error.detail['why'] === 'doctype' ? 'has-doctype' : 'not-understood';
}

/**
 * Everything that is in a file: by the reader that recognises it, or as a document where there is none or it cannot make
 * anything of it.
 * @throws SalusError `nothing-to-import`, `too-large`, `block-damaged`
 */
export async function* readSource(source: Source, context: ReadContext): AsyncGenerator<Found> {
  context.signal?.throwIfAborted();
  const head = await headOf(source);
  if (head.byteLength === 0) {
    if (context.depth === 0) throw new SalusError('nothing-to-import', 'This file is empty.');
    yield { kind: 'skipped', reason: 'empty' };
    return;
  }
  const reader = READERS.find((one) => one.recognises(head, source.name, source.type));
  if (reader === undefined) {
    yield* readDocument(source, head);
    return;
  }
  yield { kind: 'said', format: reader.format };
  try {
    yield* (await reader.load())(source, context, head);
  } catch (error) {
    context.signal?.throwIfAborted();
    if (isFinal(error, context.depth)) throw error;
    if (isSalusError(error, 'nothing-to-import')) yield { kind: 'skipped', reason: 'empty' };
    else yield* readDocument(source, head, remarkOn(error));
  }
}
