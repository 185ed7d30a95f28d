// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who takes part in a health network, and who answers for them.
/// @notice The chain of trust is three links long and nobody can forge one:
///
/// | role                                 | let in by                                | active while                               |
/// | ------------------------------------ | ---------------------------------------- | ------------------------------------------ |
/// | Registrar                            | the owner                                | in good standing                           |
/// | Hospital, EhrManager, Payer          | an active Registrar                      | in good standing                           |
/// | Doctor, Lab, Pharmacist, Researcher  | an active Hospital                       | in good standing, as is its Hospital       |
/// | Patient                              | itself, or itself and an active Hospital | in good standing                           |
///
/// In good standing is a member that is neither suspended (by those who answer for it) nor locked (for strikes, see
/// `IAccess`). A hospital does not fall with the registrar that let it in: replacing a registrar must not close hospitals.
/// Nobody but a patient can suspend or end the membership of a patient, and what a patient decides about its own
/// folders asks for no standing. Names, licences and contact details stay off-chain; here are accounts, keys and digests.
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
        Patient,
        Payer
    }

    /// @notice Who suspended a member. What the owner suspends, only the owner restores.
    enum Suspension {
        None,
        ByEnroller,
        ByOwner
    }

    /// @notice One storage slot per member. All but `role` and `enroller` outlive a membership, so that removal and a
    /// new enrolment launder nothing.
    /// @param role What it is; `None` for an account that is not, or no longer, a member.
    /// @param suspension Whether it is suspended, and by whom.
    /// @param lockedUntil Unix second before which it is not active, for its strikes.
    /// @param membership How many times the account was let in. What was granted to it as the member that it was does not
    /// hold for the one it becomes.
    /// @param vouchedBy Of staff: its hospital's `membership` at the time, without which it is not active.
    /// @param enroller The account that let it in.
    struct Member {
        Role role;
        Suspension suspension;
        uint40 lockedUntil;
        uint16 membership;
        uint16 vouchedBy;
        address enroller;
    }

    /// @notice What an enroller signs for one person, who alone can use it (EIP-712 type `Voucher`, which also names
    /// that person).
    /// @param role What the person becomes.
    /// @param enroller Who vouches for it.
    /// @param deadline Last Unix second at which it counts.
    /// @param signature `enroller`'s, over the next nonce of its sequence `uint192(uint160(person))`.
    struct Voucher {
        Role role;
        address enroller;
        uint256 deadline;
        bytes signature;
    }

    /// @notice `who` became a `role`, let in by `enroller`.
    event Enrolled(address indexed who, Role indexed role, address indexed enroller);
    /// @notice `by` suspended (`suspended`) or restored `who`.
    event Suspended(address indexed who, address indexed by, bool suspended);
    /// @notice `by` ended the membership of `who`.
    event Removed(address indexed who, address indexed by);
    /// @notice `who` receives what is encrypted to `key` from now on. These logs are the key's history.
    event KeySet(address indexed who, bytes32 key);
    /// @notice `who` publishes the profile with this SHA-256 `digest`; 0 withdraws it.
    event ProfileSet(address indexed who, bytes32 digest);
    /// @notice `hospital` runs (`ours`), or no longer runs, the web `origin`.
    event OriginSet(address indexed hospital, bytes32 indexed origin, bool ours);

    /// @notice `who` already has a role. A role changes only by removal and a new enrolment.
    error AlreadyEnrolled(address who);
    /// @notice `by` may not let in, suspend, restore or remove a `role`, or not this one.
    error MayNotEnrol(address by, Role role);
    /// @notice The act needs `who` to be an active `role`.
    error NotA(Role role, address who);
    /// @notice `who` is not a member, or is suspended or locked, or its hospital is.
    error NotActive(address who);
    /// @notice 0 is not the x-coordinate of a key.
    error BadKey();
    /// @notice Another active hospital claims `origin`.
    error OriginTaken(bytes32 origin);
    /// @notice The hospital claims 16 already.
    error TooManyOrigins(address hospital);

    /// @notice Let in someone the caller answers for, by the table above.
    /// @dev Reverts with `MayNotEnrol` (also for a Patient, who must agree) or `AlreadyEnrolled`.
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

    /// @notice The caller becomes what a voucher made out to it says: any role its enroller may let in, or a Patient
    /// if the enroller is a Hospital.
    /// @dev Reverts with `MayNotEnrol`, `AlreadyEnrolled`, `BadKey`, `Expired` or `BadSignature`.
    function redeem(bytes32 key, Voucher calldata voucher) external;

    /// @notice Bring `who`'s signed `Redeem` with the voucher it names.
    /// @dev Reverts as `redeem`.
    function redeemFor(
        address who,
        bytes32 key,
        Voucher calldata voucher,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Suspend a member at once, and with a hospital all its staff: the owner may, and so may whoever enrolled
    /// it while it could do so again. Not a patient.
    /// @dev Reverts with `NotActive` if `who` is not a member, or `MayNotEnrol`.
    function suspend(address who) external;

    /// @notice Undo `suspend`. What the owner suspended, only the owner restores.
    /// @dev Reverts as `suspend`.
    function restore(address who) external;

    /// @notice End a membership: every member may leave; the owner may end any but a patient's, and so may whoever
    /// enrolled `who` while it could do so again.
    /// @dev Reverts with `NotActive` if `who` is not a member, or `MayNotEnrol`.
    function remove(address who) external;

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
    /// @dev Reverts with `OriginTaken` if another active hospital holds it, `TooManyOrigins` or `NotA(Hospital)`.
    function setOrigin(bytes32 origin, bool ours) external;

    /// @notice The slot of `who`, all zero for an account that never was a member.
    function member(address who) external view returns (Member memory);

    /// @notice Whether `who` may act, by the last column of the table above.
    /// A hospital that left and was let in again vouches for its staff anew: it removes and enrols them.
    function isActive(address who) external view returns (bool);

    /// @notice Whether `who` is an active `role`.
    function isActiveAs(address who, Role role) external view returns (bool);

    /// @notice x-coordinate of the key to encrypt to for `who`. It outlives the membership: ask `isActive` as well.
    function encryptionKey(address who) external view returns (bytes32);

    /// @notice Digest of the profile of `who`, 0 for none.
    function profile(address who) external view returns (bytes32);

    /// @notice The active hospital that claims `origin`, or 0.
    function hospitalOf(bytes32 origin) external view returns (address);

    /// @notice How many origins `hospital` claims, 16 at most.
    function originCount(address hospital) external view returns (uint256);
}
