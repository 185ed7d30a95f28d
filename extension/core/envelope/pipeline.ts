/** Two ways to overlap the steps of a stream. Both keep its order, and hold no more values than they say. */

/** Asks for the next value while the one before is being used: reading a file waits for the disk, not for the cipher. */
export async function* ahead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const values = source[Symbol.asyncIterator]();
  const ask = (): Promise<IteratorResult<T>> => {
    const asked = values.next();
    asked.catch(() => undefined); // thrown below, when its turn comes
    return asked;
  };
  try {
    for (let next = ask(); ; ) {
      const { done, value } = await next;
      if (done === true) return;
      next = ask();
      yield value;
    }
  } finally {
    await values.return?.();
  }
}

/** Runs `work` on up to `depth` values at once, and gives the results in the order of the values. */
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
