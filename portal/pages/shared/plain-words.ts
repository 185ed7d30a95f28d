import { HealthError, WalletNotFound } from '../../sdk/index.ts';
import { ClinicError } from './clinic-api.ts';

const BY_REASON: Readonly<Record<string, string>> = {
  'no-consent': 'This patient has ended access or never gave it.',
  'not-connected': 'Your wallet is locked or not connected to this site. Unlock it, then connect again.',
  'vault-locked': 'Your wallet is locked. Unlock it, then try again.',
  'already-pending': 'Your wallet is already asking you something from this site. Answer that first.',
  'no-recipient-key': 'The doctor has not finished setting up their wallet. Ask at the desk.',
  'not-a-member': 'The doctor is not registered in the health network. Ask at the desk.',
  'nothing-to-import': 'There was nothing new to add.',
  'too-large': 'This is too large for the wallet.',
  'unexpected-answer': 'Your wallet gave an answer this page does not know. Update the wallet.',
};

const BY_CODE: Readonly<Record<number, string>> = {
  4001: 'Not approved in the wallet. Nothing was shared or changed.',
  4100: 'Your wallet does not allow this.',
  4200: 'Your wallet is too old for this. Update it.',
  4900: 'The health network cannot be reached now. Nothing was changed; try again shortly.',
};

/** What went wrong, for a person; nothing an error brings along is shown unless it was written to be. */
export function inPlainWords(error: unknown): string {
  if (error instanceof ClinicError || error instanceof WalletNotFound) return error.message;
  if (error instanceof HealthError) {
    return BY_REASON[error.reason ?? ''] ?? BY_CODE[error.code] ?? 'The wallet could not do this. Nothing was changed.';
  }
  return 'Something went wrong on this page. Load it again.';
}
