import { Interface } from 'ethers';

/**
 * The part of `HealthRegistry` the wallet, the managers and the SDK call, as human-readable ABI.
 * `test/contracts` asserts that every fragment here exists, unchanged, in the compiled artifact.
 */
export const REGISTRY_ABI = [
  // Members
  'function enrol(address who, uint8 role)',
  'function join(bytes32 key)',
  'function joinFor(address who, bytes32 key, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function setKey(bytes32 key)',
  'function setKeyFor(address who, bytes32 key, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function setProfile(bytes32 digest)',
  'function setOrigin(bytes32 origin, bool ours)',
  'function remove(address who)',
  'function redeemFor(address who, bytes32 key, tuple(uint8 role, address enroller, uint256 deadline, bytes signature) voucher, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function member(address who) view returns (tuple(uint8 role, uint8 suspension, uint40 lockedUntil, uint16 membership, uint16 vouchedBy, address enroller))',
  'function isActive(address who) view returns (bool)',
  'function encryptionKey(address who) view returns (bytes32)',
  'function profile(address who) view returns (bytes32)',
  'function hospitalOf(bytes32 origin) view returns (address)',
  'function nonces(address owner, uint192 key) view returns (uint256)',
  'event Enrolled(address indexed who, uint8 indexed role, address indexed enroller)',
  'event KeySet(address indexed who, bytes32 key)',
  'event ProfileSet(address indexed who, bytes32 digest)',
  'event OriginSet(address indexed hospital, bytes32 indexed origin, bool ours)',
  'event Removed(address indexed who, address indexed by)',
  // Consents
  'function request(tuple(address patient, uint48 folder, uint40 until, uint16 purposes, uint8 rights, bytes32 note) wish)',
  'function requestFor(address by, tuple(address patient, uint48 folder, uint40 until, uint16 purposes, uint8 rights, bytes32 note) wish, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function grant(tuple(address grantee, uint48 folder, uint40 from, uint40 until, uint16 purposes, uint8 rights)[] terms, bytes32 receipt)',
  'function grantFor(address patient, tuple(address grantee, uint48 folder, uint40 from, uint40 until, uint16 purposes, uint8 rights)[] terms, bytes32 receipt, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function grantAsFor(address delegate, address patient, tuple(address grantee, uint48 folder, uint40 from, uint40 until, uint16 purposes, uint8 rights)[] terms, bytes32 receipt, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function revoke(address grantee, uint48[] folders)',
  'function revokeFor(address patient, address grantee, uint48[] folders, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function rotate(uint48[] folders, bool voidGrants, bytes32 keyring)',
  'function rotateFor(address patient, uint48[] folders, bool voidGrants, bytes32 keyring, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function setKeyringFor(address patient, uint48[] folders, bytes32 keyring, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function allowEmergencyFor(address patient, uint48[] folders, bool allowed, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function breakGlassFor(address doctor, address patient, uint48 folder, bytes32 note, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function emergencies(address patient, uint48 folder) view returns (bool allowed, uint32 opened)',
  'function may(address grantee, address patient, uint48 folder, uint8 rights, uint16 purposes) view returns (bool)',
  'function folders(address patient, uint48 folder) view returns (bytes20 head, uint24 count, uint16 epoch, uint16 floor)',
  'function grants(address patient, address grantee, uint48 folder) view returns (tuple(uint40 from, uint40 until, uint16 epoch, uint16 purposes, uint8 rights, uint16 membership, uint40 changed, uint16 emergencyEpoch, uint16 emergencyMembership, uint40 emergencyUntil))',
  'event Requested(address indexed by, address indexed patient, uint48 folder, uint40 until, uint16 purposes, uint8 rights, bytes32 note)',
  'event Granted(address indexed patient, address indexed grantee, uint48 indexed folder, uint40 from, uint40 until, uint16 purposes, uint8 rights, uint16 epoch, bytes32 receipt)',
  'event GrantedBy(address indexed patient, address indexed delegate, address indexed grantee, uint48 folder)',
  'event Revoked(address indexed patient, address indexed grantee, uint48 indexed folder)',
  'event Rotated(address indexed patient, uint48 indexed folder, uint16 epoch, bool voidsGrants, bytes32 keyring)',
  'event KeyringSet(address indexed patient, uint48 indexed folder, uint16 epoch, bytes32 keyring)',
  'event EmergencyAllowed(address indexed patient, uint48 indexed folder, bool allowed)',
  'event EmergencyOpened(address indexed patient, address indexed doctor, uint48 indexed folder, uint40 until, uint32 opened, bytes32 note)',
  // Records
  'function addRecord(tuple(uint48 folder, bytes32 cid, uint16 epoch, bytes32 commitment) entry, address patient) returns (bytes32)',
  'function addRecordsFor(address author, address patient, tuple(uint48 folder, bytes32 cid, uint16 epoch, bytes32 commitment)[] entries, uint192 nonceKey, uint256 deadline, bytes signature)',
  'event RecordAdded(bytes32 indexed id, address indexed patient, address indexed author, uint48 folder, uint16 epoch, bytes32 cid, bytes32 commitment)',
  'function withdrawRecordsFor(address patient, bytes32[] ids, uint192 nonceKey, uint256 deadline, bytes signature)',
  'event RecordWithdrawn(address indexed patient, bytes32 indexed id)',
  // Readings without consent
  'function report(tuple(address signer, address patient, uint48 folder, bytes32[] records, uint16 purpose, address manager, uint256 blockNumber, bytes32 blockHash, bytes32 nonce) reading, bytes signature)',
  'function strikes(address who) view returns (uint8 count, uint40 last)',
  'event Accessed(address indexed by, address indexed patient, uint48 indexed folder, bytes32 id, uint16 purpose, bool allowed)',
  'event Struck(address indexed who, uint8 count, uint40 lockedUntil)',
  'event StrikesCleared(address indexed who)',
  // Logs of openings
  'function anchorLog(uint64 size, bytes32 root)',
  'event LogAnchored(address indexed manager, uint64 size, bytes32 root)',
  // Versions
  'function successor() view returns (address)',
  // Batches
  'function multicall(bytes[] data) returns (bytes[])',
  // Errors
  'error AlreadyEnrolled(address who)',
  'error MayNotEnrol(address by, uint8 role)',
  'error NotA(uint8 role, address who)',
  'error NotActive(address who)',
  'error Expired(uint256 deadline)',
  'error BadSignature(address signer)',
  'error BadTerms()',
  'error BadKey()',
  'error OriginTaken(bytes32 origin)',
  'error TooManyOrigins(address hospital)',
  'error NoOffence()',
  'error EmergencyForbidden(address patient, uint48 folder)',
  'error NoConsent(address patient, address by)',
  'error StaleEpoch(address patient, uint48 folder, uint16 epoch)',
  'error InvalidAccountNonce(address account, uint256 currentNonce)',
] as const;

/** Encoder and decoder for {@link REGISTRY_ABI}. */
export const registryInterface = new Interface(REGISTRY_ABI);

/** Order and numbers of `Role` in `contracts/interfaces/IMembers.sol`. */
export const Role = {
  None: 0,
  Registrar: 1,
  Hospital: 2,
  EhrManager: 3,
  Doctor: 4,
  Lab: 5,
  Pharmacist: 6,
  Researcher: 7,
  Patient: 8,
  Payer: 9,
} as const;
export type Role = (typeof Role)[keyof typeof Role];

/** Order and numbers of `Suspension` in `contracts/interfaces/IMembers.sol`. */
export const Suspension = { None: 0, ByEnroller: 1, ByOwner: 2 } as const;
export type Suspension = (typeof Suspension)[keyof typeof Suspension];

/** Bits of the `rights` of a grant. */
export const Right = { Read: 1, Write: 2, Dispense: 4, Share: 8 } as const;
