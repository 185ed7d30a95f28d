/** The categories of a language in the order of a catalogue, where it has a form for each (Unicode CLDR). */
const ALL = ['zero', 'one', 'two', 'few', 'many', 'other'];
const ONE_AND_OTHER = ['one', 'other'];

/**
 * The form of a text that goes with a number. The catalogue has two (`1`, `n`), or six where a language counts in more ways: `0`, `1`, `2`,
 * `3` for few, `11` for many, and `n`.
 */
export function pluralForm(text: string, count: number, language: string): string {
  const forms = text.split(' | ');
  const category = new Intl.PluralRules(language).select(count);
  const at = (forms.length > 2 ? ALL : ONE_AND_OTHER).indexOf(category);
  return forms[at] ?? forms.at(-1) ?? '';
}
