/**
 * Keeps garbage collection and uploads apart: an upload's blocks hang from no pin until its end, and would look
 * like garbage. Uploads run side by side; a collection runs only while there is none, and uploads that arrive wait for it.
 */
export class UploadGate {
  #uploads = 0;
  #collection: Promise<unknown> | undefined;

  /**
   * Runs an upload, after a collection under way.
   *
   * @returns what `upload` returns
   */
  async upload<T>(upload: () => Promise<T>): Promise<T> {
    while (this.#collection) await this.#collection.catch(() => undefined);
    this.#uploads += 1;
    try {
      return await upload();
    } finally {
      this.#uploads -= 1;
    }
  }

  /**
   * Runs a collection, unless an upload or another collection is under way.
   *
   * @returns what `collect` returns, or undefined when it was not run
   */
  async collect<T>(collect: () => Promise<T>): Promise<T | undefined> {
    if (this.#uploads > 0 || this.#collection) return undefined;
    const collection = collect();
    this.#collection = collection;
    try {
      return await collection;
    } finally {
      this.#collection = undefined;
    }
  }
}
