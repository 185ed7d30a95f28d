/** Every wait of an operation: each call of a port, and each of the platform's cryptography. */
export class Waits {
  counted = 0;
  #left = Infinity;
  #meanwhile: () => void = () => undefined;
  readonly #subtle = crypto.subtle as unknown as Record<string, unknown>;

  constructor() {
    for (const name of ['deriveBits', 'importKey', 'encrypt', 'decrypt', 'digest']) {
      const real = (SubtleCrypto.prototype as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>)[
        name
      ]!;
      this.#subtle[name] = (...args: unknown[]) => this.#count(real.apply(crypto.subtle, args));
    }
  }

  /** The same object, whose calls are waits. */
  watch<T extends object>(port: T, ...methods: (keyof T & string)[]): void {
    for (const method of methods) {
      const real = (port[method] as (...args: unknown[]) => Promise<unknown>).bind(port);
      (port as Record<string, unknown>)[method] = (...args: unknown[]) => this.#count(real(...args));
    }
  }

  /** Does something after so many waits. */
  after(waits: number, meanwhile: () => void): void {
    this.#left = waits;
    this.#meanwhile = meanwhile;
    this.counted = 0;
  }

  stop(): void {
    for (const name of Object.keys(this.#subtle)) delete this.#subtle[name];
  }

  async #count<T>(work: Promise<T>): Promise<T> {
    const result = await work;
    this.counted++;
    if (--this.#left === 0) this.#meanwhile();
    return result;
  }
}
