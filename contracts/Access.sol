// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccess} from "./interfaces/IAccess.sol";
import {READ} from "./interfaces/IConsents.sol";
import {BREAK_THE_GLASS} from "./interfaces/IEmergencies.sol";
import {Emergencies} from "./Emergencies.sol";

/// @title Openings on the record, and strikes against those who try without consent.
abstract contract Access is IAccess, Emergencies {
    uint8 private constant FREE_STRIKES = 2;
    uint40 private constant FIRST_LOCK = 1 hours;
    uint8 private constant MOST_DOUBLINGS = 12;

    bytes32 private constant READ_TYPE = keccak256(
        "Read(address signer,address patient,uint48 folder,bytes32[] records,uint16 purpose,address manager,uint256 blockNumber,bytes32 blockHash,bytes32 nonce)"
    );

    /// @inheritdoc IAccess
    mapping(address who => Strikes) public override strikes;

    /// @inheritdoc IAccess
    function access(address patient, uint48 folder, bytes32 id, uint16 purpose) external returns (bool allowed) {
        _requireActive(msg.sender);
        allowed = msg.sender == patient || (purpose != 0 && may(msg.sender, patient, folder, READ, purpose));
        if (!allowed) _strike(msg.sender);
        emit Accessed(msg.sender, patient, folder, id, purpose, allowed);
    }

    /// @inheritdoc IAccess
    function report(Reading calldata r, bytes calldata signature) external {
        _requireMember(r.signer);
        // One request is one strike: what was signed before the newest strike has had its answer.
        bool known = r.blockHash != 0 && blockhash(r.blockNumber) == r.blockHash;
        if (!known || r.blockNumber <= strikes[r.signer].last || r.signer == r.patient || r.purpose == 0) {
            revert NoOffence();
        }
        if (!_lacksConsent(_grants[r.patient][r.signer][r.folder], r.purpose, r.blockNumber)) revert NoOffence();
        _checkSignature(r.signer, _hashReading(r), block.timestamp, signature);
        _strike(r.signer);
        emit Accessed(r.signer, r.patient, r.folder, 0, r.purpose, false);
    }

    /// @inheritdoc IAccess
    function anchorLog(uint64 size, bytes32 root) external {
        _requireActiveAs(msg.sender, Role.EhrManager);
        emit LogAnchored(msg.sender, size, root);
    }

    /// @inheritdoc IAccess
    function clearStrikes(address who) external onlyOwner {
        delete strikes[who];
        _lock(who, 0);
        emit StrikesCleared(who);
    }

    /// @dev Whether the slot proves that there was no consent from a block on. It knows the newest change only, so where that
    /// came in this block or later it proves nothing. Nor does the end of a grant: it is a time, and a block's number tells
    /// none. Grants that a rotation voided, or of another membership, count as held: the slot does not say since when.
    function _lacksConsent(Grant storage g, uint16 purpose, uint256 since) private view returns (bool) {
        if (purpose == BREAK_THE_GLASS && g.emergencyUntil != 0) return false;
        if (g.changed == 0) return true;
        return g.changed < since && (g.rights & READ == 0 || g.purposes & purpose != purpose);
    }

    /// @dev EIP-712: an array of words is the hash of the words one after the other.
    function _hashReading(Reading calldata r) private pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    READ_TYPE,
                    r.signer,
                    r.patient,
                    r.folder,
                    keccak256(abi.encodePacked(r.records)),
                    r.purpose,
                    r.manager,
                    r.blockNumber,
                    r.blockHash,
                    r.nonce
                )
            );
    }

    /// @dev It never reverts, or the count would be lost.
    function _strike(address who) private {
        Strikes storage s = strikes[who];
        uint8 count = s.count == type(uint8).max ? s.count : s.count + 1;
        (s.count, s.last) = (count, uint40(block.number));
        uint40 until;
        if (count > FREE_STRIKES) {
            uint8 doublings = count - FREE_STRIKES - 1;
            until = uint40(block.timestamp) + (FIRST_LOCK << (doublings > MOST_DOUBLINGS ? MOST_DOUBLINGS : doublings));
            _lock(who, until);
        }
        emit Struck(who, count, until);
    }
}
