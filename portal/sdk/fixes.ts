const RETRY_LATER = 'Nothing was changed: let the person try again later.';
const CONNECT = 'Call connect(): it lets the person unlock the wallet and connect this site.';

/** What the portal's developer does about a reason the wallet gives. */
const BY_REASON: Readonly<Record<string, string>> = {
  'account-locked': 'The network locked this account for asking without consent: its wallet says until when.',
  'already-pending': 'Keep the button disabled until the call before it has settled.',
  'chain-unreachable': RETRY_LATER,
  'cooling-down': 'The person refused several times in a row: ask again only when they click, minutes from now.',
  frame: 'Call the wallet from the page itself, not from a frame inside one.',
  'managers-unreachable': RETRY_LATER,
  'no-consent':
    'Access was never given, has ended, or was given for another purpose or on another hospital’s site: the patient gives it by requestAccess() on their own page.',
  'no-keepers':
    'Nobody keeps keys on this health network, so nothing can be shared there: ask whoever runs it to name keepers.',
  'no-recipient-key': 'The recipient opens their wallet once (a server calls setKey), then asks again.',
  'not-a-member': 'The hospital enrols the recipient’s account first.',
  'not-connected': CONNECT,
  'not-decryptable': 'Encrypt for the key that eth_getEncryptionPublicKey gave, and send the JSON in hex.',
  'not-found': 'Take ids as the wallet gave them to this site, from getConsents() or listRecords().',
  'not-sent': 'The node refused the transaction: read the chain again (balance, state) before you ask once more.',
  'not-your-account': 'Use the account that accounts() gives now.',
  'siwe-mismatch': 'Write this page’s own host, origin, account and chain into the sign-in text.',
  'nodes-disagree': RETRY_LATER,
  'outcome-unknown':
    'It may have been done: read getConsents() or listRecords() again, for ten minutes, before you ask once more.',
  'order-over': 'It was carried out, taken back or has run out: read the record again before you ask once more.',
  'role-forbids':
    'Somebody in this account’s role does not write this type of resource: the one whose work it is does.',
  'payer-forbidden':
    'Ask for a payer with the purpose HPAYMT, the section insurance and the right to read, and nothing else.',
  'sponsor-refused': RETRY_LATER,
  'unexpected-answer':
    'Wallet and SDK are of different versions: compare capabilities().version, and update the older one.',
  'use-health-methods':
    'Call requestAccess(), endConsent() or writeRecord() instead of asking for a signature or a transaction, and health_addNetwork for a chain.',
  'vault-locked': CONNECT,
};

/** What to do about a code, where the reason says no more. */
const BY_CODE: Readonly<Record<number, string>> = {
  4001: 'Say so on the page, and ask again only when the person clicks.',
  4100: CONNECT,
  4200: 'Check supports() before the call, and ask the person to update the wallet.',
  4900: 'Let the person try again later; after an update of the wallet, they load the page again.',
  4902: 'Use the chain that capabilities().networks names.',
  [-32600]: 'Call request() with one object, { method, params }.',
  [-32602]: 'Correct what the message names; docs/PROVIDER-API.md says what each method takes.',
  [-32603]: 'Try once more; if it goes on, the person restarts the browser.',
  [-32005]: 'Wait until the requests before it have settled.',
};

/** What a portal's developer does about an error of the wallet; undefined for codes the provider API does not have. */
export const fixFor = (code: number, reason: string | undefined): string | undefined =>
  (reason !== undefined && Object.hasOwn(BY_REASON, reason) ? BY_REASON[reason] : undefined) ?? BY_CODE[code];
