// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {ICareOrders} from "./interfaces/ICareOrders.sol";
import {WRITE, DISPENSE} from "./interfaces/IConsents.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {HealthRegistry} from "./HealthRegistry.sol";
import {SignedCalls} from "./SignedCalls.sol";

/// @title Prescriptions and test orders of one health network. It has no owner and nothing to configure.
contract CareOrders is ICareOrders, SignedCalls, Multicall {
    bytes32 private constant ORDER_TYPE = keccak256(
        "Order(address signer,uint8 kind,address patient,uint48 folder,bytes32 commitment,uint40 until,uint8 times,bytes32 replaces,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant PLACE_ORDER_TYPE = keccak256(
        "PlaceOrder(address signer,address doctor,uint48 folder,bytes32 commitment,uint48 where,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant FULFIL_TYPE = keccak256(
        "Fulfil(address signer,uint8 kind,address patient,address doctor,uint48 folder,bytes32 commitment,bytes32 result,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant CANCEL_ORDER_TYPE = keccak256(
        "CancelOrder(address signer,address patient,uint48 folder,bytes32 commitment,uint256 nonce,uint256 deadline)"
    );

    /// @notice Says who is who, and who may what.
    HealthRegistry public immutable REGISTRY;

    /// @inheritdoc ICareOrders
    mapping(bytes32 id => Order) public override orders;
    /// @inheritdoc ICareOrders
    mapping(bytes32 id => uint48) public override placedIn;

    /// @param registry The network's registry.
    constructor(HealthRegistry registry) SignedCalls("CareOrders") {
        REGISTRY = registry;
    }

    /// @inheritdoc ICareOrders
    function prescribe(
        address patient,
        uint48 folder,
        bytes32 commitment,
        uint40 until,
        uint8 fills,
        bytes32 replaces
    ) external returns (bytes32 id) {
        return _order(msg.sender, Kind.Prescription, Draft(patient, folder, commitment, until, fills, replaces));
    }

    /// @inheritdoc ICareOrders
    function orderTest(
        address patient,
        uint48 folder,
        bytes32 commitment,
        uint40 until,
        bytes32 replaces
    ) external returns (bytes32 id) {
        return _order(msg.sender, Kind.Test, Draft(patient, folder, commitment, until, 1, replaces));
    }

    /// @inheritdoc ICareOrders
    function orderFor(
        address doctor,
        Kind kind,
        Draft calldata draft,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 id) {
        // The fields of a struct of words are encoded as they would be one by one.
        bytes32 structHash = keccak256(
            abi.encode(ORDER_TYPE, doctor, kind, draft, _useNonce(doctor, nonceKey), deadline)
        );
        _checkSignature(doctor, structHash, deadline, signature);
        return _order(doctor, kind, draft);
    }

    /// @inheritdoc ICareOrders
    function place(address doctor, uint48 folder, bytes32 commitment, uint48 where) external {
        _place(msg.sender, doctor, folder, commitment, where);
    }

    /// @inheritdoc ICareOrders
    function placeFor(
        address patient,
        address doctor,
        uint48 folder,
        bytes32 commitment,
        uint48 where,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        uint256 nonce = _useNonce(patient, nonceKey);
        bytes32 structHash = keccak256(
            abi.encode(PLACE_ORDER_TYPE, patient, doctor, folder, commitment, where, nonce, deadline)
        );
        _checkSignature(patient, structHash, deadline, signature);
        _place(patient, doctor, folder, commitment, where);
    }

    /// @inheritdoc ICareOrders
    function dispense(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 receipt) external {
        _fulfil(msg.sender, Kind.Prescription, Result(patient, doctor, folder, commitment, receipt));
    }

    /// @inheritdoc ICareOrders
    function reportTest(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 report) external {
        _fulfil(msg.sender, Kind.Test, Result(patient, doctor, folder, commitment, report));
    }

    /// @inheritdoc ICareOrders
    function fulfilFor(
        address by,
        Kind kind,
        Result calldata result,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(abi.encode(FULFIL_TYPE, by, kind, result, _useNonce(by, nonceKey), deadline));
        _checkSignature(by, structHash, deadline, signature);
        _fulfil(by, kind, result);
    }

    /// @inheritdoc ICareOrders
    function cancel(address patient, uint48 folder, bytes32 commitment) external {
        _cancel(msg.sender, patient, folder, commitment, 0);
    }

    /// @inheritdoc ICareOrders
    function cancelFor(
        address doctor,
        address patient,
        uint48 folder,
        bytes32 commitment,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        uint256 nonce = _useNonce(doctor, nonceKey);
        bytes32 structHash = keccak256(
            abi.encode(CANCEL_ORDER_TYPE, doctor, patient, folder, commitment, nonce, deadline)
        );
        _checkSignature(doctor, structHash, deadline, signature);
        _cancel(doctor, patient, folder, commitment, 0);
    }

    /// @inheritdoc ICareOrders
    function orderId(address patient, address doctor, uint48 folder, bytes32 commitment) public pure returns (bytes32) {
        return keccak256(abi.encode(patient, doctor, folder, commitment));
    }

    function _order(address doctor, Kind kind, Draft memory d) private returns (bytes32 id) {
        _requireRight(doctor, IMembers.Role.Doctor, d.patient, d.folder, WRITE);
        id = orderId(d.patient, doctor, d.folder, d.commitment);
        bool isOne = kind == Kind.Prescription ? d.times != 0 : kind == Kind.Test && d.times == 1;
        if (!isOne || orders[id].kind != Kind.None || d.until <= block.timestamp) revert BadOrder();
        orders[id] = Order(kind, doctor, d.until, d.times);
        emit Ordered(id, d.patient, doctor, kind, d.folder, d.until, d.times, d.commitment);
        if (d.replaces != 0) _cancel(doctor, d.patient, d.folder, d.replaces, id);
    }

    function _place(address patient, address doctor, uint48 folder, bytes32 commitment, uint48 where) private {
        bytes32 id = orderId(patient, doctor, folder, commitment);
        placedIn[id] = where;
        emit Placed(id, patient, where);
    }

    function _fulfil(address by, Kind kind, Result memory r) private {
        bytes32 id = orderId(r.patient, r.doctor, r.folder, r.commitment);
        uint48 where = placedIn[id];
        if (where == 0) where = r.folder;
        if (kind == Kind.Prescription) _requireRight(by, IMembers.Role.Pharmacist, r.patient, where, DISPENSE);
        else _requireRight(by, IMembers.Role.Lab, r.patient, where, WRITE);
        Order storage o = orders[id];
        if (o.kind != kind || o.left == 0 || block.timestamp >= o.until) revert NotOpen(id);
        uint8 left = o.left - 1;
        o.left = left;
        emit Fulfilled(id, r.patient, by, left, r.result);
    }

    /// @dev An order of nobody's, or another's, has another id.
    function _cancel(address doctor, address patient, uint48 folder, bytes32 commitment, bytes32 supersededBy) private {
        bytes32 id = orderId(patient, doctor, folder, commitment);
        Order storage o = orders[id];
        if (o.left == 0) revert NotOpen(id);
        o.left = 0;
        emit Cancelled(id, patient, supersededBy);
    }

    /// @dev `may` asks whether the member is active, so only its role is left to ask for.
    function _requireRight(address by, IMembers.Role role, address patient, uint48 folder, uint8 right) private view {
        if (REGISTRY.member(by).role != role) revert NotAllowed(by);
        if (!REGISTRY.may(by, patient, folder, right, 0)) revert NoConsent(patient, by);
    }
}
