import { describe, expect, it } from 'vitest';
import { newEntropy, toWords } from '../../../extension/core/keys/mnemonic.ts';
import { wordQuestions } from '../../../extension/ui/lib/word-check.ts';

describe('the check of the recovery words', () => {
  it.each([
    ['any phrase', () => toWords(newEntropy())],
    [
      'a phrase with the same word many times',
      () => [...Array<string>(20).fill('abandon'), 'ability', 'able', 'about', 'above'],
    ],
  ])('asks for three places of %s, with choices that are all different and hold the right one', (_, phrase) => {
    for (let i = 0; i < 200; i++) {
      const words = phrase();
      const questions = wordQuestions(words);
      expect(new Set(questions.map((q) => q.place)).size).toBe(3);
      for (const { place, choices } of questions) {
        expect(choices).toContain(words[place]);
        expect(new Set(choices).size).toBe(choices.length);
        expect(choices.length).toBe(4);
      }
    }
  });
});
