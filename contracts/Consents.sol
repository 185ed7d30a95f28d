// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsents, READ, WRITE, DISPENSE, SHARE, PAYMENT} from "./interfaces/IConsents.sol";
import {BREAK_THE_GLASS} from "./interfaces/IEmergencies.sol";
import {Members} from "./Members.sol";

/// @title Folders of a patient and the time-limited, purpose-bound grants to them.
abstract contract Consents is IConsents, Members {
    bytes32 private constant REQUEST_TYPE = keccak256(
        "Request(address signer,address patient,uint48 folder,uint40 until,uint16 purposes,uint8 rights,bytes32 note,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant GRANT_TYPE = keccak256(
        "Grant(address signer,Terms[] terms,bytes32 receipt,uint256 nonce,uint256 deadline)Terms(address grantee,uint48 folder,uint40 from,uint40 until,uint16 purposes,uint8 rights)"
    );
    bytes32 private constant GRANT_AS_TYPE = keccak256(
        "GrantAs(address signer,address patient,Terms[] terms,bytes32 receipt,uint256 nonce,uint256 deadline)Terms(address grantee,uint48 folder,uint40 from,uint40 until,uint16 purposes,uint8 rights)"
    );
    bytes32 private constant TERMS_TYPE = keccak256(
        "Terms(address grantee,uint48 folder,uint40 from,uint40 until,uint16 purposes,uint8 rights)"
    );
    bytes32 private constant REVOKE_TYPE = keccak256(
        "Revoke(address signer,address grantee,uint48[] folders,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant ROTATE_TYPE = keccak256(
        "Rotate(address signer,uint48[] folders,bool voidGrants,bytes32 keyring,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant SET_KEYRING_TYPE = keccak256(
        "SetKeyring(address signer,uint48[] folders,bytes32 keyring,uint256 nonce,uint256 deadline)"
    );

    uint8 private constant ALL_RIGHTS = READ | WRITE | DISPENSE | SHARE;

    /// @inheritdoc IConsents
    mapping(address patient => mapping(uint48 folder => Folder)) public override folders;
    mapping(address patient => mapping(address grantee => mapping(uint48 folder => Grant))) internal _grants;

    /// @inheritdoc IConsents
    function request(Wish calldata wish) external {
        _request(msg.sender, wish);
    }

    /// @inheritdoc IConsents
    function requestFor(
        address by,
        Wish calldata wish,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(abi.encode(REQUEST_TYPE, by, wish, _useNonce(by, nonceKey), deadline));
        _checkSignature(by, structHash, deadline, signature);
        _request(by, wish);
    }

    /// @inheritdoc IConsents
    function grant(Terms[] calldata terms, bytes32 receipt) external {
        _grantAll(msg.sender, terms, receipt);
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
        _grantAll(patient, terms, receipt);
    }

    /// @inheritdoc IConsents
    function grantAs(address patient, Terms[] calldata terms, bytes32 receipt) external {
        _grantAs(msg.sender, patient, terms, receipt);
    }

    /// @inheritdoc IConsents
    function grantAsFor(
        address delegate,
        address patient,
        Terms[] calldata terms,
        bytes32 receipt,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                GRANT_AS_TYPE,
                delegate,
                patient,
                _hashTerms(terms),
                receipt,
                _useNonce(delegate, nonceKey),
                deadline
            )
        );
        _checkSignature(delegate, structHash, deadline, signature);
        _grantAs(delegate, patient, terms, receipt);
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
    function setKeyring(uint48[] calldata folders_, bytes32 keyring) external {
        _setKeyring(msg.sender, folders_, keyring);
    }

    /// @inheritdoc IConsents
    function setKeyringFor(
        address patient,
        uint48[] calldata folders_,
        bytes32 keyring,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                SET_KEYRING_TYPE,
                patient,
                _hashFolders(folders_),
                keyring,
                _useNonce(patient, nonceKey),
                deadline
            )
        );
        _checkSignature(patient, structHash, deadline, signature);
        _setKeyring(patient, folders_, keyring);
    }

    /// @inheritdoc IConsents
    function grants(address patient, address grantee, uint48 folder) external view returns (Grant memory) {
        return _grants[patient][grantee][folder];
    }

    /// @inheritdoc IConsents
    function may(
        address grantee,
        address patient,
        uint48 folder,
        uint8 rights,
        uint16 purposes
    ) public view returns (bool) {
        uint16 membership = _activeMembership(grantee);
        if (membership == 0) return false;
        return _holds(_grants[patient][grantee][folder], rights, purposes, folders[patient][folder].floor, membership);
    }

    /// @dev `may` without the question whether the grantee is active, for a caller who has read the folder and asked.
    function _holds(
        Grant storage g,
        uint8 rights,
        uint16 purposes,
        uint16 floor,
        uint16 membership
    ) internal view returns (bool) {
        (uint40 from, uint40 until, uint16 epoch, uint16 to) = (g.from, g.until, g.epoch, g.membership);
        (uint16 covers, uint8 gives) = (g.purposes, g.rights);
        bool standing = block.timestamp >= from && block.timestamp < until && epoch >= floor && to == membership;
        if (standing && gives & rights == rights && covers & purposes == purposes) return true;
        // An emergency opening covers reading, for its one purpose.
        bool covered = rights | READ == READ && purposes | BREAK_THE_GLASS == BREAK_THE_GLASS;
        if (!covered) return false;
        (until, epoch, to) = (g.emergencyUntil, g.emergencyEpoch, g.emergencyMembership);
        return block.timestamp < until && epoch >= floor && to == membership;
    }

    /// @dev EIP-712 wants the members of an array padded to 32 bytes, as packed encoding pads them.
    function _hashFolders(uint48[] calldata folders_) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(folders_));
    }

    /// @dev Whether a grant has neither ended nor been withdrawn or voided, nor was it to another membership; it may be yet
    /// to begin.
    function _stands(Grant storage g, uint16 floor, uint16 membership) private view returns (bool) {
        return block.timestamp < g.until && g.epoch >= floor && g.membership == membership;
    }

    function _grantAs(address delegate, address patient, Terms[] calldata terms, bytes32 receipt) private {
        uint16 membership = _requireActive(delegate);
        for (uint256 i; i < terms.length; ++i) _requireWithinDelegation(delegate, patient, membership, terms[i]);
        _grantAll(patient, terms, receipt);
        for (uint256 i; i < terms.length; ++i) {
            emit GrantedBy(patient, delegate, terms[i].grantee, terms[i].folder);
        }
    }

    function _requireWithinDelegation(
        address delegate,
        address patient,
        uint16 membership,
        Terms calldata t
    ) private view {
        uint16 floor = folders[patient][t.folder].floor;
        Grant storage own = _grants[patient][delegate][t.folder];
        if (!_holds(own, SHARE, 0, floor, membership)) revert NoConsent(patient, delegate);
        uint8 shareable = (own.rights & ~SHARE) | READ;
        bool within = t.rights & ~shareable == 0 && t.purposes & ~own.purposes == 0 && t.until <= own.until;
        bool replaces = _stands(_grants[patient][t.grantee][t.folder], floor, _membershipOf(t.grantee));
        if (!within || replaces) revert BadTerms();
    }

    function _request(address by, Wish calldata w) private {
        _requireInGoodStanding(by);
        emit Requested(by, w.patient, w.folder, w.until, w.purposes, w.rights, w.note);
    }

    function _grantAll(address patient, Terms[] calldata terms, bytes32 receipt) private {
        if (terms.length == 0) revert BadTerms();
        _requirePatient(patient);
        for (uint256 i; i < terms.length; ++i) _grant(patient, terms[i], receipt);
    }

    function _grant(address patient, Terms calldata t, bytes32 receipt) private {
        bool rightsKnown = t.rights != 0 && t.rights & ~ALL_RIGHTS == 0;
        uint40 from = t.from > block.timestamp ? t.from : uint40(block.timestamp);
        uint16 membership = _membershipFor(t.grantee, t.purposes == PAYMENT);
        if (t.until <= from || !rightsKnown || t.purposes == 0 || membership == 0) revert BadTerms();
        uint16 epoch = folders[patient][t.folder].epoch;
        _store(_grants[patient][t.grantee][t.folder], from, epoch, membership, t);
        emit Granted(patient, t.grantee, t.folder, from, t.until, t.purposes, t.rights, epoch, receipt);
    }

    /// @dev Everything is at hand before the first field is written, so that the optimiser makes one write of them all.
    function _store(Grant storage g, uint40 from, uint16 epoch, uint16 membership, Terms calldata t) private {
        (uint40 until, uint16 purposes, uint8 rights) = (t.until, t.purposes, t.rights);
        uint40 here = uint40(block.number);
        g.from = from;
        g.until = until;
        g.epoch = epoch;
        g.purposes = purposes;
        g.rights = rights;
        g.membership = membership;
        g.changed = here;
    }

    /// @dev The slot keeps `from`, so that a later grant to the same grantee does not pay for a new slot.
    function _revoke(address patient, address grantee, uint48[] calldata folders_) private {
        if (folders_.length == 0) revert BadTerms();
        for (uint256 i; i < folders_.length; ++i) {
            Grant storage g = _grants[patient][grantee][folders_[i]];
            if (g.until > block.timestamp) g.until = uint40(block.timestamp);
            if (g.emergencyUntil > block.timestamp) g.emergencyUntil = uint40(block.timestamp);
            g.rights = 0;
            g.changed = uint40(block.number);
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

    function _setKeyring(address patient, uint48[] calldata folders_, bytes32 keyring) private {
        if (folders_.length == 0) revert BadTerms();
        for (uint256 i; i < folders_.length; ++i) {
            emit KeyringSet(patient, folders_[i], folders[patient][folders_[i]].epoch, keyring);
        }
    }

    /// @dev EIP-712: an array is the hash of its members' hashes, one after the other.
    function _hashTerms(Terms[] calldata terms) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](terms.length);
        for (uint256 i; i < terms.length; ++i) hashes[i] = keccak256(abi.encode(TERMS_TYPE, terms[i]));
        return keccak256(abi.encodePacked(hashes));
    }
}
