import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Slip39Helper } from 'slip39/src/slip39_helper.js';
import vectors from 'slip39/test/vectors.json' with { type: 'json' };
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toHex } from '../../../../extension/core/bytes.ts';
import { SalusError } from '../../../../extension/core/errors.ts';
import { findCard, likeWord, readCard, type Card } from '../../../../extension/core/guardians/card.ts';
import { addCard, combine, gathered, isEnough } from '../../../../extension/core/guardians/gather.ts';
import library from '../../../../extension/core/guardians/library.ts';
import { planFault, type GuardianPlan } from '../../../../extension/core/guardians/plan.ts';
import { split } from '../../../../extension/core/guardians/split.ts';
import { fromWords, newEntropy, toWords } from '../../../../extension/core/keys/mnemonic.ts';

const failure = (work: () => unknown): SalusError => {
  try {
    work();
  } catch (error) {
    if (error instanceof SalusError) return error;
    throw error;
  }
  throw new Error('it did not fail');
};
const people = (count: number) => Array.from({ length: count }, (_, i) => `Person ${i + 1}`);
const TWO_OF_THREE: GuardianPlan = { circlesNeeded: 1, circles: [{ needed: 2, members: ['Ana', 'Ben', 'Chloé'] }] };
const CIRCLES: GuardianPlan = {
  circlesNeeded: 2,
  circles: [
    { name: 'Family', needed: 2, members: people(3) },
    { name: 'Friends', needed: 3, members: people(5) },
    { name: 'Notary', needed: 1, members: people(1) },
  ],
};
const text = ({ words }: Card) => words.join(' ');

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('the official vectors', () => {
  it.each(vectors as [string, string[], string, string][])('%s', (_, mnemonics, secret) => {
    const open = () => toHex(combine(mnemonics.map(readCard), 'TREZOR')).slice(2);
    if (secret !== '') return expect(open()).toBe(secret);
    const error = failure(open);
    expect(['bad-card', 'card-refused', 'cards-missing', 'cards-disagree']).toContain(error.code);
    const told = JSON.stringify([error.message, error.detail]);
    for (const word of mnemonics.flatMap((one) => one.split(' ')))
      expect(told).not.toMatch(new RegExp(`\\b${word}\\b`));
  });

  it('are 45', () => expect(vectors).toHaveLength(45));
});

/** Of each of the circles that are needed as many members as are needed, in any order. */
const quorumOf = (cards: readonly (readonly Card[])[], { circles, circlesNeeded }: GuardianPlan) =>
  fc
    .shuffledSubarray([...circles.keys()], { minLength: circlesNeeded, maxLength: circlesNeeded })
    .chain((some) =>
      fc.tuple(
        ...some.map((i) => {
          const { needed } = circles[i]!;
          return fc.shuffledSubarray([...cards[i]!], { minLength: needed, maxLength: needed });
        }),
      ),
    )
    .map((chosen) => chosen.flat());

const anyPlan = fc
  .array(
    fc
      .integer({ min: 1, max: 5 })
      .chain((members) =>
        fc.integer({ min: Math.min(2, members), max: members }).map((needed) => ({ needed, members: people(members) })),
      ),
    { minLength: 1, maxLength: 4 },
  )
  .chain((circles) => fc.integer({ min: 1, max: circles.length }).map((circlesNeeded) => ({ circlesNeeded, circles })))
  .filter((plan) => planFault(plan) === undefined);

describe('cards of guardians', () => {
  it('any quorum over both levels gives the same words back; one card fewer gives nothing and says how many are missing', () => {
    fc.assert(
      fc.property(anyPlan, fc.constantFrom(16, 32), fc.infiniteStream(fc.nat()), (plan, length, picks) => {
        const entropy = newEntropy().slice(0, length);
        const cards = split(entropy, plan);
        const [chosen] = fc.sample(quorumOf(cards, plan), { numRuns: 1, seed: picks.next().value as number });
        expect(toWords(combine(chosen!))).toEqual(toWords(entropy));
        const left = chosen!.toSpliced((picks.next().value as number) % chosen!.length, 1);
        const error = failure(() => combine(left));
        expect(error.code).toBe('cards-missing');
        const { cards: some, circles } = error.detail as { cards: number; circles: number };
        expect(some + circles).toBeGreaterThan(0);
        expect(Object.keys(error.detail).sort()).toEqual(['cards', 'circles']);
      }),
      { numRuns: 25 },
    );
  });

  it('each card below the quorum says nothing of the secret: all of it is random each time', () => {
    const entropy = newEntropy();
    const shares = Array.from({ length: 3 }, () => split(entropy, TWO_OF_THREE)[0]![0]!.words.slice(4, -3).join(' '));
    expect(new Set(shares).size).toBe(3);
  });

  it('is followed as it goes: what is there, what is missing, when it is enough', () => {
    const [family, friends, notary] = split(newEntropy(), CIRCLES);
    let cards = addCard([], family![2]!);
    expect(gathered(cards)).toMatchObject({ circlesNeeded: 2, circles: 3, missing: { cards: 1, circles: 1 } });
    cards = addCard(cards, friends![0]!);
    expect(gathered(cards)).toMatchObject({ missing: { cards: 3, circles: 0 } });
    cards = addCard(cards, family![0]!);
    cards = addCard(cards, notary![0]!);
    const so = gathered(cards)!;
    expect(so.begun.map(({ circle, have, needed }) => [circle, have, needed])).toEqual([
      [0, 2, 2],
      [1, 1, 3],
      [2, 1, 1],
    ]);
    expect(isEnough(so)).toBe(true);
    expect(() => combine(cards)).not.toThrow();
  });

  it('names a card that was entered, one of another set, one that contradicts, and one of a circle that has enough', () => {
    const entropy = newEntropy();
    const [family] = split(entropy, CIRCLES);
    const [again] = split(entropy, CIRCLES);
    const why = (cards: readonly Card[], card: Card) => failure(() => addCard(cards, card)).detail;
    expect(why([family![0]!], family![0]!)).toEqual({ why: 'known' });
    expect(why([family![0]!], again![1]!)).toEqual({ why: 'set' });
    expect(why([family![0]!, family![1]!], family![2]!)).toEqual({ why: 'circle', circle: 1 });
    expect(why([family![0]!], { ...family![1]!, member: 0 })).toEqual({ why: 'wrong' });
    expect(why([family![0]!], { ...family![1]!, needed: 3 })).toEqual({ why: 'wrong' });
  });

  it('of a card that reads but is not of the set nothing is told but that the cards disagree', () => {
    const [mine] = split(newEntropy(), TWO_OF_THREE);
    const [other] = split(newEntropy(), TWO_OF_THREE);
    const forged = { ...other![1]!, set: mine![0]!.set };
    const error = failure(() => combine([mine![0]!, forged]));
    expect(error.code).toBe('cards-disagree');
  });

  it('a wallet of 12 words has cards of 20 words', () => {
    const entropy = fromWords('legal winner thank year wave sausage worth useful legal winner thank yellow');
    const [cards] = split(entropy, TWO_OF_THREE);
    expect(cards!.map(({ words }) => words.length)).toEqual([20, 20, 20]);
    expect(toWords(combine(cards!.slice(1)))).toHaveLength(12);
  });

  it('no plan is carried out by which one card opens everything, or several people have the same card', () => {
    const one = (needed: number, count: number) => ({ needed, members: people(count) });
    expect(planFault({ circlesNeeded: 1, circles: [one(1, 1)] })).toBe('alone');
    expect(planFault({ circlesNeeded: 1, circles: [one(2, 3), one(1, 1)] })).toBe('alone');
    expect(planFault({ circlesNeeded: 2, circles: [one(2, 3), one(1, 2)] })).toBe('single');
    expect(planFault({ circlesNeeded: 2, circles: [one(2, 3)] })).toBe('many');
    expect(planFault({ circlesNeeded: 1, circles: [one(4, 3)] })).toBe('many');
    expect(planFault({ circlesNeeded: 1, circles: [one(2, 11)] })).toBe('shape');
    expect(planFault(TWO_OF_THREE)).toBeUndefined();
    expect(failure(() => split(newEntropy(), { circlesNeeded: 1, circles: [one(1, 1)] })).code).toBe('bad-request');
    expect(failure(() => split(new Uint8Array(24), TWO_OF_THREE)).code).toBe('bad-request');
  });
});

describe('a card as a person types it', () => {
  const card = split(newEntropy(), TWO_OF_THREE)[0]![0]!;

  it('is read with numbers, capitals, line breaks and four letters of each word', () => {
    const numbered = card.words.map((word, i) => `${i + 1}. ${word.toUpperCase()}`).join('\n');
    expect(readCard(numbered)).toEqual(card);
    expect(readCard(card.words.map((word) => word.slice(0, 4)).join('  '))).toEqual(card);
  });

  it('has its faults named: how many words, which word, or that they do not belong together', () => {
    const bad = (words: readonly string[]) => {
      const error = failure(() => readCard(words.join(' ')));
      expect(error.code).toBe('bad-card');
      return error.detail;
    };
    expect(bad(card.words.slice(1))).toEqual({ count: 32 });
    expect(bad(card.words.with(4, 'xyzzy'))).toEqual({ position: 5 });
    expect(bad([...card.words.slice(0, 2), card.words[3]!, card.words[2]!, ...card.words.slice(4)])).toEqual({
      checksum: 'failed',
    });
    // Names that every object has are no words: the library itself would take them for the first of its list.
    for (const name of ['constructor', 'toString', '__proto__', 'valueOf']) {
      expect(bad(card.words.with(9, name))).toEqual({ position: 10 });
    }
  });

  it('with any one word in the place of another is not taken', () => {
    fc.assert(
      fc.property(fc.nat(card.words.length - 1), fc.nat(card.words.length - 1), (at, from) => {
        fc.pre(card.words[at] !== card.words[from]);
        expect(failure(() => readCard(card.words.with(at, card.words[from]!).join(' '))).code).toBe('bad-card');
      }),
    );
  });

  it('has the word suggested that looks most like what was typed', () => {
    expect(likeWord('acidd', 1)).toEqual({ typed: 'acidd', like: 'acid' });
    expect(likeWord('academic shaodw', 2)).toEqual({ typed: 'shaodw', like: 'shadow' });
    expect(likeWord('qqqqqqqq', 1)).toEqual({ typed: 'qqqqqqqq' });
  });

  it('is found in a file among other text, on one line or several', () => {
    expect(findCard(`Salus\r\nFor Ana.\r\nThis alone opens nothing.\r\n\r\n${text(card)}\r\n`)).toEqual(card);
    expect(findCard(`${card.words.slice(0, 10).join(' ')}\n${card.words.slice(10).join(' ')}`)).toEqual(card);
    expect(failure(() => findCard('x\n'.repeat(100_000))).code).toBe('bad-card');
    expect(failure(() => findCard('')).detail).toEqual({ count: 0 });
  });

  it('that asks for hours of work is refused before any is done', () => {
    const asking = (exponent: number) =>
      library.encodeMnemonic([1, 2], 1, exponent, 0, 1, 1, 0, 1, new Array<number>(16).fill(7));
    expect(readCard(asking(5)).words).toHaveLength(20);
    for (const exponent of [6, 15])
      expect(failure(() => readCard(asking(exponent))).detail).toEqual({ other: 'exponent' });
  });
});

describe('the library in a page', () => {
  const SOURCE = readFileSync('node_modules/slip39/src/slip39_helper.js', 'utf8').replaceAll(
    'Buffer.from(',
    'Uint8Array.from(',
  );

  it('adds nothing that a loop over names meets', () => {
    const names: string[] = [];
    for (const name in ['one'] as object) names.push(name);
    expect(names).toEqual(['0']);
  });

  it('opens the official vectors with what stands in for crypto of Node, and draws on the platform alone', async () => {
    const shim = await import('../../../../extension/adapters/slip39-crypto.ts');
    const drawn = vi.spyOn(crypto, 'getRandomValues');
    vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('Math.random');
    });
    const module = { exports: {} as Slip39Helper };
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- as a page has it: without Node's crypto and Buffer
    const load = new Function('module', 'exports', 'require', 'Buffer', SOURCE) as (...given: unknown[]) => void;
    load(module, module.exports, (name: string) => (name === 'crypto' ? shim : undefined), undefined);
    const { combineMnemonics, splitSecret, generateIdentifier } = module.exports;
    for (const [, mnemonics, secret] of vectors as [string, string[], string][]) {
      if (secret === '') expect(() => combineMnemonics(mnemonics, 'TREZOR')).toThrow();
      else expect(toHex(Uint8Array.from(combineMnemonics(mnemonics, 'TREZOR'))).slice(2)).toBe(secret);
    }
    expect(drawn).not.toHaveBeenCalled();
    splitSecret(3, 5, [...newEntropy()]);
    generateIdentifier();
    expect(drawn.mock.calls.length).toBeGreaterThanOrEqual(3);
    vi.stubGlobal('crypto', {});
    expect(() => splitSecret(3, 5, new Array<number>(32).fill(1))).toThrow();
  });
});
