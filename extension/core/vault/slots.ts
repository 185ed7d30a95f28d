import { SalusError } from '../errors.ts';

/** A place for one value. `read` gives what is stored there, unparsed; undefined when nothing is. */
export interface VaultSlot {
  read(): Promise<unknown>;
  /** `undefined` removes what is there. */
  write(value: unknown): Promise<void>;
}

/** Small values that survive a worker's death but not the browser's (`storage.session`). */
export interface SessionStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}

export const noRoom = (): SalusError =>
  new SalusError('storage-full', 'The wallet could not be saved: make room on this computer and try again.');
