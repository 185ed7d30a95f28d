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
    uint40 private constant REPORT_WITHIN = 1 days;

    bytes32 private constant READ_TYPE = keccak256(
        "Read(address signer,address patient,uint48 folder,uint16 purpose,uint40 at)"
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
    function report(
        address by,
        address patient,
        uint48 folder,
        uint16 purpose,
        uint40 signedAt,
        bytes calldata signature
    ) external {
        _requireMember(by);
        // One request is one strike: what was signed before the newest strike has had its answer.
        bool stale =
            signedAt > block.timestamp || signedAt + REPORT_WITHIN < block.timestamp || signedAt <= strikes[by].last;
        if (stale || by == patient || purpose == 0) revert NoOffence();
        if (!_lackedConsent(_grants[patient][by][folder], purpose, signedAt)) revert NoOffence();
        bytes32 structHash = keccak256(abi.encode(READ_TYPE, by, patient, folder, purpose, signedAt));
        _checkSignature(by, structHash, block.timestamp, signature);
        _strike(by);
        emit Accessed(by, patient, folder, 0, purpose, false);
    }

    /// @inheritdoc IAccess
    function clearStrikes(address who) external onlyOwner {
        delete strikes[who];
        _lock(who, 0);
        emit StrikesCleared(who);
    }

    /// @dev Whether the slot proves that there was no consent at a past time. It knows the newest grant only, so before
    /// that began, and before it was withdrawn, it proves nothing. Grants that a rotation voided count as held: the slot
    /// does not say when.
    function _lackedConsent(Grant storage g, uint16 purpose, uint40 signedAt) private view returns (bool) {
        uint40 opened = g.emergencyUntil;
        bool emergency = purpose == BREAK_THE_GLASS && signedAt < opened && signedAt + EMERGENCY >= opened;
        if (emergency) return false;
        if (signedAt >= g.until) return true;
        // Withdrawing leaves no rights, and `until` at the time of it: here it was still to come.
        bool unknown = signedAt < g.from || g.rights == 0;
        return !unknown && (g.rights & READ == 0 || g.purposes & purpose != purpose);
    }

    /// @dev It never reverts, or the count would be lost.
    function _strike(address who) private {
        Strikes storage s = strikes[who];
        uint8 count = s.count == type(uint8).max ? s.count : s.count + 1;
        (s.count, s.last) = (count, uint40(block.timestamp));
        uint40 until;
        if (count > FREE_STRIKES) {
            uint8 doublings = count - FREE_STRIKES - 1;
            until = uint40(block.timestamp) + (FIRST_LOCK << (doublings > MOST_DOUBLINGS ? MOST_DOUBLINGS : doublings));
            _lock(who, until);
        }
        emit Struck(who, count, until);
    }
}
