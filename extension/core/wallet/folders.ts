import { random } from '../bytes.ts';
import type { Receipt } from '../consent/receipt.ts';
import type { RecordItem } from '../records/book.ts';
import type { Section } from '../records/sections.ts';

/** Which folder tags hold which section. The chain knows only tags; the names come from what the patient alone can open. */
export class Folders {
  readonly #tags = new Map<Section, Set<number>>();

  constructor(items: readonly RecordItem[], receipts: readonly Receipt[]) {
    for (const { section, folder } of [...items, ...receipts.flatMap((r) => r.sections)]) this.#add(section, folder);
  }

  /** Every tag of a section; two wallets restored from the same words may have made one each. */
  of(section: Section): number[] {
    return [...(this.#tags.get(section) ?? [])].sort((a, b) => a - b);
  }

  /** The tag to write to; a new random one where the section has none. */
  ensure(section: Section): number {
    return this.of(section)[0] ?? this.#add(section, newTag());
  }

  #add(section: Section, tag: number): number {
    const tags = this.#tags.get(section) ?? new Set();
    this.#tags.set(section, tags.add(tag));
    return tag;
  }
}

/** A random uint48 that is not 0. */
function newTag(): number {
  const tag = random(6).reduce((n, byte) => n * 256 + byte, 0);
  return tag === 0 ? newTag() : tag;
}
