import type { TypedDataDomain, TypedDataField } from 'ethers';

/** EIP-712 domain of a registry. */
export function registryDomain(chainId: number, registry: string): TypedDataDomain {
  return { name: 'HealthRegistry', version: '1', chainId, verifyingContract: registry };
}

/** EIP-712 domain of a network's care orders. */
export function ordersDomain(chainId: number, orders: string): TypedDataDomain {
  return { name: 'CareOrders', version: '1', chainId, verifyingContract: orders };
}

/** EIP-712 domain of messages that members sign to EHR managers. */
export function managerDomain(chainId: number, registry: string): TypedDataDomain {
  return { name: 'Salus EHR manager', version: '1', chainId, verifyingContract: registry };
}

type Types = Record<string, TypedDataField[]>;
/*#__NO_SIDE_EFFECTS__*/
const field = (type: string, name: string): TypedDataField => ({ type, name });
const signer = field('address', 'signer');
const tail = [field('uint256', 'nonce'), field('uint256', 'deadline')];

/**
 * EIP-712 types of the registry's `…For` calls. `signer` is the account whose act it is, so that a signature for one
 * ERC-1271 wallet is refused for another of the same owner key. `nonce` is the keyed nonce: key << 64 | count
 * (OpenZeppelin `NoncesKeyed`).
 */
export const JOIN_TYPES: Types = { Join: [signer, field('bytes32', 'key'), ...tail] };
export const SET_KEY_TYPES: Types = { SetKey: [signer, field('bytes32', 'key'), ...tail] };
const TERMS = [
  field('address', 'grantee'),
  field('uint48', 'folder'),
  field('uint40', 'from'),
  field('uint40', 'until'),
  field('uint16', 'purposes'),
  field('uint8', 'rights'),
];
export const GRANT_TYPES: Types = {
  Grant: [signer, field('Terms[]', 'terms'), field('bytes32', 'receipt'), ...tail],
  Terms: TERMS,
};
/** What a delegate signs to give access in a patient's place. */
export const GRANT_AS_TYPES: Types = {
  GrantAs: [signer, field('address', 'patient'), field('Terms[]', 'terms'), field('bytes32', 'receipt'), ...tail],
  Terms: TERMS,
};
export const REVOKE_TYPES: Types = {
  Revoke: [signer, field('address', 'grantee'), field('uint48[]', 'folders'), ...tail],
};
export const ROTATE_TYPES: Types = {
  Rotate: [signer, field('uint48[]', 'folders'), field('bool', 'voidGrants'), field('bytes32', 'keyring'), ...tail],
};
export const ADD_RECORDS_TYPES: Types = {
  AddRecords: [signer, field('address', 'patient'), field('Entry[]', 'entries'), ...tail],
  Entry: [field('uint48', 'folder'), field('bytes32', 'cid'), field('uint16', 'epoch'), field('bytes32', 'commitment')],
};
export const WITHDRAW_RECORDS_TYPES: Types = { WithdrawRecords: [signer, field('bytes32[]', 'ids'), ...tail] };
export const SET_KEYRING_TYPES: Types = {
  SetKeyring: [signer, field('uint48[]', 'folders'), field('bytes32', 'keyring'), ...tail],
};
export const ALLOW_EMERGENCY_TYPES: Types = {
  AllowEmergency: [signer, field('uint48[]', 'folders'), field('bool', 'allowed'), ...tail],
};
export const BREAK_GLASS_TYPES: Types = {
  BreakGlass: [signer, field('address', 'patient'), field('uint48', 'folder'), field('bytes32', 'note'), ...tail],
};
export const REQUEST_TYPES: Types = {
  Request: [
    signer,
    field('address', 'patient'),
    field('uint48', 'folder'),
    field('uint40', 'until'),
    field('uint16', 'purposes'),
    field('uint8', 'rights'),
    field('bytes32', 'note'),
    ...tail,
  ],
};
export const REDEEM_TYPES: Types = {
  Redeem: [signer, field('bytes32', 'key'), field('uint8', 'role'), field('address', 'enroller'), ...tail],
};

/** EIP-712 types of the `…For` calls of `CareOrders`, as those of the registry. `kind` is an `OrderKind`. */
export const ORDER_TYPES: Types = {
  Order: [
    signer,
    field('uint8', 'kind'),
    field('address', 'patient'),
    field('uint48', 'folder'),
    field('bytes32', 'commitment'),
    field('uint40', 'until'),
    field('uint8', 'times'),
    field('bytes32', 'replaces'),
    ...tail,
  ],
};
export const PLACE_ORDER_TYPES: Types = {
  PlaceOrder: [
    signer,
    field('address', 'doctor'),
    field('uint48', 'folder'),
    field('bytes32', 'commitment'),
    field('uint48', 'where'),
    ...tail,
  ],
};
export const FULFIL_TYPES: Types = {
  Fulfil: [
    signer,
    field('uint8', 'kind'),
    field('address', 'patient'),
    field('address', 'doctor'),
    field('uint48', 'folder'),
    field('bytes32', 'commitment'),
    field('bytes32', 'result'),
    ...tail,
  ],
};
export const CANCEL_ORDER_TYPES: Types = {
  CancelOrder: [
    signer,
    field('address', 'patient'),
    field('uint48', 'folder'),
    field('bytes32', 'commitment'),
    ...tail,
  ],
};

/** What an enroller signs for `who`: a voucher, which `who` brings within `redeem`. */
export const VOUCHER_TYPES: Types = {
  Voucher: [signer, field('address', 'who'), field('uint8', 'role'), ...tail],
};

/**
 * What a member signs to have a manager open records of one folder, and what `report` takes as proof of a reading without consent. It
 * was not signed before the block that it names, whatever the clock of whoever signed it.
 */
export const READ_TYPES: Types = {
  Read: [
    signer,
    field('address', 'patient'),
    field('uint48', 'folder'),
    field('bytes32[]', 'records'),
    field('uint16', 'purpose'),
    field('address', 'manager'),
    field('uint256', 'blockNumber'),
    field('bytes32', 'blockHash'),
    field('bytes32', 'nonce'),
  ],
};

/** What an author signs to have a manager give what it is to seal entries of its own in one folder with. */
export const SEAL_TYPES: Types = {
  Seal: [
    signer,
    field('address', 'patient'),
    field('uint48', 'folder'),
    field('bytes32[]', 'commitments'),
    field('address', 'manager'),
    field('uint256', 'blockNumber'),
    field('bytes32', 'blockHash'),
    field('bytes32', 'nonce'),
  ],
};

/** What a patient signs to be told of openings: of lines from `after` on, by a log of which `head` lines were known before. */
export const LOG_TYPES: Types = {
  Openings: [signer, field('address', 'manager'), field('uint64', 'after'), field('uint64', 'head')],
};

/** What a manager signs once its shares of a keyring are checked and on its disk. `keyring` is the digest of the keyring's object. */
export const KEPT_TYPES: Types = { Kept: [signer, field('bytes32', 'keyring')] };

/** What a patient signs to have a manager forget its shares of some keyrings of theirs. */
export const ERASE_TYPES: Types = {
  Erase: [signer, field('address', 'manager'), field('bytes32[]', 'keyrings')],
};

/** What a manager signs once it has none of these keyrings of a patient any more, and takes none of them again. */
export const ERASED_TYPES: Types = { Erased: [signer, field('address', 'patient'), field('bytes32[]', 'keyrings')] };

/** What a manager signs once these records of a patient are withdrawn for good: it gives their keys to nobody and lets go of their blocks. */
export const WITHDRAWN_TYPES: Types = {
  Withdrawn: [signer, field('address', 'patient'), field('bytes32[]', 'records')],
};

/** What a member signs to have a manager keep the blocks under `root` (SHA-256 digest of the root CID); `at` in Unix seconds. */
export const STORE_TYPES: Types = { Store: [field('bytes32', 'root'), field('uint40', 'at')] };

/**
 * What a member signs to have a manager keep what a health link leads to: `file` is the SHA-256 digest of the ciphertext, `expires` and
 * `at` are Unix seconds, `most` is how often it may be opened, `passcode` is empty for none.
 */
export const KEEP_LINK_TYPES: Types = {
  KeepLink: [
    signer,
    field('bytes32', 'id'),
    field('bytes32', 'file'),
    field('uint40', 'expires'),
    field('uint32', 'most'),
    field('string', 'passcode'),
    field('uint40', 'at'),
  ],
};

/** What its owner signs to end a health link (`act` is `end`) or to be told who opened it (`uses`). */
export const ASK_LINK_TYPES: Types = {
  AskLink: [signer, field('bytes32', 'id'), field('string', 'act'), field('uint40', 'at')],
};
