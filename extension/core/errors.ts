/**
 * Every error the core throws on purpose. `code` is for programs, `message` says what to do; neither ever holds
 * health data, key material, or text that came from a record or a page.
 */
export const ERROR_CODES = [
  'bad-words',
  'bad-card',
  'bad-code',
  'card-refused',
  'cards-missing',
  'cards-disagree',
  'wrong-password',
  'too-many-attempts',
  'vault-locked',
  'vault-missing',
  'vault-damaged',
  'vault-exists',
  'vault-too-weak',
  'weak-password',
  'wrong-passkey',
  'passkey-unsuited',
  'passkey-known',
  'passkey-cancelled',
  'not-removed',
  'too-slow',
  'sealed-data-damaged',
  'wrong-key',
  'too-large',
  'not-json',
  'not-fhir',
  'nothing-to-import',
  'storage-full',
  'plan-outdated',
  'block-missing',
  'block-damaged',
  'no-consent',
  'beyond-delegation',
  'already-given',
  'order-over',
  'bill-over',
  'visit-changed',
  'not-payable',
  'too-little-ether',
  'fee-risen',
  'role-forbids',
  'no-keepers',
  'not-a-member',
  'account-locked',
  'payer-forbidden',
  'not-a-doctor',
  'emergency-forbidden',
  'no-recipient-key',
  'commitment-mismatch',
  'history-incomplete',
  'misfiled',
  'too-many-faults',
  'catalogue-damaged',
  'nodes-disagree',
  'outcome-unknown',
  'chain-unreachable',
  'wrong-chain',
  'managers-unreachable',
  'sponsor-refused',
  'network-invalid',
  'cancelled',
  'not-found',
  'not-signable',
  'not-decryptable',
  'not-sent',
  'not-waiting',
  'not-saved',
  'keys-disagree',
  'link-damaged',
  'link-insecure',
  'link-over',
  'link-unopened',
  'wrong-passcode',
  'host-unreachable',
  'host-unexpected',
  'host-elsewhere',
  'keys-unreadable',
  'taking-out-stopped',
  'out-too-large',
  'proof-unreadable',
  'not-a-backup',
  'backup-newer',
  'backup-damaged',
  'backup-of-other',
  'bad-request',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

export class SalusError extends Error {
  override readonly name = 'SalusError';
  readonly code: ErrorCode;
  /** Numbers and fixed words only (for example seconds to wait); shown to people through the text catalogue. */
  readonly detail: Readonly<Record<string, number | string>>;

  constructor(code: ErrorCode, message: string, detail: Record<string, number | string> = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}

/** What is told of a node that gives no usable answer. */
export const chainUnreachable = (): SalusError =>
  new SalusError('chain-unreachable', 'The health network does not answer. Nothing was lost; try again later.');

/** What a reader is told who was given nothing, or no longer. */
export const noConsent = (): SalusError =>
  new SalusError('no-consent', 'The patient has not given access to this, or has ended it.');

/** Of what somebody in this account's role does not do. */
export const roleForbids = (): SalusError =>
  new SalusError('role-forbids', 'Somebody in your role does not write this. Nothing was added.');

/** Of an order that can no longer be carried out. */
export const orderOver = (): SalusError =>
  new SalusError('order-over', 'This was filled, taken back or has run out. Ask the doctor for a new one.');

/** Of a network whose description names nobody who keeps keys. */
export const noKeepers = (): SalusError =>
  new SalusError('no-keepers', 'Nobody keeps the keys on this health network, so nothing can be shared there.');

/** What an RPC node answered in place of a result; passed on to the page that asked. */
export class NodeError extends Error {
  override readonly name = 'NodeError';
  readonly code: number;
  /** Of a call that reverted: the revert data in hex. */
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

export const isSalusError = (error: unknown, code?: ErrorCode): error is SalusError =>
  error instanceof SalusError && (code === undefined || error.code === code);

/** Whether one of many things failed by itself, to be tried again later: neither a lock nor a full disk, which all would meet. */
export const isForLater = (error: unknown): boolean =>
  isSalusError(error) && error.code !== 'vault-locked' && error.code !== 'storage-full';

/** Goes on where something can be tried again the next time; throws anything else. */
export function unlessForLater(error: unknown): undefined {
  if (!isForLater(error)) throw error;
}
