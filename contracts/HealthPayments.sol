// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IHealthPayments} from "./interfaces/IHealthPayments.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {HealthRegistry} from "./HealthRegistry.sol";

/// @title Bills and appointments of one health network. It has no owner; its arbiters divide disputed fees between the two
/// parties and can do nothing else.
contract HealthPayments is IHealthPayments {
    uint40 private constant CLAIM_TERM = 3 days;
    uint40 private constant DISPUTE_TERM = 30 days;

    /// @notice Says who is who.
    HealthRegistry public immutable REGISTRY;

    /// @inheritdoc IHealthPayments
    mapping(address who => uint256) public override balanceOf;
    /// @inheritdoc IHealthPayments
    mapping(bytes32 id => Appointment) public override appointments;
    /// @inheritdoc IHealthPayments
    mapping(bytes32 id => Bill) public override bills;
    /// @inheritdoc IHealthPayments
    mapping(address hospital => address) public override arbiterOf;

    /// @param registry The network's registry.
    constructor(HealthRegistry registry) {
        REGISTRY = registry;
    }

    /// @inheritdoc IHealthPayments
    function payBill(address payee, bytes32 commitment) external payable returns (bytes32 id) {
        if (msg.value == 0) revert BadTerms();
        _requirePayable(payee);
        id = billId(payee, msg.value, commitment);
        if (bills[id] != Bill.Open) revert NotOpen(id);
        bills[id] = Bill.Paid;
        balanceOf[payee] += msg.value;
        emit BillPaid(id, payee, msg.sender, msg.value);
    }

    /// @inheritdoc IHealthPayments
    function withdrawBill(uint256 amount, bytes32 commitment) external {
        bytes32 id = billId(msg.sender, amount, commitment);
        if (bills[id] != Bill.Open) revert NotOpen(id);
        bills[id] = Bill.Withdrawn;
        emit BillWithdrawn(id, msg.sender);
    }

    /// @inheritdoc IHealthPayments
    function book(
        address provider,
        uint40 startsAt,
        uint40 freeUntil,
        bytes32 commitment
    ) external payable returns (bytes32 id) {
        _requirePayable(provider);
        id = appointmentId(msg.sender, provider, commitment);
        bool fresh = appointments[id].state == State.None;
        if (!fresh || startsAt <= block.timestamp || freeUntil > startsAt || msg.value > type(uint96).max) {
            revert BadTerms();
        }
        uint96 fee = uint96(msg.value);
        appointments[id] = Appointment(msg.sender, fee, provider, startsAt, freeUntil, State.Booked);
        emit Booked(id, msg.sender, provider, fee, startsAt, freeUntil);
    }

    /// @inheritdoc IHealthPayments
    function release(bytes32 id) external {
        Appointment storage a = _held(id);
        if (msg.sender != a.patient) revert NotAllowed();
        _settle(id, a, a.fee);
    }

    /// @inheritdoc IHealthPayments
    function cancel(bytes32 id) external {
        Appointment storage a = _held(id);
        bool free = msg.sender == a.patient && a.state == State.Booked && block.timestamp <= a.deadline;
        if (msg.sender != a.provider && !free) revert NotAllowed();
        _settle(id, a, 0);
    }

    /// @inheritdoc IHealthPayments
    function claim(bytes32 id) external {
        Appointment storage a = appointments[id];
        if (a.state != State.Booked || block.timestamp < a.startsAt) revert NotAllowed();
        if (msg.sender == a.provider) _move(id, a, State.ProviderClaims, CLAIM_TERM);
        else if (msg.sender == a.patient) _move(id, a, State.PatientClaims, CLAIM_TERM);
        else revert NotAllowed();
    }

    /// @inheritdoc IHealthPayments
    function dispute(bytes32 id) external {
        Appointment storage a = appointments[id];
        bool patient = a.state == State.ProviderClaims && msg.sender == a.patient;
        bool provider = a.state == State.PatientClaims && msg.sender == a.provider;
        if ((!patient && !provider) || block.timestamp > a.deadline) revert NotAllowed();
        _move(id, a, State.Disputed, DISPUTE_TERM);
    }

    /// @inheritdoc IHealthPayments
    function settle(bytes32 id) external {
        Appointment storage a = appointments[id];
        if (block.timestamp <= a.deadline) revert NotAllowed();
        if (a.state == State.ProviderClaims) _settle(id, a, a.fee);
        else if (a.state == State.PatientClaims) _settle(id, a, 0);
        else if (a.state == State.Disputed) _settle(id, a, a.fee / 2);
        else revert NotAllowed();
    }

    /// @inheritdoc IHealthPayments
    function split(bytes32 id, uint96 toProvider) external {
        Appointment storage a = appointments[id];
        if (a.state != State.Disputed || block.timestamp > a.deadline) revert NotAllowed();
        if (msg.sender != arbiterOf[_hospitalOf(a.provider)] || toProvider > a.fee) revert NotAllowed();
        _settle(id, a, toProvider);
    }

    /// @inheritdoc IHealthPayments
    function setArbiter(address hospital, address arbiter) external {
        bool clerk = REGISTRY.isActiveAs(msg.sender, IMembers.Role.Registrar);
        if (!clerk && msg.sender != REGISTRY.owner()) revert NotAllowed();
        arbiterOf[hospital] = arbiter;
        emit ArbiterSet(hospital, arbiter);
    }

    /// @inheritdoc IHealthPayments
    /// @dev Nothing is owed any more when the ether leaves, so a recipient that calls back finds nothing to take.
    function withdraw(address to) external {
        uint256 amount = balanceOf[msg.sender];
        if (amount == 0) revert NothingToDraw();
        balanceOf[msg.sender] = 0;
        emit Drawn(msg.sender, to, amount);
        (bool sent, ) = to.call{value: amount}("");
        if (!sent) revert SendFailed();
    }

    /// @inheritdoc IHealthPayments
    function billId(address payee, uint256 amount, bytes32 commitment) public pure returns (bytes32) {
        return keccak256(abi.encode(payee, amount, commitment));
    }

    /// @inheritdoc IHealthPayments
    function appointmentId(address patient, address provider, bytes32 commitment) public pure returns (bytes32) {
        return keccak256(abi.encode(patient, provider, commitment));
    }

    function _requirePayable(address payee) private view {
        IMembers.Role role = REGISTRY.member(payee).role;
        bool provides =
            role == IMembers.Role.Hospital || (role >= IMembers.Role.Doctor && role <= IMembers.Role.Pharmacist);
        if (!provides || !REGISTRY.isActive(payee)) revert NotPayable(payee);
    }

    /// @dev The provider itself if it is a hospital, else the one that let it in; 0 once it has left.
    function _hospitalOf(address provider) private view returns (address) {
        IMembers.Member memory m = REGISTRY.member(provider);
        return m.role == IMembers.Role.Hospital ? provider : m.enroller;
    }

    /// @dev An appointment that does not exist needs no check: it has no parties who could ask.
    function _held(bytes32 id) private view returns (Appointment storage a) {
        a = appointments[id];
        if (a.state == State.Settled) revert NotAllowed();
    }

    function _move(bytes32 id, Appointment storage a, State state, uint40 term) private {
        uint40 deadline = uint40(block.timestamp) + term;
        (a.state, a.deadline) = (state, deadline);
        emit Moved(id, state, deadline);
    }

    function _settle(bytes32 id, Appointment storage a, uint96 toProvider) private {
        a.state = State.Settled;
        uint96 toPatient = a.fee - toProvider;
        if (toProvider != 0) balanceOf[a.provider] += toProvider;
        if (toPatient != 0) balanceOf[a.patient] += toPatient;
        emit Settled(id, toProvider, toPatient);
    }
}
