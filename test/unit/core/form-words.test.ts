import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FORM_TYPES, isFormKind } from '../../../extension/core/forms/form.ts';
import { FORMS } from '../../../extension/core/forms/forms.ts';

const LOCALES = join(import.meta.dirname, '../../../extension/locales');
const GROUPS = ['form', 'byHand', 'mark', 'warning'];
type Texts = Record<string, Record<string, unknown>>;
const read = (language: string) => JSON.parse(readFileSync(join(LOCALES, `${language}.json`), 'utf8')) as Texts;

it.each(['en', 'de', 'es', 'ar'])('every form has its words: %s', (language) => {
  const texts = read(language);
  const needed = Object.values(FORMS).flatMap(({ fields }) =>
    fields.flatMap(({ key, label = key, choices = [] }) =>
      label === 'unit' ? [label] : [label, ...choices.map((choice) => `c_${label}_${choice.replaceAll('-', '_')}`)],
    ),
  );
  expect([...new Set(needed)].filter((key) => typeof texts['form']?.[key] !== 'string')).toEqual([]);
  const names = Object.keys(FORMS).map((kind) => `kind_${kind.replaceAll('-', '_')}`);
  expect(names.filter((name) => typeof texts['byHand']?.[name] !== 'string')).toEqual([]);
  for (const group of GROUPS) expect(Object.keys(texts[group]!)).toEqual(Object.keys(read('en')[group]!));
  expect(
    Object.values(FORMS)
      .filter(({ kind }) => isFormKind(kind))
      .map(({ type }) => type)
      .toSorted(),
  ).toEqual([...FORM_TYPES].toSorted());
});
