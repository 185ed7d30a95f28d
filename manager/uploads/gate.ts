import type { CID } from 'multiformats/cid';
import { blockKey } from '../blocks/disk.ts';

/** Says that an upload under way needs a block: from then on it is not collected. */
export type Hold = (cid: CID) => Promise<void>;

/** Deletes a block, unless an upload holds it. @returns whether it was deleted */
export type Remove = (cid: CID) => Promise<boolean>;

/**
 * Lets uploads and garbage collection go on side by side. An upload's blocks hang from no pin until its end, and would look like
 * garbage: so it holds each of them. Neither waits for the other, however long it takes.
 */
export class UploadGate {
  /** How many uploads hold a block, by its key. */
  readonly #held = new Map<string, number>();
  readonly #deleting = new Map<string, Promise<unknown>>();
  /** What uploads held that ended during the collection under way, or undefined where there is none. */
  #ended: ReadonlySet<string>[] | undefined;

  /**
   * Runs an upload.
   * @returns what `upload` returns
   */
  async upload<T>(upload: (hold: Hold) => Promise<T>): Promise<T> {
    const own = new Set<string>();
    const hold: Hold = async (cid) => {
      const key = blockKey(cid);
      if (!own.has(key)) {
        own.add(key);
        this.#held.set(key, (this.#held.get(key) ?? 0) + 1);
      }
      // What is being deleted is gone before it is written anew.
      await this.#deleting.get(key)?.catch(() => undefined);
    };
    try {
      return await upload(hold);
    } finally {
      // A collection under way has not seen the pins that came of it.
      if (this.#ended) this.#ended.push(own);
      else this.#release(own);
    }
  }

  /**
   * Runs a collection, unless another one is under way.
   * @param remove deletes a block that nobody holds
   * @returns what `collect` returns, or undefined when it was not run
   */
  async collect<T>(
    remove: (cid: CID) => Promise<unknown>,
    collect: (remove: Remove) => Promise<T>,
  ): Promise<T | undefined> {
    if (this.#ended) return undefined;
    const ended: ReadonlySet<string>[] = [];
    this.#ended = ended;
    try {
      return await collect(async (cid) => {
        const key = blockKey(cid);
        if (this.#held.has(key)) return false;
        const deleting = remove(cid);
        this.#deleting.set(key, deleting);
        await deleting.finally(() => this.#deleting.delete(key));
        return true;
      });
    } finally {
      this.#ended = undefined;
      for (const own of ended) this.#release(own);
    }
  }

  #release(own: ReadonlySet<string>): void {
    for (const key of own) {
      const left = (this.#held.get(key) ?? 1) - 1;
      if (left === 0) this.#held.delete(key);
      else this.#held.set(key, left);
    }
  }
}
