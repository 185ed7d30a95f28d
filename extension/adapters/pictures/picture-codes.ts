import { inWorker } from '../storage/in-worker.ts';
import type { CodesAnswer } from './picture-codes.worker.ts';

/** Larger pictures are not looked at. */
const MOST_BYTES = 64 * 1_048_576;

/** Texts of the codes in a picture, looked for on another thread: it takes about a second. */
export function pictureCodes(file: Blob, signal: AbortSignal): Promise<CodesAnswer> {
  if (file.size > MOST_BYTES) return Promise.resolve([]);
  const worker = new Worker(new URL('./picture-codes.worker.ts', import.meta.url), { type: 'module' });
  return inWorker<CodesAnswer>(worker, file, signal);
}
