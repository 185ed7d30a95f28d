// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Bills and appointments, paid in ether.
/// @notice Payees draw what they are owed themselves (`withdraw`); nothing here calls anyone unasked. Payers need not be
/// members: a fresh account for each bill tells an observer less.
///
/// A bill is a salted commitment to the sealed FHIR Invoice. It is not announced here: its id binds payee, amount and
/// commitment, so a wrong amount pays another bill, and one bill is paid once.
///
/// An appointment's fee is held until it is settled:
///
/// | state           | who                                | leads to                                                     |
/// | --------------- | ---------------------------------- | ------------------------------------------------------------ |
/// | Booked          | patient, until `freeUntil`: cancel | all back to the patient                                      |
/// | Booked          | provider, from `startsAt`: claim   | ProviderClaims (the visit was, or the patient did not come)  |
/// | Booked          | patient, from `startsAt`: claim    | PatientClaims (the provider was not there)                   |
/// | ..Claims        | the other side, 3 days: dispute    | Disputed                                                     |
/// | ..Claims        | anyone, after 3 days: settle       | all to the side that claimed: silence is consent             |
/// | Disputed        | arbiter, 30 days: split            | divided as the arbiter says                                  |
/// | Disputed        | anyone, after 30 days: settle      | half to each side                                            |
/// | any but Settled | patient: release                   | all to the provider                                          |
/// | any but Settled | provider: cancel                   | all back to the patient                                      |
interface IHealthPayments {
    /// @notice State of an appointment.
    enum State {
        None,
        Booked,
        ProviderClaims,
        PatientClaims,
        Disputed,
        Settled
    }

    /// @notice State of a bill.
    enum Bill {
        Open,
        Paid,
        Withdrawn
    }

    /// @notice Two slots per appointment.
    /// @param fee What is held, wei.
    /// @param startsAt Unix second.
    /// @param deadline Last Unix second of the state's term: of free cancelling, of disputing, of arbitration.
    struct Appointment {
        address patient;
        uint96 fee;
        address provider;
        uint40 startsAt;
        uint40 deadline;
        State state;
    }

    /// @notice `payer` paid a bill of `payee`, `amount` in wei.
    event BillPaid(bytes32 indexed id, address indexed payee, address indexed payer, uint256 amount);
    /// @notice `payee` withdrew a bill of its own; it can no longer be paid.
    event BillWithdrawn(bytes32 indexed id, address indexed payee);
    /// @notice `patient` booked and paid `fee` in.
    event Booked(
        bytes32 indexed id,
        address indexed patient,
        address indexed provider,
        uint96 fee,
        uint40 startsAt,
        uint40 freeUntil
    );
    /// @notice One side claims the fee, or the other disputes that: `state`, until `deadline`.
    event Moved(bytes32 indexed id, State state, uint40 deadline);
    /// @notice The fee is divided, in wei.
    event Settled(bytes32 indexed id, uint256 toProvider, uint256 toPatient);
    /// @notice `who` drew its balance, in wei, to `to`.
    event Drawn(address indexed who, address indexed to, uint256 amount);
    /// @notice `arbiter` divides the disputed fees of `hospital` and its staff; 0 for nobody.
    event ArbiterSet(address indexed hospital, address indexed arbiter);

    /// @notice The caller may not do this, or not now.
    error NotAllowed();
    /// @notice `payee` is no active Hospital, Doctor, Lab or Pharmacist.
    error NotPayable(address payee);
    /// @notice The bill was paid or withdrawn.
    error NotOpen(bytes32 id);
    /// @notice No ether, more than an account can hold, or a time that cannot be.
    error BadTerms();
    /// @notice The caller is owed nothing.
    error NothingToDraw();
    /// @notice The recipient refused the ether.
    error SendFailed();

    /// @notice Pay a bill with the ether sent along.
    /// @param commitment Salted commitment to the sealed FHIR Invoice.
    /// @return id `billId` of payee, amount and commitment.
    /// @dev Reverts with `BadTerms`, `NotPayable` or `NotOpen`.
    function payBill(address payee, bytes32 commitment) external payable returns (bytes32 id);

    /// @notice Withdraw a bill of the caller's, so that it cannot be paid any more.
    /// @param amount Its amount, wei.
    /// @dev Reverts with `NotOpen`.
    function withdrawBill(uint256 amount, bytes32 commitment) external;

    /// @notice Book an appointment; the ether sent along is its fee.
    /// @param startsAt Unix second, in the future.
    /// @param freeUntil Last Unix second at which the patient may cancel; not after `startsAt`.
    /// @param commitment Salted commitment to the sealed FHIR Appointment.
    /// @return id `appointmentId` of patient, provider and commitment.
    /// @dev Reverts with `BadTerms` (also for an appointment that exists) or `NotPayable`.
    function book(
        address provider,
        uint40 startsAt,
        uint40 freeUntil,
        bytes32 commitment
    ) external payable returns (bytes32 id);

    /// @notice Give the fee to the provider, as the patient.
    /// @dev Reverts, as all that follow, with `NotAllowed`.
    function release(bytes32 id) external;

    /// @notice Give the fee back: the provider always may, the patient until `freeUntil`.
    function cancel(bytes32 id) external;

    /// @notice From `startsAt` on, claim the fee: the provider since the visit took place or the patient did not come,
    /// the patient since the provider was not there. The other side has 3 days to dispute it.
    function claim(bytes32 id) external;

    /// @notice Dispute the other side's claim, while its term runs.
    function dispute(bytes32 id) external;

    /// @notice End a claim nobody disputed, or a dispute nobody decided, after its term. Anyone may.
    function settle(bytes32 id) external;

    /// @notice Divide a disputed fee, as the arbiter of the provider's hospital.
    /// @param toProvider Wei; the rest goes to the patient.
    function split(bytes32 id, uint96 toProvider) external;

    /// @notice Name the arbiter of a hospital and its staff, as the registry's owner or an active Registrar; 0 for nobody.
    function setArbiter(address hospital, address arbiter) external;

    /// @notice Draw what the caller is owed, to `to`.
    /// @dev Reverts with `NothingToDraw` or `SendFailed`.
    function withdraw(address to) external;

    /// @notice Wei that `who` may draw.
    function balanceOf(address who) external view returns (uint256);

    /// @notice The `Appointment` with this id.
    function appointments(
        bytes32 id
    )
        external
        view
        returns (address patient, uint96 fee, address provider, uint40 startsAt, uint40 deadline, State state);

    /// @notice The state of a bill.
    function bills(bytes32 id) external view returns (Bill);

    /// @notice Who divides the disputed fees of `hospital` and its staff, or 0.
    function arbiterOf(address hospital) external view returns (address);

    /// @notice keccak256 of the ABI-encoded arguments; `amount` in wei.
    function billId(address payee, uint256 amount, bytes32 commitment) external pure returns (bytes32);

    /// @notice keccak256 of the ABI-encoded arguments.
    function appointmentId(address patient, address provider, bytes32 commitment) external pure returns (bytes32);
}
