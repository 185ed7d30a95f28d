// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {WRITE} from "./interfaces/IConsents.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {Consents} from "./Consents.sol";

/// @title Sealed records, anchored by chaining their ids into their folder's head.
abstract contract Records is IRecords, Consents {
    bytes32 private constant ADD_RECORDS_TYPE = keccak256(
        "AddRecords(address signer,address patient,Entry[] entries,uint256 nonce,uint256 deadline)Entry(uint48 folder,bytes32 cid,bytes32 commitment)"
    );
    bytes32 private constant ENTRY_TYPE = keccak256("Entry(uint48 folder,bytes32 cid,bytes32 commitment)");

    /// @inheritdoc IRecords
    function addRecord(address patient, uint48 folder, bytes32 cid, bytes32 commitment) external returns (bytes32 id) {
        _requireParties(patient, msg.sender);
        id = _add(patient, msg.sender, folder, cid, commitment);
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
        _requireParties(patient, author);
        if (entries.length == 0) revert BadTerms();
        for (uint256 i; i < entries.length; ++i) {
            _add(patient, author, entries[i].folder, entries[i].cid, entries[i].commitment);
        }
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

    function _requireParties(address patient, address author) private view {
        _requireActive(author);
        _requirePatient(patient);
    }

    function _add(
        address patient,
        address author,
        uint48 folder,
        bytes32 cid,
        bytes32 commitment
    ) private returns (bytes32 id) {
        Folder storage f = folders[patient][folder];
        if (author != patient && !_holds(author, patient, folder, WRITE, 0, f.floor)) {
            revert NoConsent(patient, author);
        }
        id = recordId(patient, author, folder, cid, commitment);
        uint40 previous = f.changed;
        (f.head, f.changed, f.count) = (nextHead(f.head, id), uint40(block.number), f.count + 1);
        emit RecordAdded(id, patient, author, folder, f.epoch, previous, cid, commitment);
    }

    /// @dev EIP-712: an array is the hash of its members' hashes, one after the other.
    function _hashEntries(Entry[] calldata entries) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](entries.length);
        for (uint256 i; i < entries.length; ++i) hashes[i] = keccak256(abi.encode(ENTRY_TYPE, entries[i]));
        return keccak256(abi.encodePacked(hashes));
    }
}
