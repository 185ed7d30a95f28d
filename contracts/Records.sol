// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {WRITE} from "./interfaces/IConsents.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {Access} from "./Access.sol";

/// @title Sealed records, anchored by chaining their ids into their folder's head.
abstract contract Records is IRecords, Access {
    bytes32 private constant ADD_RECORDS_TYPE = keccak256(
        "AddRecords(address signer,address patient,Entry[] entries,uint256 nonce,uint256 deadline)Entry(uint48 folder,bytes32 cid,uint16 epoch,bytes32 commitment)"
    );
    bytes32 private constant WITHDRAW_RECORDS_TYPE = keccak256(
        "WithdrawRecords(address signer,bytes32[] ids,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant ENTRY_TYPE = keccak256("Entry(uint48 folder,bytes32 cid,uint16 epoch,bytes32 commitment)");

    /// @inheritdoc IRecords
    function addRecord(Entry calldata entry, address patient) external returns (bytes32 id) {
        id = _add(patient, msg.sender, _requireAuthor(patient, msg.sender), entry);
    }

    /// @inheritdoc IRecords
    function addRecordsFor(
        address author,
        address patient,
        Entry[] calldata entries,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(ADD_RECORDS_TYPE, author, patient, _hashEntries(entries), _useNonce(author, nonceKey), deadline)
        );
        _checkSignature(author, structHash, deadline, signature);
        uint16 membership = _requireAuthor(patient, author);
        if (entries.length == 0) revert BadTerms();
        for (uint256 i; i < entries.length; ++i) {
            _add(patient, author, membership, entries[i]);
        }
    }

    /// @inheritdoc IRecords
    function withdrawRecords(bytes32[] calldata ids) external {
        _withdraw(msg.sender, ids);
    }

    /// @inheritdoc IRecords
    function withdrawRecordsFor(
        address patient,
        bytes32[] calldata ids,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        // EIP-712: an array of words is the hash of them, one after the other.
        bytes32 structHash = keccak256(
            abi.encode(
                WITHDRAW_RECORDS_TYPE,
                patient,
                keccak256(abi.encodePacked(ids)),
                _useNonce(patient, nonceKey),
                deadline
            )
        );
        _checkSignature(patient, structHash, deadline, signature);
        _withdraw(patient, ids);
    }

    /// @inheritdoc IRecords
    function recordId(
        address patient,
        address author,
        uint48 folder,
        bytes32 cid,
        bytes32 commitment
    ) public pure returns (bytes32) {
        return keccak256(abi.encode(patient, author, folder, cid, commitment));
    }

    /// @inheritdoc IRecords
    function nextHead(bytes20 head, bytes32 id) public pure returns (bytes20) {
        return bytes20(Hashes.efficientKeccak256(head, id));
    }

    /// @dev Whose grant is good needs no proof that the patient is one: only a patient could have given it.
    /// @return membership Of an author who is not the patient.
    function _requireAuthor(address patient, address author) private view returns (uint16 membership) {
        if (author == patient) _requirePatient(patient);
        else membership = _requireActive(author);
    }

    function _add(address patient, address author, uint16 membership, Entry calldata e) private returns (bytes32 id) {
        Folder storage f = folders[patient][e.folder];
        (bytes20 head, uint24 count, uint16 epoch, uint16 floor) = (f.head, f.count, f.epoch, f.floor);
        if (author != patient && !_holds(_grants[patient][author][e.folder], WRITE, 0, floor, membership)) {
            revert NoConsent(patient, author);
        }
        if (e.epoch != epoch) revert StaleEpoch(patient, e.folder, epoch);
        id = recordId(patient, author, e.folder, e.cid, e.commitment);
        _store(f, nextHead(head, id), count + 1);
        emit RecordAdded(id, patient, author, e.folder, epoch, e.cid, e.commitment);
    }

    function _withdraw(address patient, bytes32[] calldata ids) private {
        if (ids.length == 0) revert BadTerms();
        for (uint256 i; i < ids.length; ++i) emit RecordWithdrawn(patient, ids[i]);
    }

    /// @dev Apart, so that everything is at hand before the first field is written: the optimiser makes one write of them.
    function _store(Folder storage f, bytes20 head, uint24 count) private {
        f.head = head;
        f.count = count;
    }

    /// @dev EIP-712: an array is the hash of its members' hashes, one after the other.
    function _hashEntries(Entry[] calldata entries) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](entries.length);
        for (uint256 i; i < entries.length; ++i) hashes[i] = keccak256(abi.encode(ENTRY_TYPE, entries[i]));
        return keccak256(abi.encodePacked(hashes));
    }
}
