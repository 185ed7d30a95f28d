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

/**
 * Gives a buffer's memory back now, not when the garbage collector comes by: a stream of large buffers would otherwise grow to
 * hundreds of megabytes in between. The bytes are gone afterwards, so only their one owner may call this.
 */
export function release(bytes: Uint8Array<ArrayBuffer>): void {
  bytes.buffer.transfer(0);
}
