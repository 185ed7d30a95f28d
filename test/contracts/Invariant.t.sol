// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsents} from "../../contracts/interfaces/IConsents.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {Network} from "./Network.sol";
import {vm} from "./Vm.sol";

/// @title Acts at random on a small network, and keeps a model of it that a reader can check by eye.
/// @dev The model has no epochs and no floors: a grant is an end, and whatever ends it sets the end to 0.
contract Driver is Network {
    uint48 private constant FOLDERS = 2;

    mapping(address patient => mapping(address doctor => mapping(uint48 folder => uint256))) private end;
    mapping(address patient => mapping(uint48 folder => bytes20)) private head;
    mapping(address patient => mapping(uint48 folder => uint256)) private count;
    bool private open = true;

    constructor() {
        build();
    }

    function grant(uint256 p, uint256 d, uint48 folder, uint16 time) external {
        (address patient, address doctor) = (patients[p % 3], doctors[d % 3]);
        uint40 until = uint40(block.timestamp) + time + 1;
        folder %= FOLDERS;
        vm.prank(patient);
        registry.grant(one(IConsents.Terms(doctor, folder, until, 1, 3)), 0);
        end[patient][doctor][folder] = until;
    }

    function revoke(uint256 p, uint256 d, uint48 folder) external {
        (address patient, address doctor) = (patients[p % 3], doctors[d % 3]);
        folder %= FOLDERS;
        vm.prank(patient);
        registry.revoke(doctor, one(folder));
        end[patient][doctor][folder] = 0;
    }

    function rotate(uint256 p, uint48 folder, bool voidGrants) external {
        address patient = patients[p % 3];
        folder %= FOLDERS;
        vm.prank(patient);
        registry.rotate(one(folder), voidGrants, 0);
        if (!voidGrants) return;
        for (uint256 d; d < 3; ++d) end[patient][doctors[d]][folder] = 0;
    }

    function addRecord(uint256 p, uint256 d, uint48 folder, bytes32 cid) external {
        (address patient, address doctor) = (patients[p % 3], doctors[d % 3]);
        folder %= FOLDERS;
        bool allowed = holds(patient, doctor, folder);
        vm.prank(doctor);
        try registry.addRecord(patient, folder, cid, 0) returns (bytes32 id) {
            assert(allowed);
            head[patient][folder] = registry.nextHead(head[patient][folder], id);
            ++count[patient][folder];
        } catch {
            assert(!allowed);
        }
    }

    /// @dev Closing the hospital is rare, or most runs would spend their time in a closed one.
    function toggleHospital(uint8 chance) external {
        if (open && chance > 32) return;
        if (open) registry.remove(hospital);
        else registry.enrol(hospital, IMembers.Role.Hospital);
        open = !open;
    }

    function passTime(uint16 time) external {
        vm.warp(block.timestamp + (time % 20_000));
    }

    function check() external view {
        for (uint256 p; p < 3; ++p) {
            for (uint48 folder; folder < FOLDERS; ++folder) {
                (bytes20 actual, , uint24 added, , ) = registry.folders(patients[p], folder);
                assert(actual == head[patients[p]][folder]);
                assert(added == count[patients[p]][folder]);
                for (uint256 d; d < 3; ++d) {
                    bool may = registry.may(doctors[d], patients[p], folder, 3, 1);
                    assert(may == holds(patients[p], doctors[d], folder));
                }
            }
        }
    }

    function holds(address patient, address doctor, uint48 folder) private view returns (bool) {
        return open && block.timestamp < end[patient][doctor][folder];
    }
}

/// @title After any sequence of acts, consent and heads are what the model says.
contract InvariantTest {
    Driver private driver;

    function setUp() public {
        driver = new Driver();
    }

    function targetContracts() external view returns (address[] memory list) {
        list = new address[](1);
        list[0] = address(driver);
    }

    function invariant_RegistryEqualsModel() external view {
        driver.check();
    }
}
