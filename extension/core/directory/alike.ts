import { wordsOf } from '../catalogue/words.ts';

/**
 * Letters that look like a Latin one (the commonest of Unicode's confusables, UTS 39), after case and accents are gone. What is not in
 * here is told apart by the hospital and the number that stand beside it.
 */
const LOOK_ALIKE = new Map<string, string>(
  Object.entries({
    a: 'аαɑ',
    b: 'вЬьβ',
    c: 'сϲ',
    e: 'еєε',
    g: 'ɡ',
    h: 'һнη',
    i: 'іιı1l|ӏ!',
    j: 'ј',
    k: 'кκ',
    m: 'м',
    n: 'пո',
    o: 'оοσо0օ',
    p: 'рρ',
    q: 'ԛ',
    r: 'гᴦ',
    s: 'ѕ5',
    t: 'тτ',
    u: 'υսц',
    v: 'ѵν',
    w: 'ԝω',
    x: 'хχ',
    y: 'уγү',
    z: 'ᴢ2',
  }).flatMap(([latin, others]) => [...others].map((one) => [one, latin] as const)),
);
/** Hidden characters, as they are written out. */
const WRITTEN_OUT = /⟨U\+[0-9A-F]+⟩/g;
const TITLES: ReadonlySet<string> = new Set(['dr', 'prof', 'med', 'md', 'doctor', 'doktor']);

const folded = (word: string): string =>
  [...word]
    .map((letter) => LOOK_ALIKE.get(letter) ?? letter)
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');

/** What two names have in common that people take for one another: without case, accents, titles, order and the shapes of letters. */
export function skeletons(name: string): readonly string[] {
  const words = wordsOf(name.replaceAll(WRITTEN_OUT, ''));
  const own = words.some((word) => !TITLES.has(word)) ? words.filter((word) => !TITLES.has(word)) : words;
  const shapes = own.map(folded);
  return [...new Set([shapes.join(''), shapes.toSorted().join('')])];
}
