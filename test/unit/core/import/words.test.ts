import { describe, expect, it } from 'vitest';
import { FORMATS, REMARKS, SKIP_REASONS } from '../../../../extension/core/import/reader.ts';
import de from '../../../../extension/locales/de.json' with { type: 'json' };
import en from '../../../../extension/locales/en.json' with { type: 'json' };

const keyOf = (word: string) => word.replace(/-(\w)/g, (_, first: string) => first.toUpperCase());

describe.each([
  ['English', en],
  ['German', de],
])('the catalogue in %s', (_, catalogue) => {
  it.each([
    ['format', FORMATS],
    ['remark', REMARKS],
    ['skip', SKIP_REASONS],
  ] as const)('has a sentence for each fixed word of an import: %s', (group, words) => {
    expect(Object.keys(catalogue[group]).toSorted()).toEqual(words.map(keyOf).toSorted());
  });
});
