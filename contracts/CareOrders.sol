// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICareOrders} from "./interfaces/ICareOrders.sol";
import {WRITE, DISPENSE} from "./interfaces/IConsents.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {HealthRegistry} from "./HealthRegistry.sol";

/// @title Prescriptions and test orders of one health network. It has no owner and nothing to configure.
contract CareOrders is ICareOrders {
    /// @notice Says who is who, and who may what.
    HealthRegistry public immutable REGISTRY;

    /// @inheritdoc ICareOrders
    mapping(bytes32 id => Order) public override orders;

    /// @param registry The network's registry.
    constructor(HealthRegistry registry) {
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
        id = orderId(patient, msg.sender, folder, commitment);
        _order(id, Order(Kind.Prescription, msg.sender, until, fills), patient, folder, commitment);
        if (replaces != 0) _cancel(replaces, id);
    }

    /// @inheritdoc ICareOrders
    function orderTest(
        address patient,
        uint48 folder,
        bytes32 commitment,
        uint40 until,
        bytes32 replaces
    ) external returns (bytes32 id) {
        id = orderId(patient, msg.sender, folder, commitment);
        _order(id, Order(Kind.Test, msg.sender, until, 1), patient, folder, commitment);
        if (replaces != 0) _cancel(replaces, id);
    }

    /// @inheritdoc ICareOrders
    function dispense(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 receipt) external {
        _requireRight(IMembers.Role.Pharmacist, patient, folder, DISPENSE);
        _fulfil(Kind.Prescription, patient, orderId(patient, doctor, folder, commitment), receipt);
    }

    /// @inheritdoc ICareOrders
    function reportTest(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 report) external {
        _requireRight(IMembers.Role.Lab, patient, folder, WRITE);
        _fulfil(Kind.Test, patient, orderId(patient, doctor, folder, commitment), report);
    }

    /// @inheritdoc ICareOrders
    function cancel(bytes32 id) external {
        _cancel(id, 0);
    }

    /// @inheritdoc ICareOrders
    function orderId(address patient, address doctor, uint48 folder, bytes32 commitment) public pure returns (bytes32) {
        return keccak256(abi.encode(patient, doctor, folder, commitment));
    }

    function _order(bytes32 id, Order memory o, address patient, uint48 folder, bytes32 commitment) private {
        _requireRight(IMembers.Role.Doctor, patient, folder, WRITE);
        if (orders[id].kind != Kind.None || o.until <= block.timestamp || o.left == 0) revert BadOrder();
        orders[id] = o;
        emit Ordered(id, patient, o.doctor, o.kind, folder, o.until, o.left, commitment);
    }

    function _fulfil(Kind kind, address patient, bytes32 id, bytes32 result) private {
        Order storage o = orders[id];
        if (o.kind != kind || o.left == 0 || block.timestamp >= o.until) revert NotOpen(id);
        uint8 left = o.left - 1;
        o.left = left;
        emit Fulfilled(id, patient, msg.sender, left, result);
    }

    function _cancel(bytes32 id, bytes32 supersededBy) private {
        Order storage o = orders[id];
        if (o.doctor != msg.sender || o.left == 0) revert NotOpen(id);
        o.left = 0;
        emit Cancelled(id, supersededBy);
    }

    /// @dev `may` asks whether the member is active, so only its role is left to ask for.
    function _requireRight(IMembers.Role role, address patient, uint48 folder, uint8 right) private view {
        if (REGISTRY.member(msg.sender).role != role) revert NotAllowed(msg.sender);
        if (!REGISTRY.may(msg.sender, patient, folder, right, 0)) revert NoConsent(patient, msg.sender);
    }
}
