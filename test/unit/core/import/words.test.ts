import { describe, expect, it } from 'vitest';
import { COLUMN_KINDS } from '../../../../extension/core/import/csv-mapping.ts';
import { FORMATS, REMARKS, SKIP_REASONS } from '../../../../extension/core/import/reader.ts';
import de from '../../../../extension/locales/de.json' with { type: 'json' };
import es from '../../../../extension/locales/es.json' with { type: 'json' };
import en from '../../../../extension/locales/en.json' with { type: 'json' };

const keyOf = (word: string) => word.replace(/-(\w)/g, (_, first: string) => first.toUpperCase());

describe.each([
  ['English', en],
  ['German', de],
  ['Spanish', es],
])('the catalogue in %s', (_, catalogue) => {
  it.each([
    ['format', FORMATS],
    ['remark', REMARKS],
    ['skip', SKIP_REASONS],
  ] as const)('has a sentence for each fixed word of an import: %s', (group, words) => {
    expect(Object.keys(catalogue[group]).toSorted()).toEqual(words.map(keyOf).toSorted());
  });

  it('has a name for each thing that a column can be', () => {
    const named = Object.keys(catalogue.columns).filter((key) => key.startsWith('k_'));
    expect(named.toSorted()).toEqual(COLUMN_KINDS.map((kind) => `k_${kind}`).toSorted());
  });
});
