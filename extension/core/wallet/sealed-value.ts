import * as v from 'valibot';
import { concat, fromBase64, fromUtf8, random, toBase64, utf8 } from '../bytes.ts';
import type { StateSlot } from './ports.ts';

/** One value on disk, sealed with AES-256-GCM: base64 of nonce (12) ‖ ciphertext of its JSON. Writes follow one another; each is whole. */
export class SealedValue<T> {
  readonly #slot: StateSlot;
  readonly #schema: v.GenericSchema<unknown, T>;
  readonly #fresh: T;
  /** Throws SalusError `vault-locked` once the keys are gone. */
  readonly #key: () => Promise<CryptoKey>;
  #last: Promise<unknown> = Promise.resolve();

  /** @param fresh in place of nothing, or of what other words sealed */
  constructor(slot: StateSlot, schema: v.GenericSchema<unknown, T>, fresh: T, key: () => Promise<CryptoKey>) {
    this.#slot = slot;
    this.#schema = schema;
    this.#fresh = fresh;
    this.#key = key;
  }

  /** @throws SalusError `vault-locked` */
  async read(): Promise<T> {
    const stored = await this.#slot.read();
    const key = await this.#key();
    if (typeof stored !== 'string') return this.#fresh;
    try {
      const bytes = fromBase64(stored);
      const params = { name: 'AES-GCM', iv: bytes.slice(0, 12) };
      const plain = await crypto.subtle.decrypt(params, key, bytes.slice(12));
      return v.parse(this.#schema, JSON.parse(fromUtf8(new Uint8Array(plain))));
    } catch {
      return this.#fresh;
    }
  }

  /** @throws SalusError `vault-locked` */
  update(change: (value: T) => T): Promise<T> {
    const next = this.#last.then(async () => {
      const value = change(await this.read());
      const iv = random(12);
      const key = await this.#key();
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, utf8(JSON.stringify(value)));
      await this.#slot.write(toBase64(concat(iv, new Uint8Array(sealed))));
      return value;
    });
    this.#last = next.catch(() => undefined);
    return next;
  }
}
