// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEmergencies} from "./interfaces/IEmergencies.sol";
import {Consents} from "./Consents.sol";

/// @title Opening, in an emergency, folders that their patient allowed beforehand.
abstract contract Emergencies is IEmergencies, Consents {
    /// @dev How long an emergency opening holds.
    uint256 internal constant EMERGENCY = 24 hours;

    bytes32 private constant ALLOW_EMERGENCY_TYPE = keccak256(
        "AllowEmergency(address signer,uint48[] folders,bool allowed,uint256 nonce,uint256 deadline)"
    );

    bytes32 private constant BREAK_GLASS_TYPE = keccak256(
        "BreakGlass(address signer,address patient,uint48 folder,bytes32 note,uint256 nonce,uint256 deadline)"
    );

    /// @inheritdoc IEmergencies
    mapping(address patient => mapping(uint48 folder => Emergency)) public override emergencies;

    /// @inheritdoc IEmergencies
    function allowEmergency(uint48[] calldata folders_, bool allowed) external {
        _allowEmergency(msg.sender, folders_, allowed);
    }

    /// @inheritdoc IEmergencies
    function allowEmergencyFor(
        address patient,
        uint48[] calldata folders_,
        bool allowed,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(
                ALLOW_EMERGENCY_TYPE,
                patient,
                _hashFolders(folders_),
                allowed,
                _useNonce(patient, nonceKey),
                deadline
            )
        );
        _checkSignature(patient, structHash, deadline, signature);
        _allowEmergency(patient, folders_, allowed);
    }

    /// @inheritdoc IEmergencies
    function breakGlass(address patient, uint48 folder, bytes32 note) external {
        _breakGlass(msg.sender, patient, folder, note);
    }

    /// @inheritdoc IEmergencies
    function breakGlassFor(
        address doctor,
        address patient,
        uint48 folder,
        bytes32 note,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external {
        bytes32 structHash = keccak256(
            abi.encode(BREAK_GLASS_TYPE, doctor, patient, folder, note, _useNonce(doctor, nonceKey), deadline)
        );
        _checkSignature(doctor, structHash, deadline, signature);
        _breakGlass(doctor, patient, folder, note);
    }

    function _breakGlass(address doctor, address patient, uint48 folder, bytes32 note) private {
        uint16 membership = _membershipOf(doctor);
        _requireActiveAs(doctor, Role.Doctor);
        Emergency storage e = emergencies[patient][folder];
        if (!e.allowed) revert EmergencyForbidden(patient, folder);
        uint32 opened = ++e.opened;
        uint40 until = uint40(block.timestamp + EMERGENCY);
        Grant storage g = _grants[patient][doctor][folder];
        uint16 epoch = folders[patient][folder].epoch;
        (g.emergencyUntil, g.emergencyEpoch, g.emergencyMembership) = (until, epoch, membership);
        emit EmergencyOpened(patient, doctor, folder, until, opened, note);
    }

    function _allowEmergency(address patient, uint48[] calldata folders_, bool allowed) private {
        if (folders_.length == 0) revert BadTerms();
        for (uint256 i; i < folders_.length; ++i) {
            emergencies[patient][folders_[i]].allowed = allowed;
            emit EmergencyAllowed(patient, folders_[i], allowed);
        }
    }
}
