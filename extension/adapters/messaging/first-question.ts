import { browser } from 'wxt/browser';

/** Where the answer is left for the page's own script. */
const PLACE = 'salusFirstAnswer';
const place = globalThis as { [PLACE]?: Promise<unknown> };

/** Puts a page's first question to the background. Run by itself, before the page's script with all it imports is there. */
export function putFirstQuestion(method: string, args: readonly unknown[]): void {
  place[PLACE] = browser.runtime.sendMessage({ to: 'background', method, args });
}

/** The answer to the first question, once; undefined when none was put. */
export function takeFirstAnswer(): Promise<unknown> | undefined {
  const answer = place[PLACE];
  delete place[PLACE];
  return answer;
}
