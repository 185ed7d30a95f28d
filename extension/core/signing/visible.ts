/**
 * What a person could not see, or what would make other text look different from what it is: controls, invisible and
 * bidirectional format characters (Unicode Cf and Default_Ignorable_Code_Point), line separators, unusual spaces, the blank
 * Braille cell, characters that have no agreed look, and the bracket that marks them. Line feeds and plain spaces stay.
 */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Zs}\p{DI}\u{2800}⟨]/gu;

/** Text of a stranger as it may be shown: each character that is hidden or hides others is written out, as in ⟨U+202E⟩. */
export const visible = (text: string): string =>
  text.replace(HIDDEN, (character) =>
    character === '\n' || character === ' '
      ? character
      : `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
