import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import type { Bytes } from '../../extension/core/bytes.ts';
import type { ReleaseOrder, Releasing } from './release.ts';

const THREAD = new URL('./release-thread.ts', import.meta.url);

const AnswerSchema = v.union([
  v.strictObject({ sealed: v.custom<Bytes>((x) => x instanceof Uint8Array, 'expected bytes') }),
  v.strictObject({ error: v.string() }),
]);

/** An order that waits for its answer. */
interface Job {
  readonly order: ReleaseOrder;
  readonly resolve: (sealed: Bytes) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Carries orders out in threads, so that what takes long keeps no other request waiting, and as many are under way as there are
 * processors. A thread is started when there is more to do than those there are can do; one that dies takes its order with it, and
 * is followed by another.
 * @param most threads
 */
export function releasingInThreads(most: number): Releasing {
  const idle: Worker[] = [];
  const busy = new Map<Worker, Job>();
  const waiting: Job[] = [];
  let isClosed = false;

  return {
    release: (order) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(stopped());
        waiting.push({ order, resolve, reject });
        give();
      }),
    async close() {
      isClosed = true;
      for (const { reject } of waiting.splice(0)) reject(stopped());
      await Promise.all([...idle, ...busy.keys()].map((thread) => thread.terminate()));
    },
  };

  /** Hands what waits to whoever has nothing to do. */
  function give(): void {
    while (waiting.length > 0 && !isClosed) {
      const thread = idle.pop() ?? (busy.size < most ? start() : undefined);
      const job = thread && waiting.shift();
      if (thread === undefined || job === undefined) return;
      busy.set(thread, job);
      // The share goes over whole: nothing of it stays here.
      const shares = job.order.parts.map(({ value }) => value.buffer);
      thread.postMessage(job.order, shares);
    }
  }

  function start(): Worker {
    const thread = new Worker(THREAD);
    // What a request waits for is held up by its connection.
    thread.unref();
    thread.on('message', (message: unknown) => {
      const job = busy.get(thread);
      busy.delete(thread);
      idle.push(thread);
      const answer = v.safeParse(AnswerSchema, message);
      if (answer.success && 'sealed' in answer.output) job?.resolve(answer.output.sealed);
      else job?.reject(new Error(answer.success && 'error' in answer.output ? answer.output.error : 'no answer'));
      give();
    });
    thread.on('error', (error: unknown) => drop(error instanceof Error ? error : new Error(String(error))));
    thread.on('exit', () => drop(new Error('a thread that gives keys came to its end')));
    return thread;

    function drop(error: Error): void {
      const job = busy.get(thread);
      busy.delete(thread);
      const at = idle.indexOf(thread);
      if (at >= 0) idle.splice(at, 1);
      job?.reject(error);
      give();
    }
  }
}

const stopped = (): Error => new Error('this manager is being stopped');
