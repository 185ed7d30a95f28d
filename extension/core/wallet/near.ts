/**
 * Whether a word is another but for a slip: a letter too many, too few, wrong, or two that changed places (optimal string alignment),
 * one in words of up to seven letters, two in longer ones. A word that is only begun is near what it is nearly the beginning of.
 */
export function isNear(word: string, typed: string): boolean {
  const most = typed.length > 7 ? 2 : 1;
  const begun = word.slice(0, typed.length + most);
  for (let length = Math.max(1, typed.length - most); length <= begun.length; length++) {
    if (distance(begun.slice(0, length), typed) <= most) return true;
  }
  return false;
}

function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + wrong, swapped));
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? Infinity;
}
