import type { Section } from './sections.ts';

/** Where the person put things of a kind. */
export interface Sorted {
  /** As {@link likeOf} names it. */
  readonly like: string;
  readonly section: Section;
}

interface Named {
  readonly type: string;
  readonly title: string;
  readonly code?: string | undefined;
}

/** Names the kind of thing that an item is one of: its type with its code, or with its title where it has none. */
export const likeOf = ({ type, title, code }: Named): string =>
  code !== undefined ? `${type}|code|${code}` : `${type}|title|${title.trim().toLowerCase()}`;
