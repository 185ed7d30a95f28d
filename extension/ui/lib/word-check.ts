/** One question of the check: which word stands at this place? */
export interface WordQuestion {
  /** From 0. */
  readonly place: number;
  /** All different: a phrase may hold the same word twice. */
  readonly choices: readonly string[];
}

const ASKED = 3;
const WRONG_CHOICES = 3;

function shuffle<T>(items: readonly T[]): T[] {
  const keys = crypto.getRandomValues(new Uint32Array(items.length));
  return items
    .map((item, i) => ({ item, key: keys[i] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Three random places in order, each with its own word and three other words of the phrase. */
export function wordQuestions(words: readonly string[]): WordQuestion[] {
  const places = shuffle(words.map((_, place) => place)).slice(0, ASKED);
  return places
    .sort((a, b) => a - b)
    .map((place) => {
      const right = words[place] ?? '';
      const others = shuffle([...new Set(words)].filter((word) => word !== right)).slice(0, WRONG_CHOICES);
      return { place, choices: shuffle([right, ...others]) };
    });
}
