// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Sealed records, anchored in the order in which they were added.
/// @notice A record is a log; storage keeps one slot per *folder*, whose `head` chains the ids of all its records:
/// `head' = nextHead(head, id)`, from 0. A wallet that rebuilds the head from the logs it was given knows that it was
/// given all of them.
interface IRecords {
    /// @notice One record to add; the EIP-712 type of the same name.
    /// @param folder The patient's folder.
    /// @param cid SHA-256 digest in the content id of the ciphertext.
    /// @param epoch The folder's epoch that it was sealed for: it lands in no other.
    /// @param commitment Salted hash of the plaintext and of what it replaces.
    // solhint-disable-next-line gas-struct-packing
    struct Entry {
        uint48 folder;
        bytes32 cid;
        uint16 epoch;
        bytes32 commitment;
    }

    /// @notice `author` added a record.
    /// @param id `recordId` of the rest.
    /// @param epoch Epoch of the folder that it was sealed for.
    event RecordAdded(
        bytes32 indexed id,
        address indexed patient,
        address indexed author,
        uint48 folder,
        uint16 epoch,
        bytes32 cid,
        bytes32 commitment
    );

    /// @notice The patient withdrew a record: whoever keeps its key gives it to nobody from now on, and its blocks may go.
    /// @dev A log, nothing more: it says so of no record but the `patient`'s own, whatever `id` is.
    event RecordWithdrawn(address indexed patient, bytes32 indexed id);

    /// @notice The folder is in `epoch` now: what was sealed for another one must be sealed anew.
    error StaleEpoch(address patient, uint48 folder, uint16 epoch);

    /// @notice Add a record as the patient itself, or with a grant of `WRITE`.
    /// @return id The record's id.
    /// @dev Reverts with `NotA(Patient)` if the caller writes to itself and is none, `NotActive` (another caller) or
    /// `NoConsent`, and with `StaleEpoch`.
    /// The order of arguments and fields gives a low function selector: the compiler tries selectors one by one.
    function addRecord(Entry calldata entry, address patient) external returns (bytes32 id);

    /// @notice Bring `author`'s signed `AddRecords`. All of `entries` are added, or none.
    /// @dev Reverts as `addRecord`, and with `Expired`, `BadSignature`, or `BadTerms` if `entries` is empty.
    function addRecordsFor(
        address author,
        address patient,
        Entry[] calldata entries,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Withdraw records of the caller's own, whoever wrote them, for good.
    /// @dev Asks for no role: nothing may stand between a patient and what is withdrawn. Reverts with `BadTerms` if `ids` is empty.
    function withdrawRecords(bytes32[] calldata ids) external;

    /// @notice Bring a patient's signed `WithdrawRecords`.
    /// @dev Reverts as `withdrawRecords`, and with `Expired` or `BadSignature`.
    function withdrawRecordsFor(
        address patient,
        bytes32[] calldata ids,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice keccak256 of the ABI-encoded arguments.
    function recordId(
        address patient,
        address author,
        uint48 folder,
        bytes32 cid,
        bytes32 commitment
    ) external pure returns (bytes32);

    /// @notice The folder head after `id`: the first 20 bytes of keccak256 of the ABI-encoded arguments.
    function nextHead(bytes20 head, bytes32 id) external pure returns (bytes20);
}
