// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsents, READ, WRITE, DISPENSE} from "./interfaces/IConsents.sol";
import {Members} from "./Members.sol";

/// @title Folders of a patient and the time-limited, purpose-bound grants to them.
abstract contract Consents is IConsents, Members {
    bytes32 private constant GRANT_TYPE = keccak256(
        "Grant(address signer,Terms[] terms,bytes32 receipt,uint256 nonce,uint256 deadline)Terms(address grantee,uint48 folder,uint40 until,uint16 purposes,uint8 rights)"
    );
    bytes32 private constant TERMS_TYPE = keccak256(
        "Terms(address grantee,uint48 folder,uint40 until,uint16 purposes,uint8 rights)"
    );
    bytes32 private constant REVOKE_TYPE = keccak256(
        "Revoke(address signer,address grantee,uint48[] folders,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant ROTATE_TYPE = keccak256(
        "Rotate(address signer,uint48[] folders,bool voidGrants,bytes32 keyring,uint256 nonce,uint256 deadline)"
    );

    uint8 private constant ALL_RIGHTS = READ | WRITE | DISPENSE;

    /// @inheritdoc IConsents
    mapping(address patient => mapping(uint48 folder => Folder)) public override folders;
    /// @inheritdoc IConsents
    mapping(address patient => mapping(address grantee => mapping(uint48 folder => Grant))) public override grants;

    /// @inheritdoc IConsents
    function request(
        address patient,
        uint48 folder,
        uint40 until,
        uint16 purposes,
        uint8 rights,
        bytes32 note
    ) external {
        _requireActive(msg.sender);
        emit Requested(msg.sender, patient, folder, until, purposes, rights, note);
    }

    /// @inheritdoc IConsents
    function grant(Terms[] calldata terms, bytes32 receipt) external {
        _grant(msg.sender, terms, receipt);
    }

    /// @inheritdoc IConsents
    function grantFor(
        address patient,
        Terms[] calldata terms,
        bytes32 receipt,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(GRANT_TYPE, patient, _hashTerms(terms), receipt, _useNonce(patient, nonceKey), deadline)
        );
        _checkSignature(patient, structHash, deadline, signature);
        _grant(patient, terms, receipt);
    }

    /// @inheritdoc IConsents
    function revoke(address grantee, uint48[] calldata folders_) external {
        _revoke(msg.sender, grantee, folders_);
    }

    /// @inheritdoc IConsents
    function revokeFor(
        address patient,
        address grantee,
        uint48[] calldata folders_,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(REVOKE_TYPE, patient, grantee, _hashFolders(folders_), _useNonce(patient, nonceKey), deadline)
        );
        _checkSignature(patient, structHash, deadline, signature);
        _revoke(patient, grantee, folders_);
    }

    /// @inheritdoc IConsents
    function rotate(uint48[] calldata folders_, bool voidGrants, bytes32 keyring) external {
        _rotate(msg.sender, folders_, voidGrants, keyring);
    }

    /// @inheritdoc IConsents
    function rotateFor(
        address patient,
        uint48[] calldata folders_,
        bool voidGrants,
        bytes32 keyring,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                ROTATE_TYPE,
                patient,
                _hashFolders(folders_),
                voidGrants,
                keyring,
                _useNonce(patient, nonceKey),
                deadline
            )
        );
        _checkSignature(patient, structHash, deadline, signature);
        _rotate(patient, folders_, voidGrants, keyring);
    }

    /// @inheritdoc IConsents
    function may(
        address grantee,
        address patient,
        uint48 folder,
        uint8 rights,
        uint16 purposes
    ) external view returns (bool) {
        return isActive(grantee) && _holds(grantee, patient, folder, rights, purposes, folders[patient][folder].floor);
    }

    /// @dev `may` without the question whether the grantee is active, for a caller who has read the folder and asked.
    function _holds(
        address grantee,
        address patient,
        uint48 folder,
        uint8 rights,
        uint16 purposes,
        uint16 floor
    ) internal view returns (bool) {
        Grant storage g = grants[patient][grantee][folder];
        return
            block.timestamp < g.until &&
            g.epoch >= floor &&
            g.rights & rights == rights &&
            g.purposes & purposes == purposes;
    }

    function _grant(address patient, Terms[] calldata terms, bytes32 receipt) private {
        _requirePatient(patient);
        if (terms.length == 0) revert BadTerms();
        for (uint256 i; i < terms.length; ++i) {
            Terms calldata t = terms[i];
            bool rightsKnown = t.rights != 0 && t.rights & ~ALL_RIGHTS == 0;
            if (t.until <= block.timestamp || !rightsKnown || t.purposes == 0 || _roleOf(t.grantee) == Role.None) {
                revert BadTerms();
            }
            uint16 epoch = folders[patient][t.folder].epoch;
            Grant storage g = grants[patient][t.grantee][t.folder];
            (g.from, g.until, g.epoch) = (uint40(block.timestamp), t.until, epoch);
            (g.purposes, g.rights) = (t.purposes, t.rights);
            emit Granted(patient, t.grantee, t.folder, t.until, t.purposes, t.rights, epoch, receipt);
        }
    }

    /// @dev The slot keeps `from`, so that a later grant to the same grantee does not pay for a new slot.
    function _revoke(address patient, address grantee, uint48[] calldata folders_) private {
        if (folders_.length == 0) revert BadTerms();
        for (uint256 i; i < folders_.length; ++i) {
            Grant storage g = grants[patient][grantee][folders_[i]];
            // A grant that ran out earlier keeps the time at which it did: the slot is what an auditor reads.
            if (g.until > block.timestamp) g.until = uint40(block.timestamp);
            g.rights = 0;
            emit Revoked(patient, grantee, folders_[i]);
        }
    }

    function _rotate(address patient, uint48[] calldata folders_, bool voidGrants, bytes32 keyring) private {
        if (folders_.length == 0) revert BadTerms();
        for (uint256 i; i < folders_.length; ++i) {
            Folder storage f = folders[patient][folders_[i]];
            uint16 epoch = f.epoch + 1;
            f.epoch = epoch;
            if (voidGrants) f.floor = epoch;
            emit Rotated(patient, folders_[i], epoch, voidGrants, keyring);
        }
    }

    /// @dev EIP-712: an array is the hash of its members' hashes, one after the other.
    function _hashTerms(Terms[] calldata terms) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](terms.length);
        for (uint256 i; i < terms.length; ++i) hashes[i] = keccak256(abi.encode(TERMS_TYPE, terms[i]));
        return keccak256(abi.encodePacked(hashes));
    }

    /// @dev Packed encoding pads the members of an array to 32 bytes, as EIP-712 wants them.
    function _hashFolders(uint48[] calldata folders_) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(folders_));
    }
}
