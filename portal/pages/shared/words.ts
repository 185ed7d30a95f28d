import english from '../../../extension/locales/en.json';
import type { Words } from '../../../extension/core/fhir/present/words.ts';
import { visible } from '../../../extension/core/signing/visible.ts';

const TEXTS = english as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;

type Forms = Readonly<Record<string, unknown>>;

/** English for what is in records: the same words as in the wallet. */
export const words: Words = {
  locale: 'en',
  word(key, values = [], count) {
    const [group = '', name = ''] = key.split('.');
    const found = TEXTS[group]?.[name];
    const text = typeof found === 'object' && found !== null ? (found as Forms)[count === 1 ? '1' : 'n'] : found;
    return typeof text === 'string'
      ? text.replaceAll(/\$(\d)/g, (_, n: string) => values[Number(n) - 1] ?? '')
      : undefined;
  },
  shown: visible,
};
