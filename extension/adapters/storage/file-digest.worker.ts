import { createSHA256 } from 'hash-wasm';
import { fileBytes } from './file-bytes.ts';

/** What the worker answers: the digest, or that the file could not be read to its end. */
export type DigestAnswer = { readonly digest: Uint8Array } | { readonly failed: true };

/** Computes the SHA-256 of the one file it is sent. WebCrypto cannot hash a stream, so this is WebAssembly. */
async function digest(file: Blob): Promise<DigestAnswer> {
  try {
    const hasher = await createSHA256();
    for await (const chunk of fileBytes(file)) hasher.update(chunk);
    return { digest: hasher.digest('binary') };
  } catch {
    return { failed: true };
  }
}

addEventListener('message', ({ data }: MessageEvent<Blob>) => {
  void digest(data).then((answer) => postMessage(answer));
});
