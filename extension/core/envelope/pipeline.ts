/**
 * Runs `work` on up to `depth` values at once, and gives the results in the order of the values. Where a browser encrypts and
 * hashes on threads of its own, these steps then overlap.
 */
export async function* inParallel<T, R>(
  source: AsyncIterable<T>,
  depth: number,
  work: (value: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const value of source) {
    const started = work(value);
    started.catch(() => undefined); // thrown below, when its turn comes
    running.push(started);
    const first = running.length < depth ? undefined : running.shift();
    if (first !== undefined) yield await first;
  }
  for (const rest of running) yield await rest;
}
