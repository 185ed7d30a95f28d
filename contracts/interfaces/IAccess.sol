// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Who opened what, and what happens to those who try without consent.
/// @notice A refused attempt is a strike. The first two warn; each one after locks the account, for an hour and then
/// twice as long every time, up to 2^12 hours (170 days). Strikes stay with the account
/// through removal and enrolment; only the owner clears them, with a log.
///
/// Nobody can strike another: a strike needs the offender's own transaction (`access`) or its own signature (`report`).
interface IAccess {
    /// @notice What counts against an account.
    /// @param count How many, 255 at most.
    /// @param last Block of the newest.
    struct Strikes {
        uint8 count;
        uint40 last;
    }

    /// @notice What a member signs to open records at an EHR manager; the EIP-712 type `Read`.
    /// @param signer Who wants to read.
    /// @param records Ids of records of that folder.
    /// @param manager Who was asked.
    /// @param blockNumber A block that was the newest, or nearly so.
    /// @param blockHash Its hash: it was not signed before that block.
    /// @param nonce Random, so that it is answered once.
    struct Reading {
        address signer;
        address patient;
        uint48 folder;
        bytes32[] records;
        uint16 purpose;
        address manager;
        uint256 blockNumber;
        bytes32 blockHash;
        bytes32 nonce;
    }

    /// @notice `by` opened a record, or was refused.
    /// @param id The record's id, or 0 for the folder.
    event Accessed(
        address indexed by,
        address indexed patient,
        uint48 indexed folder,
        bytes32 id,
        uint16 purpose,
        bool allowed
    );
    /// @notice A strike against `who`.
    event Struck(address indexed who, uint8 count, uint40 lockedUntil);
    /// @notice The owner cleared the strikes and the lock of `who`.
    event StrikesCleared(address indexed who);

    /// @notice `manager`'s log of openings has `size` leaves under `root` (RFC 9162).
    event LogAnchored(address indexed manager, uint64 size, bytes32 root);

    /// @notice The signed request proves no offence, or is older than 256 blocks or than the newest strike.
    error NoOffence();

    /// @notice Say that a record is about to be opened. A refused attempt does not revert: it is logged and counted.
    /// @param purpose One purpose of use or several; 0 is refused.
    /// @dev Reverts with `NotActive`.
    function access(address patient, uint48 folder, bytes32 id, uint16 purpose) external returns (bool allowed);

    /// @notice Prove that a member asked an EHR manager for a folder without consent or for a purpose that none covers,
    /// by the `Read` that it signed. It counts only where nothing changed since before the block that it names, and never
    /// where time alone ended a grant: no clock can make an offence of what was allowed.
    /// @dev Reverts with `NoOffence`, `NotActive` if the signer is not a member, or `BadSignature`.
    function report(Reading calldata reading, bytes calldata signature) external;

    /// @notice Set down the head of the caller's log, as an active EHR manager, so that it cannot be rewritten unnoticed.
    /// @dev Reverts with `NotA(EhrManager)`.
    function anchorLog(uint64 size, bytes32 root) external;

    /// @notice Take back all strikes against `who`, and its lock, as the owner.
    function clearStrikes(address who) external;

    /// @notice The `Strikes` of an account.
    function strikes(address who) external view returns (uint8 count, uint40 last);
}
