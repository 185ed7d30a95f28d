import { own, type Bytes } from '../../core/bytes.ts';
import type { DigestAnswer } from './file-digest.worker.ts';
import { inWorker } from './in-worker.ts';

/** Below this a worker costs more than it saves. */
const LEAST_BYTES = 8 * 1_048_576;

/** Whether a file is so large that its digest should be computed beside its sealing. */
export const worthWorker = (file: Blob): boolean => file.size >= LEAST_BYTES;

/**
 * The SHA-256 of a file, computed on another thread: the browser encrypts on the thread that asks, and hashing there as well
 * would take half as long again. The file is read a second time; a browser refuses to read a file that changed after it was chosen.
 */
export async function fileDigest(file: Blob, signal: AbortSignal): Promise<Bytes> {
  const worker = new Worker(new URL('./file-digest.worker.ts', import.meta.url), { type: 'module' });
  const answer = await inWorker<DigestAnswer>(worker, file, signal);
  if (!('digest' in answer)) throw new Error('the file could not be read');
  return own(answer.digest);
}
