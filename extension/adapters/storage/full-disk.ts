import { SalusError } from '../../core/errors.ts';

/** What went wrong with a write: a full disk by its name, anything else as it is. */
export const writeFault = (error: unknown): unknown =>
  error instanceof DOMException && error.name === 'QuotaExceededError'
    ? new SalusError(
        'storage-full',
        'There is no room left on this computer. Nothing was changed; make room and try again.',
      )
    : error;
