import type { Bytes } from '../bytes.ts';

export async function* through(
  source: AsyncIterable<Uint8Array>,
  transform: CompressionStream | DecompressionStream,
): AsyncGenerator<Uint8Array> {
  const writer = transform.writable.getWriter();
  const writing = (async () => {
    for await (const chunk of source) await writer.write(chunk as Bytes);
    await writer.close();
  })();
  // A failing source must end the reading side too.
  writing.catch((error: unknown) => writer.abort(error));
  const reader = transform.readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    await writing;
  } finally {
    // Whoever reads no further has the source end too.
    await reader.cancel().catch(() => undefined);
  }
}
