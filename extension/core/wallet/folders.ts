import type { Keyring } from '../keys/keyring.ts';
import { SECTIONS, type Section } from '../records/sections.ts';

/**
 * Which folder tag is which section of one person's record. The chain knows only tags; each comes from the words and the name of
 * its section, so nobody else's entry or receipt, and no node, can say what a folder holds: there is nothing to be told.
 */
export class Folders {
  readonly #tags: ReadonlyMap<Section, number>;
  readonly #sections: ReadonlyMap<number, Section>;

  private constructor(tags: readonly (readonly [Section, number])[]) {
    this.#tags = new Map(tags);
    this.#sections = new Map(tags.map(([section, tag]) => [tag, section]));
  }

  /** @throws SalusError `vault-locked` */
  static async of(keyring: Keyring): Promise<Folders> {
    return new Folders(
      await Promise.all(SECTIONS.map(async (section) => [section, await keyring.folderTag(section)] as const)),
    );
  }

  tag(section: Section): number {
    const tag = this.#tags.get(section);
    if (tag === undefined) throw new RangeError('there is a tag for each section');
    return tag;
  }

  /** Undefined for a tag that is none of this person's. */
  section(tag: number): Section | undefined {
    return this.#sections.get(tag);
  }
}
