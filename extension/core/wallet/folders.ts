import type { Keyring } from '../keys/keyring.ts';
import { SECTIONS, SELECTION, type FolderKind, type Section } from '../records/sections.ts';

/** Folders of picked things that one account has: each is for one share, and is not used again. */
const MOST_SELECTIONS = 1_000;

/**
 * Which folder tag is which folder of one person's record. The chain knows only tags; each comes from the words and the name of
 * its section or the number of its selection, so nobody else's entry or receipt, and no node, can say what a folder holds: there is
 * nothing to be told.
 */
export class Folders {
  readonly #tags: ReadonlyMap<Section, number>;
  readonly #kinds: ReadonlyMap<number, FolderKind>;
  /** Tags of the folders of picked things, in the order in which they are used. */
  readonly selections: readonly number[];

  private constructor(tags: ReadonlyMap<Section, number>, selections: readonly number[]) {
    this.#tags = tags;
    this.selections = selections;
    this.#kinds = new Map<number, FolderKind>([
      ...selections.map((tag) => [tag, SELECTION] as const),
      ...[...tags].map(([section, tag]) => [tag, section] as const),
    ]);
  }

  /** @throws SalusError `vault-locked` */
  static async of(keyring: Keyring): Promise<Folders> {
    const tags = await Promise.all(
      SECTIONS.map(async (section) => [section, await keyring.folderTag(section)] as const),
    );
    return new Folders(new Map(tags), await keyring.selectionTags(MOST_SELECTIONS));
  }

  tag(section: Section): number {
    const tag = this.#tags.get(section);
    if (tag === undefined) throw new RangeError('there is a tag for each section');
    return tag;
  }

  /** Every tag of this person's. */
  get all(): readonly number[] {
    return [...this.#kinds.keys()];
  }

  /** What a folder holds; undefined for a tag that is none of this person's. */
  kind(tag: number): FolderKind | undefined {
    return this.#kinds.get(tag);
  }
}
