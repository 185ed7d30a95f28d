// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {SignedCalls} from "./SignedCalls.sol";

/// @title Members, their keys, profiles and portals.
abstract contract Members is IMembers, Ownable2Step, SignedCalls {
    bytes32 private constant JOIN_TYPE = keccak256("Join(address signer,bytes32 key,uint256 nonce,uint256 deadline)");
    bytes32 private constant SET_KEY_TYPE = keccak256(
        "SetKey(address signer,bytes32 key,uint256 nonce,uint256 deadline)"
    );

    mapping(address who => Member) private _members;
    mapping(bytes32 origin => address hospital) private _claims;

    /// @inheritdoc IMembers
    mapping(address who => bytes32) public override encryptionKey;
    /// @inheritdoc IMembers
    mapping(address who => bytes32) public override profile;

    /// @param admin The first owner. It enrols registrars and removes members; it sees and grants nothing.
    constructor(address admin) Ownable(admin) {}

    /// @inheritdoc IMembers
    function enrol(address who, Role role) external {
        if (!_mayEnrol(msg.sender, role)) revert MayNotEnrol(msg.sender, role);
        _enrol(who, role, msg.sender);
    }

    /// @inheritdoc IMembers
    function join(bytes32 key) external {
        _join(msg.sender, key);
    }

    /// @inheritdoc IMembers
    function joinFor(address who, bytes32 key, uint192 nonceKey, uint256 deadline, bytes calldata signature) external {
        _checkSignature(who, _hashKey(JOIN_TYPE, who, key, nonceKey, deadline), deadline, signature);
        _join(who, key);
    }

    /// @inheritdoc IMembers
    function setKey(bytes32 key) external {
        _setKey(msg.sender, key);
    }

    /// @inheritdoc IMembers
    function setKeyFor(
        address who,
        bytes32 key,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _checkSignature(who, _hashKey(SET_KEY_TYPE, who, key, nonceKey, deadline), deadline, signature);
        _setKey(who, key);
    }

    /// @inheritdoc IMembers
    function setProfile(bytes32 digest) external {
        _requireMember(msg.sender);
        profile[msg.sender] = digest;
        emit ProfileSet(msg.sender, digest);
    }

    /// @inheritdoc IMembers
    function setOrigin(bytes32 origin, bool ours) external {
        address holder = _claims[origin];
        bool clerk = msg.sender == owner() || _isActiveAs(msg.sender, Role.Registrar);
        if (ours || !clerk) {
            if (!_isActiveAs(msg.sender, Role.Hospital)) revert NotA(Role.Hospital, msg.sender);
            // A claim lapses with its hospital, or a closed hospital would hold its origins for ever.
            if (holder != msg.sender && _isActiveAs(holder, Role.Hospital)) revert OriginTaken(origin);
        }
        _claims[origin] = ours ? msg.sender : address(0);
        emit OriginSet(ours ? msg.sender : holder, origin, ours);
    }

    /// @inheritdoc IMembers
    function remove(address who) external {
        _requireMember(who);
        Member storage m = _members[who];
        Role role = m.role;
        // A removed registrar or hospital must not take down, on its way out, those it once let in.
        bool answers = msg.sender == m.enroller && (msg.sender == who || _mayEnrol(msg.sender, role));
        if (msg.sender != owner() && !answers) revert MayNotEnrol(msg.sender, role);
        (m.role, m.enroller) = (Role.None, address(0));
        emit Removed(who, msg.sender);
    }

    /// @notice Not possible: without an owner nobody could replace a registrar. Hand the ownership over instead.
    /// @dev Always reverts, with `OwnableInvalidOwner(0)`.
    function renounceOwnership() public pure override {
        revert OwnableInvalidOwner(address(0));
    }

    /// @inheritdoc IMembers
    function member(address who) external view returns (Member memory) {
        return _members[who];
    }

    /// @inheritdoc IMembers
    function hospitalOf(bytes32 origin) external view returns (address) {
        address holder = _claims[origin];
        return _isActiveAs(holder, Role.Hospital) ? holder : address(0);
    }

    /// @inheritdoc IMembers
    function isActive(address who) public view returns (bool) {
        Member storage m = _members[who];
        Role role = m.role;
        if (role == Role.None || m.lockedUntil > block.timestamp) return false;
        if (!_isStaff(role)) return true;
        Member storage h = _members[m.enroller];
        return h.role == Role.Hospital && h.lockedUntil <= block.timestamp;
    }

    function _roleOf(address who) internal view returns (Role) {
        return _members[who].role;
    }

    function _requireActive(address who) internal view {
        if (!isActive(who)) revert NotActive(who);
    }

    function _requirePatient(address who) internal view {
        if (_roleOf(who) != Role.Patient) revert NotA(Role.Patient, who);
    }

    function _requireMember(address who) private view {
        if (_roleOf(who) == Role.None) revert NotActive(who);
    }

    function _isActiveAs(address who, Role role) private view returns (bool) {
        return _roleOf(who) == role && isActive(who);
    }

    function _mayEnrol(address by, Role role) private view returns (bool) {
        if (role == Role.Registrar) return by == owner();
        if (role == Role.Hospital || role == Role.EhrManager) return _isActiveAs(by, Role.Registrar);
        return _isStaff(role) && _isActiveAs(by, Role.Hospital);
    }

    function _isStaff(Role role) private pure returns (bool) {
        return role >= Role.Doctor && role <= Role.Researcher;
    }

    function _join(address who, bytes32 key) private {
        _enrol(who, Role.Patient, who);
        _setKey(who, key);
    }

    /// @dev Writes role and enroller only: strikes and lock belong to the account, whatever its role.
    function _enrol(address who, Role role, address enroller) private {
        Member storage m = _members[who];
        if (m.role != Role.None) revert AlreadyEnrolled(who);
        (m.role, m.enroller) = (role, enroller);
        emit Enrolled(who, role, enroller);
    }

    function _setKey(address who, bytes32 key) private {
        _requireMember(who);
        if (key == 0) revert BadKey();
        encryptionKey[who] = key;
        emit KeySet(who, key);
    }

    /// @dev `Join` and `SetKey` differ by name only. Uses up the nonce.
    function _hashKey(
        bytes32 typeHash,
        address who,
        bytes32 key,
        uint192 nonceKey,
        uint256 deadline
    ) private returns (bytes32) {
        return keccak256(abi.encode(typeHash, who, key, _useNonce(who, nonceKey), deadline));
    }
}
