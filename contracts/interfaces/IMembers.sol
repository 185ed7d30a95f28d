// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who takes part in a health network, and who answers for them.
/// @notice The chain of trust is three links long and nobody can forge one:
///
/// | role                                 | enrolled by         | active while                              |
/// | ------------------------------------ | ------------------- | ----------------------------------------- |
/// | Registrar                            | the owner           | it has the role                           |
/// | Hospital, EhrManager                 | an active Registrar | it has the role                           |
/// | Doctor, Lab, Pharmacist, Researcher  | an active Hospital  | it has the role and its Hospital is active |
/// | Patient                              | itself              | it has the role                           |
///
/// A hospital does not fall with the registrar that let it in: replacing a registrar must not close hospitals.
/// Names, licences and contact details stay off-chain; here are accounts, keys and digests only.
interface IMembers {
    /// @notice What a member may be. `extension/core/registry/abi.ts` repeats the numbers.
    enum Role {
        None,
        Registrar,
        Hospital,
        EhrManager,
        Doctor,
        Lab,
        Pharmacist,
        Researcher,
        Patient
    }

    /// @notice One storage slot per member.
    /// @param role What it is; `None` for an account that is not, or no longer, a member.
    /// @param strikes Refused accesses counted against it. Always 0 in this version, which counts none; the field is
    /// here because the slot has room and a reader's ABI should outlive the version.
    /// @param lastStrike Unix second of the newest strike. Always 0 in this version.
    /// @param lockedUntil Unix second before which it is not active. Always 0 in this version.
    /// @param enroller The account that let it in.
    struct Member {
        Role role;
        uint8 strikes;
        uint40 lastStrike;
        uint40 lockedUntil;
        address enroller;
    }

    /// @notice `who` became a `role`, let in by `enroller`.
    event Enrolled(address indexed who, Role indexed role, address indexed enroller);
    /// @notice `who` receives what is encrypted to `key` from now on.
    event KeySet(address indexed who, bytes32 key);
    /// @notice `who` publishes the profile with this SHA-256 `digest`; 0 withdraws it.
    event ProfileSet(address indexed who, bytes32 digest);
    /// @notice `hospital` runs (`ours`), or no longer runs, the web `origin`.
    event OriginSet(address indexed hospital, bytes32 indexed origin, bool ours);
    /// @notice `by` ended the membership of `who`.
    event Removed(address indexed who, address indexed by);

    /// @notice `who` already has a role. A role changes only by removal and a new enrolment.
    error AlreadyEnrolled(address who);
    /// @notice `by` may not let in, or remove, a `role`.
    error MayNotEnrol(address by, Role role);
    /// @notice The act needs `who` to be an active `role`.
    error NotA(Role role, address who);
    /// @notice `who` is not a member, or is one whose rights are suspended.
    error NotActive(address who);
    /// @notice 0 is not the x-coordinate of a key.
    error BadKey();
    /// @notice Another active hospital claims `origin`.
    error OriginTaken(bytes32 origin);

    /// @notice Let in someone the caller answers for, by the table above.
    /// @dev Reverts with `MayNotEnrol` (also for a Patient, who can only let itself in) or `AlreadyEnrolled`.
    function enrol(address who, Role role) external;

    /// @notice The caller becomes a Patient.
    /// @param key x-coordinate of its secp256k1 encryption key (BIP-340 lifts it to the even point).
    /// @dev Reverts with `BadKey` or `AlreadyEnrolled`.
    function join(bytes32 key) external;

    /// @notice Bring `who`'s signed `Join`, so that a patient needs no ether to begin.
    /// @dev Reverts as `join`, and with `Expired` or `BadSignature`.
    /// @param nonceKey Which of `who`'s nonce sequences the signature draws on; see `nonces(who, nonceKey)`.
    /// @param deadline Last Unix second at which the signature counts.
    function joinFor(address who, bytes32 key, uint192 nonceKey, uint256 deadline, bytes calldata signature) external;

    /// @notice Replace the caller's encryption key. Open to a suspended member: changing a leaked key cannot wait.
    /// @dev Reverts with `BadKey`, or `NotActive` for an account that is not a member.
    function setKey(bytes32 key) external;

    /// @notice Bring `who`'s signed `SetKey`.
    /// @dev Reverts as `setKey`, and with `Expired` or `BadSignature`.
    function setKeyFor(address who, bytes32 key, uint192 nonceKey, uint256 deadline, bytes calldata signature) external;

    /// @notice Publish a profile (FHIR Organization or Practitioner), public by the member's choice.
    /// @param digest SHA-256 digest in the content id of the profile; 0 withdraws it.
    /// @dev Reverts with `NotActive` for an account that is not a member.
    function setProfile(bytes32 digest) external;

    /// @notice Say that the caller, an active Hospital, runs a web origin, or that it no longer does.
    /// The owner and active Registrars may clear (`ours` false) any origin, for a claim is only a claim.
    /// @param origin keccak256 of the serialised origin, such as `https://portal.example`.
    /// @dev Reverts with `OriginTaken` if another active hospital holds it, or `NotA(Hospital)`.
    function setOrigin(bytes32 origin, bool ours) external;

    /// @notice End a membership: the owner may, and so may whoever enrolled `who` while it could do so again;
    /// a patient may leave. Strikes and lock stay with the account, so that removal cannot launder them.
    /// @dev Reverts with `NotActive` if `who` is not a member, or `MayNotEnrol`.
    function remove(address who) external;

    /// @notice The slot of `who`, all zero for an account that never was a member.
    function member(address who) external view returns (Member memory);

    /// @notice Whether `who` may act, by the last column of the table above.
    /// Staff revive when their hospital is enrolled again under the same account.
    function isActive(address who) external view returns (bool);

    /// @notice x-coordinate of the key to encrypt to for `who`. It outlives the membership: ask `isActive` as well.
    function encryptionKey(address who) external view returns (bytes32);

    /// @notice Digest of the profile of `who`, 0 for none.
    function profile(address who) external view returns (bytes32);

    /// @notice The active hospital that claims `origin`, or 0.
    function hospitalOf(bytes32 origin) external view returns (address);
}
