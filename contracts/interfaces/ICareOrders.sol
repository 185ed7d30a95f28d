// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Prescriptions and test orders: who may write them, and that each is carried out once.
/// @notice Only a doctor with `WRITE` on the folder orders. A prescription is filled by a pharmacist with `DISPENSE`, as
/// often as it says; a test order is answered by a lab with `WRITE`, once. What is ordered stays off-chain: here are a
/// salted commitment to the sealed FHIR resource, whose order it is, and what is left of it.
///
/// Whose right counts is that of the order's own folder, until its patient places it: then it is that of the folder that
/// they name, and of no other. So a pharmacist is let fill one prescription, and not all that are in a folder.
///
/// Every act can be signed and brought by anyone: `...For`.
///
/// An order outlives its doctor's membership, so that a patient is not without medicine because a doctor moved: who
/// carries it out sees who wrote it, and asks the registry about them.
interface ICareOrders {
    /// @notice What is ordered.
    enum Kind {
        None,
        Prescription,
        Test
    }

    /// @notice One slot per order.
    /// @param doctor Who ordered; 0 where there is no order.
    /// @param until First Unix second at which it can no longer be carried out.
    /// @param left How often it still can be.
    struct Order {
        Kind kind;
        address doctor;
        uint40 until;
        uint8 left;
    }

    /// @notice What a doctor orders.
    /// @param commitment Salted commitment to the sealed MedicationRequest or ServiceRequest.
    /// @param until First Unix second at which it can no longer be carried out.
    /// @param times How often it may be carried out, 1 to 255; a test once.
    /// @param replaces Commitment of an own order in the same folder that this one supersedes, or 0.
    /// @dev It is never stored: its fields are in the order in which they are signed.
    // solhint-disable-next-line gas-struct-packing
    struct Draft {
        address patient;
        uint48 folder;
        bytes32 commitment;
        uint40 until;
        uint8 times;
        bytes32 replaces;
    }

    /// @notice What came of an order.
    /// @param result Salted commitment to the sealed MedicationDispense or DiagnosticReport.
    struct Result {
        address patient;
        address doctor;
        uint48 folder;
        bytes32 commitment;
        bytes32 result;
    }

    /// @notice `doctor` ordered something for `patient`.
    event Ordered(
        bytes32 indexed id,
        address indexed patient,
        address indexed doctor,
        Kind kind,
        uint48 folder,
        uint40 until,
        uint8 times,
        bytes32 commitment
    );
    /// @notice `by`, a pharmacist or a lab, carried an order out.
    /// @param result Salted commitment to the dispense or the report.
    event Fulfilled(bytes32 indexed id, address indexed patient, address indexed by, uint8 left, bytes32 result);
    /// @notice The doctor took back what was left of an order.
    /// @param supersededBy The order that takes its place, or 0.
    event Cancelled(bytes32 indexed id, address indexed patient, bytes32 indexed supersededBy);
    /// @notice `patient` placed an order in `where`: whoever carries it out needs the right to that folder.
    event Placed(bytes32 indexed id, address indexed patient, uint48 where);

    /// @notice The caller is no active member of the role that the act needs.
    error NotAllowed(address by);
    /// @notice The caller lacks the patient's consent to this folder.
    error NoConsent(address patient, address by);
    /// @notice Nothing to fill, an end that has come, or an order that exists.
    error BadOrder();
    /// @notice There is no such order of this kind, it has run out, was filled or cancelled; or it is not the caller's.
    error NotOpen(bytes32 id);

    /// @notice Prescribe, as an active Doctor with `WRITE`.
    /// @param commitment Salted commitment to the sealed MedicationRequest.
    /// @param until First Unix second at which it can no longer be filled.
    /// @param fills How often it may be filled, 1 to 255.
    /// @param replaces Commitment of an own order in the same folder that this one supersedes, or 0.
    /// @return id `orderId` of patient, caller, folder and commitment.
    /// @dev Reverts with `NotAllowed`, `NoConsent`, `BadOrder` or `NotOpen` (`replaces`).
    function prescribe(
        address patient,
        uint48 folder,
        bytes32 commitment,
        uint40 until,
        uint8 fills,
        bytes32 replaces
    ) external returns (bytes32 id);

    /// @notice Order a test, as an active Doctor with `WRITE`.
    /// @param commitment Salted commitment to the sealed ServiceRequest.
    /// @dev As `prescribe`.
    function orderTest(
        address patient,
        uint48 folder,
        bytes32 commitment,
        uint40 until,
        bytes32 replaces
    ) external returns (bytes32 id);

    /// @notice Bring `doctor`'s signed `Order`.
    /// @dev Reverts as `prescribe`, and with `Expired` or `BadSignature`.
    function orderFor(
        address doctor,
        Kind kind,
        Draft calldata draft,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external returns (bytes32 id);

    /// @notice Place an order of the caller's as a patient; also one that was placed before, and one that does not exist yet.
    /// @param where The folder whose consent counts from now on; 0 for the order's own.
    function place(address doctor, uint48 folder, bytes32 commitment, uint48 where) external;

    /// @notice Bring `patient`'s signed `PlaceOrder`.
    /// @dev Reverts with `Expired` or `BadSignature`.
    function placeFor(
        address patient,
        address doctor,
        uint48 folder,
        bytes32 commitment,
        uint48 where,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Fill a prescription once, as an active Pharmacist with `DISPENSE` on the folder where it is.
    /// @param receipt Salted commitment to the sealed MedicationDispense.
    /// @dev Reverts with `NotAllowed`, `NoConsent` or `NotOpen`.
    function dispense(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 receipt) external;

    /// @notice Answer a test order, as an active Lab with `WRITE` on the folder where it is.
    /// @param report Salted commitment to the sealed DiagnosticReport.
    /// @dev Reverts with `NotAllowed`, `NoConsent` or `NotOpen`.
    function reportTest(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 report) external;

    /// @notice Bring `by`'s signed `Fulfil`: a dispense, or a report.
    /// @dev Reverts as `dispense`, and with `Expired` or `BadSignature`.
    function fulfilFor(
        address by,
        Kind kind,
        Result calldata result,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Take back what is left of the caller's own order.
    /// @dev Reverts with `NotOpen`.
    function cancel(address patient, uint48 folder, bytes32 commitment) external;

    /// @notice Bring `doctor`'s signed `CancelOrder`.
    /// @dev Reverts as `cancel`, and with `Expired` or `BadSignature`.
    function cancelFor(
        address doctor,
        address patient,
        uint48 folder,
        bytes32 commitment,
        uint192 nonceKey,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice The `Order` with this id.
    function orders(bytes32 id) external view returns (Kind kind, address doctor, uint40 until, uint8 left);

    /// @notice Folder that an order's patient placed it in; 0 for its own.
    function placedIn(bytes32 id) external view returns (uint48 where);

    /// @notice keccak256 of the ABI-encoded arguments.
    function orderId(
        address patient,
        address doctor,
        uint48 folder,
        bytes32 commitment
    ) external pure returns (bytes32);
}
