/** Index of the quote that ends the string beginning at `from`. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

const NEXT = /["{}[\],]/g;
const AFTER_KEY = /\s*:/y;

/**
 * Whether an object of this JSON names a field twice (RFC 8259 section 4 leaves open what that means; JavaScript takes the last).
 * @param text that was parsed without an error
 */
export function hasDuplicateKeys(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  NEXT.lastIndex = 0;
  for (let match = NEXT.exec(text); match !== null; match = NEXT.exec(text)) {
    const at = match.index;
    const sign = text[at];
    if (sign === '{') open.push(new Set());
    else if (sign === '[') open.push(undefined);
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === '"') {
      const end = endOfString(text, at);
      NEXT.lastIndex = end + 1;
      const keys = open.at(-1);
      if (keys === undefined) continue;
      AFTER_KEY.lastIndex = end + 1;
      if (!AFTER_KEY.test(text)) continue;
      const key = text.slice(at + 1, end);
      if (keys.has(key)) return true;
      keys.add(key);
    }
  }
  return false;
}
