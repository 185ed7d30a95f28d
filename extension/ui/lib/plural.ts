/** The categories of a language for which a text may have a form of its own, in the order of a catalogue; the rest is the last form. */
const OWN_FORM = ['one', 'two', 'few', 'many'] as const;

/**
 * The form of a text that goes with a number. The catalogue has two (`1`, `n`), or five where a language counts in more ways: `1`, `2`,
 * `3` for few, `11` for many, and `n`.
 */
export function pluralForm(text: string, count: number, language: string): string {
  const forms = text.split(' | ');
  const category = new Intl.PluralRules(language).select(count);
  const at = (forms.length > 2 ? OWN_FORM : OWN_FORM.slice(0, 1)).findIndex((own) => own === category);
  return forms[at < 0 ? forms.length - 1 : Math.min(at, forms.length - 1)] ?? '';
}
