const BUFFER_BYTES = 1_048_576;

/**
 * Reads a file from its start to its end through one buffer, so that reading leaves no garbage behind. What it gives is good
 * only until the next is asked for.
 */
export const fileBytes = (file: Blob): AsyncIterable<Uint8Array<ArrayBuffer>> => ({
  [Symbol.asyncIterator]: () => read(file),
});

async function* read(file: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = file.stream().getReader({ mode: 'byob' });
  try {
    for (let buffer = new ArrayBuffer(BUFFER_BYTES); ;) {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done) return;
      yield value;
      buffer = value.buffer;
    }
  } finally {
    await reader.cancel();
  }
}
