/** Work goes on for so long before everything else in the same process has its turn. */
const TURN_MS = 40;
/** The clock is looked at no oftener than after so many steps. */
const STEPS = 32;

/**
 * To be awaited between the steps of long work: lets others have their turn now and then, and ends where it was cancelled.
 * @throws the signal's reason
 */
export function pauses(signal?: AbortSignal): () => Promise<void> | undefined {
  let steps = 0;
  let since = performance.now();
  return () => {
    signal?.throwIfAborted();
    if (++steps % STEPS !== 0 || performance.now() - since < TURN_MS) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
      since = performance.now();
      signal?.throwIfAborted();
    });
  };
}
