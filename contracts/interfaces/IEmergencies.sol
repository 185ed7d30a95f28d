// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @dev Bit of the purpose of use "break the glass" (HL7 BTG).
uint16 constant BREAK_THE_GLASS = 4;

/// @title Opening a folder in an emergency, without asking first.
/// @notice Only folders that the patient allowed beforehand, only a doctor, only to read, only for the purpose BTG, for
/// 24 hours, and never silently: each opening is counted and logged. Nothing is allowed unless the patient said so.
interface IEmergencies {
    /// @notice Whether a folder may be opened in an emergency, and how often it was.
    struct Emergency {
        bool allowed;
        uint32 opened;
    }

    /// @notice `patient` allows, or forbids, that the folder is opened in an emergency.
    event EmergencyAllowed(address indexed patient, uint48 indexed folder, bool allowed);
    /// @notice `doctor` opened the folder, the `opened`th time that anyone did.
    event EmergencyOpened(
        address indexed patient,
        address indexed doctor,
        uint48 indexed folder,
        uint40 until,
        uint32 opened,
        bytes32 note
    );

    /// @notice The patient did not allow that this folder is opened in an emergency.
    error EmergencyForbidden(address patient, uint48 folder);

    /// @notice Allow or forbid that the caller's `folders` are opened in an emergency. Asks for no role, as `revoke`.
    /// Forbidding does not end an opening: `revoke` or `rotate` does.
    /// @dev Reverts with `BadTerms` if `folders` is empty.
    function allowEmergency(uint48[] calldata folders, bool allowed) external;

    /// @notice Bring `patient`'s signed `AllowEmergency`.
    /// @dev Reverts as `allowEmergency`, and with `Expired` or `BadSignature`.
    function allowEmergencyFor(
        address patient,
        uint48[] calldata folders,
        bool allowed,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Open a patient's folder as an active Doctor. Opening again counts again and lasts anew.
    /// @param note Why, in a form that only the patient and the doctor can read.
    /// @dev Reverts with `NotA(Doctor)` or `EmergencyForbidden`.
    function breakGlass(address patient, uint48 folder, bytes32 note) external;

    /// @notice Bring `doctor`'s signed `BreakGlass`.
    /// @dev Reverts as `breakGlass`, and with `Expired` or `BadSignature`.
    function breakGlassFor(
        address doctor,
        address patient,
        uint48 folder,
        bytes32 note,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice The `Emergency` state of a folder.
    function emergencies(address patient, uint48 folder) external view returns (bool allowed, uint32 opened);
}
