import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pluralForm } from '../../../extension/ui/lib/plural.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';

const LOCALES = join(ROOT, 'extension/locales');

type Forms = Readonly<Record<string, string>>;
interface Tree {
  readonly [key: string]: string | Tree;
}
const isPlural = (node: Tree): node is Forms => Object.keys(node).every((key) => /^(\d+|n)$/.test(key));

/** Path of a text → the text, or its forms by number. */
function textsOf(node: Tree, before = ''): Map<string, string | Forms> {
  return new Map(
    Object.entries(node).flatMap(([key, value]): [string, string | Forms][] => {
      const path = before === '' ? key : `${before}.${key}`;
      if (typeof value === 'string' || isPlural(value)) return [[path, value]];
      return [...textsOf(value, path)];
    }),
  );
}
const read = (file: string) => textsOf(JSON.parse(readFileSync(join(LOCALES, file), 'utf8')) as Tree);
const formsOf = (text: string | Forms): Forms => (typeof text === 'string' ? { n: text } : text);
const placesIn = (text: string): string[] => [...new Set(text.match(/\$\d/g))].sort();
const letters = (text: string): string => text.replaceAll(/\$\d|⟨[^⟩]*⟩/g, '');

const english = read('en.json');
const others = readdirSync(LOCALES)
  .filter((file) => file !== 'en.json')
  .map((file) => [basename(file, '.json'), read(file)] as const);

/** What a language has in the same letters as English: names, and words that both have. */
const SAME: Readonly<Record<string, readonly string[]>> = {
  de: [
    ...['format.healthCard', 'format.healthLink', 'format.text', 'patients.patient', 'role.r1', 'role.r8'],
    ...['callField.patient', 'field.name', 'field.label', 'field.plan', 'field.rate', 'field.add', 'code.plan'],
    ...['code.option', 'code.routine', 'code.flag_n', 'type.Person', 'network.name', 'form.text', 'guardians.person'],
  ],
  es: [
    ...['format.healthCard', 'format.healthLink', 'role.r2', 'callField.hospital', 'field.plan', 'field.total'],
    ...['code.provisional', 'code.plan', 'code.flag_n', 'value.no', 'form.plan', 'form.c_criticality_low'],
    'form.c_taking_no',
  ],
  ar: [],
};
/** What is the same everywhere. */
const NAMES = ['extName'];
const ENGLISH_WORDS = /\b(the|and|your|you|with|this|that|which|are|from|been|record|keeper|share)\b/i;

/** The forms of a text that goes with a number. */
const FORMS: Readonly<Record<string, readonly string[]>> = { ar: ['0', '1', '2', '3', '11', 'n'] };

describe.each(others)('the texts in %s', (language, texts) => {
  const all = [...texts].flatMap(([path, text]) => Object.values(formsOf(text)).map((form) => [path, form] as const));
  const pathsOf = (wrong: (path: string, form: string) => boolean) =>
    all.filter(([path, form]) => !NAMES.includes(path) && path !== 'lang' && wrong(path, form)).map(([path]) => path);

  it('are those that there are in English', () => {
    expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
    expect(texts.get('lang')).toBe(language);
  });

  it('have the same places for values', () => {
    const wrong = [...english].filter(([path, text]) => {
      const here = formsOf(texts.get(path) ?? '');
      const most = placesIn(formsOf(text)['n'] ?? '');
      return (
        String(placesIn(here['n'] ?? '')) !== String(most) ||
        Object.values(here).some((form) => placesIn(form).some((place) => !most.includes(place)))
      );
    });
    expect(wrong.map(([path]) => path)).toEqual([]);
  });

  it('have each form that the language counts in, where a number decides', () => {
    for (const [path, text] of english) {
      const here = texts.get(path) ?? '';
      expect(typeof here, path).toBe(typeof text);
      if (typeof here !== 'string') expect(Object.keys(here), path).toEqual(FORMS[language] ?? ['1', 'n']);
    }
  });

  it('are not left in English', () => {
    const allowed = SAME[language] ?? [];
    const same = (path: string, form: string) => {
      const there = english.get(path);
      return !allowed.includes(path) && there !== undefined && Object.values(formsOf(there)).includes(form);
    };
    expect(pathsOf((path, form) => same(path, form) && /\p{L}/u.test(letters(form)))).toEqual([]);
    expect(pathsOf((_, form) => ENGLISH_WORDS.test(letters(form)))).toEqual([]);
  });

  it('are in the letters of the language', () => {
    if (language === 'ar')
      expect(pathsOf((path, form) => !/\p{Script=Arabic}/u.test(form) && !isOnlyPlaces(path))).toEqual([]);
    else expect(pathsOf((_, form) => /\p{Script=Arabic}/u.test(form))).toEqual([]);
  });
});
/** Whether a text is values and signs only. */
const isOnlyPlaces = (path: string): boolean => !/\p{L}/u.test(letters(formsOf(english.get(path) ?? '')['n'] ?? ''));

it.each([['en', english] as const, ...others])('the texts in %s begin and end with a letter or sign', (_, texts) => {
  for (const [path, text] of texts) {
    for (const form of Object.values(formsOf(text))) {
      expect(form.trim(), path).toBe(form);
      expect(form, path).not.toMatch(/^$| {2}| \| |!$/);
    }
  }
});

describe('a text that goes with a number', () => {
  const arabic = 'zero | one | two | few | many | other';
  it.each([
    ['one | other', 'en', [0, 1, 2, 21], ['other', 'one', 'other', 'other']],
    ['one | other', 'es', [0, 1, 1_000_000], ['other', 'one', 'other']],
    [
      arabic,
      'ar',
      [0, 1, 2, 3, 10, 11, 99, 100, 103],
      ['zero', 'one', 'two', 'few', 'few', 'many', 'many', 'other', 'few'],
    ],
    ['always the same', 'ar', [1, 5], ['always the same', 'always the same']],
  ] as const)('“%s” in %s', (text, language, counts, forms) => {
    expect(counts.map((count) => pluralForm(text, count, language))).toEqual(forms);
  });
});
