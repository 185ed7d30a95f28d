import { ManagerError } from '../errors.ts';

/**
 * What is answered whatever the reason: an unknown patient, an unknown record, no consent, no share, nobody who is active. Whoever
 * asks without consent learns nothing of what there is.
 */
export const noConsent = (): ManagerError =>
  new ManagerError('no-consent', 'There is no consent to this, or it has ended. Ask the patient.');

/** What is answered where the node of this manager is not as far as whoever asks. */
export const behind = (): ManagerError =>
  new ManagerError('behind', 'This manager has not seen that block yet. Ask again in a moment.', { retryAfter: 1 });

/** What is answered to a request that counted before. */
export const replayed = (): ManagerError =>
  new ManagerError('replayed', 'This request was answered before. Sign another one, with a nonce of its own.');
