/** Most parts that a card is in, and most cards of which some parts are there (SMART Health Cards, “Chunking”). */
const MOST_PARTS = 99;
const MOST_OPEN = 100;

/**
 * Puts together health cards that are in several codes, which may be in several files. A part names its place and how many there
 * are, not its card: parts of several cards of the same length are told apart by the order that they come in.
 */
export class CardParts {
  #open: string[][] = [];

  /**
   * @param place from 1 on
   * @param digits as they stand in that part
   * @returns all of the card’s digits, once each part is there
   */
  add(place: number, count: number, digits: string): string | undefined {
    if (place < 1 || place > count || count > MOST_PARTS) return undefined;
    if (this.#open.some((parts) => parts.length === count && parts[place - 1] === digits)) return undefined;
    let parts = this.#open.find((some) => some.length === count && some[place - 1] === undefined);
    if (parts === undefined) {
      parts = Array.from<string>({ length: count });
      this.#open = [...this.#open, parts].slice(-MOST_OPEN);
    }
    parts[place - 1] = digits;
    if (parts.some((part) => (part as string | undefined) === undefined)) return undefined;
    this.#open = this.#open.filter((some) => some !== parts);
    return parts.join('');
  }
}
