// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Bits of the `rights` of a grant.
uint8 constant READ = 1;
uint8 constant WRITE = 2;
uint8 constant DISPENSE = 4;
/// @dev What makes a grantee a delegate: see `IConsents.grantAs`.
uint8 constant SHARE = 8;

/// @dev The purpose of use HPAYMT (HL7), as the protocol numbers it: the only one that a payer is given anything for.
uint16 constant PAYMENT = 1 << 4;

/// @title What a patient lets whom do, with which folder, why, from when and until when.
/// @notice A folder is a random tag that the patient's wallet picks; its name never reaches the chain.
/// Every act here is the patient's own, by transaction or by EIP-712 signature (`...For`, which anyone may bring), or
/// within limits the patient set, a delegate's. No owner, registrar or manager has a way around it.
///
/// A grant holds while all of this is true: `from` has come and `until` has not, no later `rotate` voided it, the
/// grantee is active, as the member that it was when it was granted to.
interface IConsents {
    /// @notice The state of a folder, one slot.
    /// @param head Chain of the ids of all its records, in order, by which a wallet notices a log withheld from it.
    /// @param count How many records it has.
    /// @param epoch Number of its current key.
    /// @param floor The lowest epoch whose grants still count.
    struct Folder {
        bytes20 head;
        uint24 count;
        uint16 epoch;
        uint16 floor;
    }

    /// @notice What was granted, one slot per patient, grantee and folder.
    /// @param from First Unix second at which it holds.
    /// @param until First Unix second at which it no longer holds.
    /// @param epoch Epoch of the folder at the time.
    /// @param purposes Bit set of the purposes of use it covers (HL7 PurposeOfUse, numbered in the protocol).
    /// @param rights Bit set of `READ`, `WRITE`, `DISPENSE` and `SHARE`; 0 once it was withdrawn.
    /// @param membership The grantee's `Member.membership` at the time.
    /// @param changed Block of its newest `Granted` or `Revoked`; 0 for none.
    /// @param emergencyEpoch Epoch of the folder at an emergency opening; see `IEmergencies`.
    /// @param emergencyMembership The doctor's `Member.membership` at that time.
    /// @param emergencyUntil First Unix second at which that no longer holds.
    struct Grant {
        uint40 from;
        uint40 until;
        uint16 epoch;
        uint16 purposes;
        uint8 rights;
        uint16 membership;
        uint40 changed;
        uint16 emergencyEpoch;
        uint16 emergencyMembership;
        uint40 emergencyUntil;
    }

    /// @notice One grant as the patient states it; the EIP-712 type of the same name.
    /// @param from First Unix second at which it is to hold; a time that has passed, such as 0, means at once.
    struct Terms {
        address grantee;
        uint48 folder;
        uint40 from;
        uint40 until;
        uint16 purposes;
        uint8 rights;
    }

    /// @notice What a member would like to be granted; the fields of the EIP-712 type `Request`.
    /// @param note Digest of an off-chain note that says why, or 0.
    struct Wish {
        address patient;
        uint48 folder;
        uint40 until;
        uint16 purposes;
        uint8 rights;
        bytes32 note;
    }

    /// @notice `by` asks `patient` for consent.
    event Requested(
        address indexed by,
        address indexed patient,
        uint48 folder,
        uint40 until,
        uint16 purposes,
        uint8 rights,
        bytes32 note
    );
    /// @notice `patient` granted, replacing any earlier grant of the same folder to the same grantee.
    event Granted(
        address indexed patient,
        address indexed grantee,
        uint48 indexed folder,
        uint40 from,
        uint40 until,
        uint16 purposes,
        uint8 rights,
        uint16 epoch,
        bytes32 receipt
    );
    /// @notice The `Granted` of the same folder and grantee in this transaction was the act of `delegate`.
    event GrantedBy(address indexed patient, address indexed delegate, address indexed grantee, uint48 folder);
    /// @notice `patient` withdrew what `grantee` had.
    event Revoked(address indexed patient, address indexed grantee, uint48 indexed folder);
    /// @notice The folder has a new key, and lost all earlier grants if `voidsGrants`.
    event Rotated(address indexed patient, uint48 indexed folder, uint16 epoch, bool voidsGrants, bytes32 keyring);
    /// @notice The key of the folder's epoch is kept by those whom the off-chain `keyring` names.
    event KeyringSet(address indexed patient, uint48 indexed folder, uint16 epoch, bytes32 keyring);

    /// @notice Nothing to do, an `until` that has come, no or unknown rights, no purpose, a grantee who is no member, a
    /// payer for another purpose than payment, or more than a delegate may give.
    error BadTerms();
    /// @notice `by` has no such right to this folder of `patient`.
    error NoConsent(address patient, address by);

    /// @notice Ask a patient for consent. It is a log and changes nothing; the wallet shows it. To keep it cheap it asks
    /// for the caller's own good standing, not its hospital's: who shows a request asks `isActive` at that time.
    /// @dev Reverts with `NotActive`.
    function request(Wish calldata wish) external;

    /// @notice Bring `by`'s signed `Request`.
    /// @dev Reverts as `request`, and with `Expired` or `BadSignature`.
    function requestFor(
        address by,
        Wish calldata wish,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Grant all of `terms`, or none.
    /// @param receipt Digest of the consent receipt (FHIR Consent) that the patient approved.
    /// @dev Reverts with `NotA(Patient)` or `BadTerms`.
    function grant(Terms[] calldata terms, bytes32 receipt) external;

    /// @notice Bring `patient`'s signed `Grant`.
    /// @dev Reverts as `grant`, and with `Expired` or `BadSignature`.
    function grantFor(
        address patient,
        Terms[] calldata terms,
        bytes32 receipt,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Grant in the patient's place, as a delegate: an active member who holds `SHARE` on each folder. A delegate
    /// gives reading and what other rights it holds itself, for purposes of its own grant, and not beyond its end; never
    /// `SHARE`, never to itself, and never in place of a grant that has not ended.
    /// @dev Reverts with `NotActive`, `NotA(Patient)`, `NoConsent` or `BadTerms`.
    function grantAs(address patient, Terms[] calldata terms, bytes32 receipt) external;

    /// @notice Bring `delegate`'s signed `GrantAs`.
    /// @dev Reverts as `grantAs`, and with `Expired` or `BadSignature`.
    function grantAsFor(
        address delegate,
        address patient,
        Terms[] calldata terms,
        bytes32 receipt,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Withdraw what `grantee` has of the caller's `folders`, emergency openings too. It asks for no role: nothing,
    /// not even removal from the network, may stand between a patient and the withdrawal of consent.
    /// @dev Reverts with `BadTerms` if `folders` is empty.
    function revoke(address grantee, uint48[] calldata folders) external;

    /// @notice Bring `patient`'s signed `Revoke`.
    /// @dev Reverts as `revoke`, and with `Expired` or `BadSignature`.
    function revokeFor(
        address patient,
        address grantee,
        uint48[] calldata folders,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Begin a new key epoch of the caller's `folders`. Asks for no role, as `revoke`.
    /// @param voidGrants Whether every earlier grant of these folders ends, at a cost that does not grow with them.
    /// @param keyring Digest of the off-chain keyring that says who keeps the new keys.
    /// @dev Reverts with `BadTerms` if `folders` is empty.
    function rotate(uint48[] calldata folders, bool voidGrants, bytes32 keyring) external;

    /// @notice Bring `patient`'s signed `Rotate`.
    /// @dev Reverts as `rotate`, and with `Expired` or `BadSignature`.
    function rotateFor(
        address patient,
        uint48[] calldata folders,
        bool voidGrants,
        bytes32 keyring,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Say who keeps the present keys of the caller's `folders`, without a new epoch. Asks for no role.
    /// @param keyring Digest of the off-chain keyring.
    /// @dev Reverts with `BadTerms` if `folders` is empty.
    function setKeyring(uint48[] calldata folders, bytes32 keyring) external;

    /// @notice Bring `patient`'s signed `SetKeyring`.
    /// @dev Reverts as `setKeyring`, and with `Expired` or `BadSignature`.
    function setKeyringFor(
        address patient,
        uint48[] calldata folders,
        bytes32 keyring,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Whether `grantee` is active and holds all of `rights` for all of `purposes`.
    /// @param purposes The purposes asked for; 0 asks for none in particular. So does `rights`.
    function may(
        address grantee,
        address patient,
        uint48 folder,
        uint8 rights,
        uint16 purposes
    ) external view returns (bool);

    /// @notice The `Folder` of a patient.
    function folders(
        address patient,
        uint48 folder
    ) external view returns (bytes20 head, uint24 count, uint16 epoch, uint16 floor);

    /// @notice The `Grant` as stored; whether it holds is for `may` to say.
    function grants(address patient, address grantee, uint48 folder) external view returns (Grant memory);
}
