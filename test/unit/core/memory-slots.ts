import type { SessionStore } from '../../../extension/core/vault/slots.ts';

/** A place for one value, and how often it was read. */
export function place() {
  const slot = {
    value: undefined as unknown,
    reads: 0,
    read: () => Promise.resolve((slot.reads++, slot.value)),
    write: (value: unknown) => Promise.resolve(void (slot.value = value)),
  };
  return slot;
}

/** What a browser keeps in memory until it is closed. */
export const memorySession = (values = new Map<string, unknown>()): SessionStore => ({
  get: (key) => Promise.resolve(values.get(key)),
  // eslint-disable-next-line @typescript-eslint/require-await -- what fails is a rejection, as the browser's
  set: async (key, value) => void values.set(key, value),
  remove: (key) => Promise.resolve(void values.delete(key)),
});
