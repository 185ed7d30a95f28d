import { createSHA256 } from 'hash-wasm';
import { CID } from 'multiformats/cid';
import { equal, own, randomId, type Bytes } from '../bytes.ts';
import { isSalusError, SalusError, type ErrorCode } from '../errors.ts';
import type { BlockSource } from '../storage/ports.ts';
import { openEntry, readItem, streamItem, type OpenedEntry } from './open-entry.ts';

/** A part of an item. What is `done` was proven against the index of its entry, and so against the chain. */
export interface ItemPart {
  readonly position: number;
  readonly bytes?: Bytes;
  readonly done?: true;
  /** Why it could not be read, or not to its end. */
  readonly code?: ErrorCode;
}

/** Items up to this are given whole, and only once they are proven. */
const WHOLE_BYTES = 1_048_576;
/** Of these, how many bytes are read at the same time, and how many items. */
const AT_ONCE_BYTES = 4 * WHOLE_BYTES;
const AT_ONCE = 64;
/** An answer holds about so much. */
const ANSWER_BYTES = 2 * 1_048_576;
/** Entries that are open at the same time; the one that was opened first goes. */
const MOST_OPEN = 4;
/** An entry that nobody reads on for so long is closed. */
const IDLE_MS = 120_000;

interface Open {
  readonly parts: AsyncGenerator<ItemPart>;
  readonly abort: AbortController;
  timer: ReturnType<typeof setTimeout>;
}

/** Entries that are read from their first item to their last, in parts, by whoever holds the ticket and not the key. */
export class ItemStreams {
  readonly #source: BlockSource;
  readonly #open = new Map<string, Open>();

  constructor(source: BlockSource) {
    this.#source = source;
  }

  /**
   * @param key content key of the entry
   * @returns a ticket
   * @throws SalusError as `openEntry`
   */
  async openItems(cid: string, key: Bytes, commitment: Bytes): Promise<string> {
    const opened = await openEntry(CID.parse(cid), commitment, key, this.#source);
    const ticket = randomId();
    const abort = new AbortController();
    const parts = partsOf(opened, this.#source, abort.signal);
    this.#open.set(ticket, { parts, abort, timer: this.#later(ticket) });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      this.closeItems(oldest);
    }
    return ticket;
  }

  /** What comes next; nothing at the end. @throws SalusError `cancelled` for an entry that is not open any more */
  async nextParts(ticket: string): Promise<ItemPart[]> {
    const open = this.#open.get(ticket);
    if (open === undefined) throw new SalusError('cancelled', 'This is no longer being read.');
    clearTimeout(open.timer);
    const parts: ItemPart[] = [];
    for (let bytes = 0; bytes < ANSWER_BYTES;) {
      const next = await open.parts.next();
      if (next.done) break;
      parts.push(next.value);
      bytes += next.value.bytes?.byteLength ?? 0;
    }
    if (parts.length === 0) this.closeItems(ticket);
    else open.timer = this.#later(ticket);
    return parts;
  }

  closeItems(ticket: string): void {
    const open = this.#open.get(ticket);
    this.#open.delete(ticket);
    clearTimeout(open?.timer);
    open?.abort.abort(new SalusError('cancelled', 'This is no longer being read.'));
  }

  #later(ticket: string): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.closeItems(ticket), IDLE_MS);
  }
}

async function* partsOf(opened: OpenedEntry, source: BlockSource, signal: AbortSignal): AsyncGenerator<ItemPart> {
  const { items } = opened.index;
  for (let at = 0; at < items.length;) {
    const small = smallFrom(items, at);
    if (small === 0) yield* streamed(opened, at, source, signal);
    else {
      const positions = Array.from({ length: small }, (_, i) => at + i);
      yield* await Promise.all(positions.map((position) => whole(opened, position, source, signal)));
    }
    at += Math.max(small, 1);
  }
}

/** How many small items follow one another from there on, as many as are read at the same time. */
function smallFrom(items: readonly { readonly size: number }[], from: number): number {
  let bytes = 0;
  let count = 0;
  for (; count < AT_ONCE; count++) {
    const size = items[from + count]?.size ?? Infinity;
    bytes += size;
    if (size > WHOLE_BYTES || bytes > AT_ONCE_BYTES) break;
  }
  return count;
}

async function whole(
  opened: OpenedEntry,
  position: number,
  source: BlockSource,
  signal: AbortSignal,
): Promise<ItemPart> {
  try {
    return { position, bytes: (await readItem(opened, position, source, signal)).bytes, done: true };
  } catch (error) {
    return failed(position, error, signal);
  }
}

async function* streamed(
  opened: OpenedEntry,
  position: number,
  source: BlockSource,
  signal: AbortSignal,
): AsyncGenerator<ItemPart> {
  try {
    const hasher = await createSHA256();
    for await (const part of streamItem(opened, position, source, signal)) {
      hasher.update(part);
      yield { position, bytes: part.buffer.byteLength === part.byteLength ? (part as Bytes) : own(part) };
    }
    const proven = equal(
      Uint8Array.from(hasher.digest('binary')),
      opened.index.items[position]?.digest ?? new Uint8Array(),
    );
    yield proven ? { position, done: true } : { position, code: 'commitment-mismatch' };
  } catch (error) {
    yield failed(position, error, signal);
  }
}

/** One that cannot be read does not keep the others back. */
function failed(position: number, error: unknown, signal: AbortSignal): ItemPart {
  signal.throwIfAborted();
  return { position, code: isSalusError(error) ? error.code : 'sealed-data-damaged' };
}
