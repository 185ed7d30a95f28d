/** How often to look, and how many looks in vain mean that nobody is there. */
const LOOK_MS = 1_000;
const MOST_MISSED = 4;

/** What is watched for whom. */
interface Watched {
  /** Whether anybody waits; if not, nobody looks. */
  readonly waiting: () => boolean;
  /** Asks for a sign of life. */
  readonly ask: () => void;
  /** There is none. */
  readonly lost: () => void;
}

/**
 * Notices that the content script is gone. Firefox ends it without a word when the extension is updated or switched off, so a page
 * that waits has to look. Looks are counted, not timed: a busy or sleeping page is not taken for a lost one.
 */
export function watchHeartbeat({ waiting, ask, lost }: Watched) {
  // Taken before any script of the page runs.
  const every = window.setInterval.bind(window);
  const stop = window.clearInterval.bind(window);
  let missed = 0;
  let timer: number | undefined;
  const look = (): void => {
    if (missed >= MOST_MISSED) lost();
    if (waiting()) {
      missed++;
      ask();
    } else {
      stop(timer);
      timer = undefined;
    }
  };
  return {
    /** Somebody waits from now on. */
    start(): void {
      if (timer !== undefined) return;
      missed = 0;
      timer = every(look, LOOK_MS);
    },
    /** There was a sign of life. */
    heard(): void {
      missed = 0;
    },
  };
}
