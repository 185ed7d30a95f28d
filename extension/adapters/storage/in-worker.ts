/**
 * Has a worker do one thing with one file, and ends it.
 * @throws Error where it fails; the signal's reason
 */
export async function inWorker<T>(worker: Worker, file: Blob, signal: AbortSignal): Promise<T> {
  try {
    return await new Promise<T>((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<T>) => resolve(data));
      worker.addEventListener('error', () => reject(new Error('the file could not be read')));
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      signal.throwIfAborted();
      worker.postMessage(file);
    });
  } finally {
    worker.terminate();
  }
}
