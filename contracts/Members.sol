// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {SignedCalls} from "./SignedCalls.sol";

/// @title Members, their keys, profiles and portals.
abstract contract Members is IMembers, Ownable2Step, SignedCalls {
    uint256 private constant MAX_ORIGINS = 16;

    bytes32 private constant JOIN_TYPE = keccak256("Join(address signer,bytes32 key,uint256 nonce,uint256 deadline)");
    bytes32 private constant SET_KEY_TYPE = keccak256(
        "SetKey(address signer,bytes32 key,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant VOUCHER_TYPE = keccak256(
        "Voucher(address signer,address who,uint8 role,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant REDEEM_TYPE = keccak256(
        "Redeem(address signer,bytes32 key,uint8 role,address enroller,uint256 nonce,uint256 deadline)"
    );

    mapping(address who => Member) private _members;
    mapping(bytes32 origin => address hospital) private _claims;

    /// @inheritdoc IMembers
    mapping(address who => bytes32) public override encryptionKey;
    /// @inheritdoc IMembers
    mapping(address who => bytes32) public override profile;
    /// @inheritdoc IMembers
    mapping(address hospital => uint256) public override originCount;

    /// @param admin The first owner. It enrols registrars, and suspends and removes members; it sees and grants nothing.
    constructor(address admin) Ownable(admin) SignedCalls("HealthRegistry") {}

    /// @inheritdoc IMembers
    function enrol(address who, Role role) external {
        if (!_mayEnrol(msg.sender, role)) revert MayNotEnrol(msg.sender, role);
        _enrol(who, role, msg.sender);
    }

    /// @inheritdoc IMembers
    function join(bytes32 key) external {
        _join(msg.sender, key, Role.Patient, msg.sender);
    }

    /// @inheritdoc IMembers
    function joinFor(address who, bytes32 key, uint192 nonceKey, uint256 deadline, bytes calldata signature) external {
        _checkSignature(who, _hashKey(JOIN_TYPE, who, key, nonceKey, deadline), deadline, signature);
        _join(who, key, Role.Patient, who);
    }

    /// @inheritdoc IMembers
    function redeem(bytes32 key, Voucher calldata voucher) external {
        _redeem(msg.sender, key, voucher);
    }

    /// @inheritdoc IMembers
    function redeemFor(
        address who,
        bytes32 key,
        Voucher calldata voucher,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        // Role and enroller are signed too, or a patient's wish to join could be turned into an employment.
        uint256 nonce = _useNonce(who, nonceKey);
        bytes32 structHash = keccak256(
            abi.encode(REDEEM_TYPE, who, key, voucher.role, voucher.enroller, nonce, deadline)
        );
        _checkSignature(who, structHash, deadline, signature);
        _redeem(who, key, voucher);
    }

    /// @inheritdoc IMembers
    function suspend(address who) external {
        Member storage m = _requireAnswerable(who);
        if (msg.sender == owner()) m.suspension = Suspension.ByOwner;
        else if (m.suspension == Suspension.None) m.suspension = Suspension.ByEnroller;
        emit Suspended(who, msg.sender, true);
    }

    /// @inheritdoc IMembers
    function restore(address who) external {
        Member storage m = _requireAnswerable(who);
        if (m.suspension == Suspension.ByOwner && msg.sender != owner()) revert MayNotEnrol(msg.sender, m.role);
        m.suspension = Suspension.None;
        emit Suspended(who, msg.sender, false);
    }

    /// @inheritdoc IMembers
    function remove(address who) external {
        Member storage m = msg.sender == who ? _requireMember(who) : _requireAnswerable(who);
        (m.role, m.enroller) = (Role.None, address(0));
        emit Removed(who, msg.sender);
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
        bool clerk = msg.sender == owner() || isActiveAs(msg.sender, Role.Registrar);
        if (ours || !clerk) {
            _requireActiveAs(msg.sender, Role.Hospital);
            // A claim lapses with its hospital, or a closed hospital would hold its origins for ever.
            if (holder != msg.sender && isActiveAs(holder, Role.Hospital)) revert OriginTaken(origin);
        }
        if (holder != address(0)) --originCount[holder];
        if (ours && ++originCount[msg.sender] > MAX_ORIGINS) revert TooManyOrigins(msg.sender);
        _claims[origin] = ours ? msg.sender : address(0);
        emit OriginSet(ours ? msg.sender : holder, origin, ours);
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
        return isActiveAs(holder, Role.Hospital) ? holder : address(0);
    }

    /// @inheritdoc IMembers
    function isActive(address who) public view returns (bool) {
        return _activeMembership(who) != 0;
    }

    /// @inheritdoc IMembers
    function isActiveAs(address who, Role role) public view returns (bool) {
        return _members[who].role == role && isActive(who);
    }

    function _requireActive(address who) internal view returns (uint16 membership) {
        membership = _activeMembership(who);
        if (membership == 0) revert NotActive(who);
    }

    /// @dev Looks at the member's own slot only, not at its hospital's.
    function _requireInGoodStanding(address who) internal view {
        Member storage m = _requireMember(who);
        if (!_inGoodStanding(m.suspension, m.lockedUntil)) revert NotActive(who);
    }

    function _requireActiveAs(address who, Role role) internal view {
        if (!isActiveAs(who, role)) revert NotA(role, who);
    }

    function _requirePatient(address who) internal view {
        if (_members[who].role != Role.Patient) revert NotA(Role.Patient, who);
    }

    function _requireMember(address who) internal view returns (Member storage m) {
        m = _members[who];
        if (m.role == Role.None) revert NotActive(who);
    }

    /// @return Which membership of the account this is, 0 where it has none.
    function _membershipOf(address who) internal view returns (uint16) {
        return _membershipFor(who, true);
    }

    /// @param forPayment Whether it is to be given something for payment: nothing else is given to a payer.
    /// @return The same, and 0 as well where it may not be given that.
    function _membershipFor(address who, bool forPayment) internal view returns (uint16) {
        Member storage m = _members[who];
        Role role = m.role;
        return role == Role.None || (role == Role.Payer && !forPayment) ? 0 : m.membership;
    }

    /// @dev Everything of a slot is read at once, so that the optimiser makes one read of it.
    /// @return The same, and 0 as well while it is not active.
    function _activeMembership(address who) internal view returns (uint16) {
        Member storage m = _members[who];
        (Role role, Suspension suspension, uint40 lockedUntil) = (m.role, m.suspension, m.lockedUntil);
        (uint16 membership, uint16 vouchedBy, address enroller) = (m.membership, m.vouchedBy, m.enroller);
        if (role == Role.None || !_inGoodStanding(suspension, lockedUntil)) return 0;
        return !_isStaff(role) || _vouches(enroller, vouchedBy) ? membership : 0;
    }

    function _lock(address who, uint40 until) internal {
        _members[who].lockedUntil = until;
    }

    /// @dev The member, if the caller answers for it: the owner for all but patients, and an enroller for its own as long
    /// as it could enrol them again; a removed registrar or hospital must not take down, on its way out, those it let in.
    function _requireAnswerable(address who) private view returns (Member storage m) {
        m = _requireMember(who);
        Role role = m.role;
        bool answers = msg.sender == m.enroller && _mayEnrol(msg.sender, role);
        if (role == Role.Patient || (msg.sender != owner() && !answers)) revert MayNotEnrol(msg.sender, role);
    }

    /// @dev Whether a hospital still is the member that vouched for its staff, and in good standing.
    function _vouches(address hospital, uint16 vouchedBy) private view returns (bool) {
        Member storage h = _members[hospital];
        (Role role, Suspension suspension, uint40 lockedUntil) = (h.role, h.suspension, h.lockedUntil);
        uint16 membership = h.membership;
        return role == Role.Hospital && membership == vouchedBy && _inGoodStanding(suspension, lockedUntil);
    }

    function _inGoodStanding(Suspension suspension, uint40 lockedUntil) private view returns (bool) {
        return suspension == Suspension.None && lockedUntil <= block.timestamp;
    }

    function _mayEnrol(address by, Role role) private view returns (bool) {
        if (role == Role.Registrar) return by == owner();
        if (role == Role.None || role == Role.Patient) return false;
        return isActiveAs(by, _isStaff(role) ? Role.Hospital : Role.Registrar);
    }

    function _isStaff(Role role) private pure returns (bool) {
        return role >= Role.Doctor && role <= Role.Researcher;
    }

    function _redeem(address who, bytes32 key, Voucher calldata v) private {
        bool vouches = v.role == Role.Patient ? isActiveAs(v.enroller, Role.Hospital) : _mayEnrol(v.enroller, v.role);
        if (!vouches) revert MayNotEnrol(v.enroller, v.role);
        // A sequence per person: a voucher is used once, and no voucher waits for another's.
        uint256 nonce = _useNonce(v.enroller, uint192(uint160(who)));
        bytes32 structHash = keccak256(abi.encode(VOUCHER_TYPE, v.enroller, who, v.role, nonce, v.deadline));
        _checkSignature(v.enroller, structHash, v.deadline, v.signature);
        _join(who, key, v.role, v.enroller);
    }

    function _join(address who, bytes32 key, Role role, address enroller) private {
        _enrol(who, role, enroller);
        _setKey(who, key);
    }

    /// @dev Suspension and lock stay as they are: they belong to the account, whatever its role.
    function _enrol(address who, Role role, address enroller) private {
        Member storage m = _members[who];
        if (m.role != Role.None) revert AlreadyEnrolled(who);
        uint16 vouchedBy = _isStaff(role) ? _members[enroller].membership : 0;
        (m.role, m.membership, m.vouchedBy, m.enroller) = (role, m.membership + 1, vouchedBy, enroller);
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
