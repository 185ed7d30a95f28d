import { browser } from './api.ts';

/** Firefox suspends an event page after 30 s in which nothing happened, whatever it is busy with. A call of the browser's counts. */
const EVERY_MS = 5_000;

let holds = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** Keeps Firefox's background page from being suspended. @returns how to let it go; to be called once */
export function holdAwake(): () => void {
  holds++;
  timer ??= setInterval(() => void browser.runtime.getPlatformInfo(), EVERY_MS);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    if (--holds > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/**
 * Keeps the background page while `work` is going on. Chromium needs no help: what takes long is done in the offscreen document.
 * @returns `work` itself
 */
export function awakeWhile<T>(work: Promise<T>): Promise<T> {
  if (import.meta.env.FIREFOX) {
    const release = holdAwake();
    work.then(release, release);
  }
  return work;
}
