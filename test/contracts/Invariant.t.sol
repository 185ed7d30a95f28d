// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsents} from "../../contracts/interfaces/IConsents.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {Network} from "./Network.sol";
import {vm} from "./Vm.sol";

/// @title Acts at random on a small network, and keeps a model of it that a reader can check by eye.
/// @dev The model has no epochs, floors or slots: a grant is a window with rights and purposes, an emergency opening is an
/// end, and whatever ends them sets their end to 0. Two patients have grants; all six accounts can be given some.
contract Driver is Network {
    uint48 private constant FOLDERS = 2;
    uint256 private constant PATIENTS = 2;
    uint256 private constant GRANTEES = 4;

    struct Window {
        uint256 from;
        uint256 end;
        uint8 rights;
        uint16 purposes;
    }

    mapping(address patient => mapping(address grantee => mapping(uint48 folder => Window))) private windows;
    mapping(address patient => mapping(address grantee => mapping(uint48 folder => uint256))) private opening;
    mapping(address patient => mapping(uint48 folder => bool)) private openable;
    mapping(address patient => mapping(uint48 folder => uint256)) private opened;
    mapping(address patient => mapping(uint48 folder => bytes20)) private head;
    mapping(address patient => mapping(uint48 folder => uint256)) private count;
    mapping(address who => bool) private out;
    mapping(address who => bool) private unvouched;
    mapping(address who => bool) private suspended;
    mapping(address who => uint256) private strikes;
    mapping(address who => uint256) private lockEnd;

    constructor() {
        build();
    }

    function grant(uint256 p, uint256 g, uint48 folder, uint16 wait, uint16 time, uint8 rights, uint16 why) external {
        (address patient, IConsents.Terms memory t) = terms(p, g, folder, wait, time, rights, why);
        if (out[t.grantee]) return;
        vm.prank(patient);
        registry.grant(one(t), 0);
        put(patient, t);
    }

    function grantFor(
        uint256 p,
        uint256 g,
        uint48 folder,
        uint16 wait,
        uint16 time,
        uint8 rights,
        uint16 why
    ) external {
        (address patient, IConsents.Terms memory t) = terms(p, g, folder, wait, time, rights, why);
        if (out[t.grantee]) return;
        bytes memory signature = signAct(keys[p % PATIENTS], hashGrant(patient, t));
        registry.grantFor(patient, one(t), 0, 7, type(uint256).max, signature);
        put(patient, t);
    }

    /// @dev Whoever it is tries to share: the model says whether it may.
    function delegate(uint256 p, uint256 d, uint256 g, uint48 folder, uint16 time, uint8 rights, uint16 why) external {
        (address patient, IConsents.Terms memory t) = terms(p, g, folder, 0, time, rights, why);
        address by = grantee(d);
        Window storage own = windows[patient][by][t.folder];
        bool allowed = isActive(by) && !out[t.grantee] && holds(patient, by, t.folder, 8, 0);
        allowed = allowed && t.until <= own.end && t.purposes & ~own.purposes == 0;
        allowed = allowed && t.rights & 8 == 0 && t.rights & ~(own.rights | 1) == 0;
        allowed = allowed && windows[patient][t.grantee][t.folder].end <= block.timestamp;
        vm.prank(by);
        try registry.grantAs(patient, one(t), 0) {
            assert(allowed);
            put(patient, t);
        } catch {
            assert(!allowed);
        }
    }

    function revoke(uint256 p, uint256 g, uint48 folder) external {
        (address patient, address who) = (patients[p % PATIENTS], grantee(g));
        folder %= FOLDERS;
        vm.prank(patient);
        registry.revoke(who, one(folder));
        windows[patient][who][folder].end = 0;
        opening[patient][who][folder] = 0;
    }

    function rotate(uint256 p, uint48 folder, bool voidGrants) external {
        address patient = patients[p % PATIENTS];
        folder %= FOLDERS;
        vm.prank(patient);
        registry.rotate(one(folder), voidGrants, 0);
        if (!voidGrants) return;
        for (uint256 g; g < GRANTEES; ++g) {
            windows[patient][grantee(g)][folder].end = 0;
            opening[patient][grantee(g)][folder] = 0;
        }
    }

    function allowEmergency(uint256 p, uint48 folder, bool allowed) external {
        address patient = patients[p % PATIENTS];
        folder %= FOLDERS;
        vm.prank(patient);
        registry.allowEmergency(one(folder), allowed);
        openable[patient][folder] = allowed;
    }

    function breakGlass(uint256 p, uint256 g, uint48 folder) external {
        (address patient, address by) = (patients[p % PATIENTS], grantee(g));
        folder %= FOLDERS;
        bool allowed = isDoctor(by) && isActive(by) && openable[patient][folder];
        vm.prank(by);
        try registry.breakGlass(patient, folder, 0) {
            assert(allowed);
            opening[patient][by][folder] = block.timestamp + 24 hours;
            ++opened[patient][folder];
        } catch {
            assert(!allowed);
        }
    }

    function access(uint256 p, uint256 g, uint48 folder, uint16 why) external {
        (address patient, address by) = (patients[p % PATIENTS], grantee(g));
        (folder, why) = (folder % FOLDERS, purposesOf(why));
        if (!isActive(by)) return;
        bool allowed = by == patient || holds(patient, by, folder, 1, why);
        vm.prank(by);
        assert(registry.access(patient, folder, 0, why) == allowed);
        if (allowed) return;
        uint256 n = ++strikes[by];
        if (n > 2) lockEnd[by] = block.timestamp + (1 hours << (n - 3 > 12 ? 12 : n - 3));
    }

    function clearStrikes(uint256 g, uint8 chance) external {
        if (chance > 64) return;
        registry.clearStrikes(grantee(g));
        (strikes[grantee(g)], lockEnd[grantee(g)]) = (0, 0);
    }

    function addRecord(uint256 p, uint256 g, uint48 folder, bytes32 cid, uint8 chance) external {
        (address patient, address by) = (patients[p % PATIENTS], grantee(g));
        folder %= FOLDERS;
        bool stale = chance < 32;
        (, , uint16 epoch, ) = registry.folders(patient, folder);
        if (stale) ++epoch;
        bool allowed = !stale && (by == patient || (isActive(by) && holds(patient, by, folder, 2, 0)));
        vm.prank(by);
        try registry.addRecord(IRecords.Entry(folder, cid, epoch, 0), patient) returns (bytes32 id) {
            assert(allowed);
            head[patient][folder] = registry.nextHead(head[patient][folder], id);
            ++count[patient][folder];
        } catch {
            assert(!allowed);
        }
    }

    /// @dev Closing the hospital, or dismissing a doctor, is rare, or most runs would spend their time without them. A
    /// doctor who is taken on again is another member, and a hospital that opens again has vouched for nobody yet.
    function toggleRemoved(uint8 chance, bool whole, uint256 d) external {
        address who = whole ? hospital : doctors[d % 2];
        if (!out[who] && chance > 32) return;
        if (out[who] && whole) {
            registry.enrol(hospital, IMembers.Role.Hospital);
            for (uint256 i; i < 2; ++i) unvouched[doctors[i]] = true;
        } else if (out[who]) {
            if (out[hospital] || suspended[hospital]) return;
            vm.prank(hospital);
            registry.enrol(who, IMembers.Role.Doctor);
            unvouched[who] = false;
            forget(who);
        } else {
            registry.remove(who);
        }
        out[who] = !out[who];
    }

    function toggleSuspended(uint8 chance, bool whole, uint256 d) external {
        address who = whole ? hospital : doctors[d % 2];
        if (out[who] || (!suspended[who] && chance > 32)) return;
        if (suspended[who]) registry.restore(who);
        else registry.suspend(who);
        suspended[who] = !suspended[who];
    }

    function forget(address who) private {
        for (uint256 p; p < PATIENTS; ++p) {
            for (uint48 folder; folder < FOLDERS; ++folder) {
                windows[patients[p]][who][folder].end = 0;
                opening[patients[p]][who][folder] = 0;
            }
        }
    }

    function passTime(uint16 time) external {
        vm.warp(block.timestamp + (time % 20_000));
    }

    function check() external view {
        for (uint256 p; p < PATIENTS; ++p) {
            for (uint48 folder; folder < FOLDERS; ++folder) {
                (bytes20 actual, uint24 added, , ) = registry.folders(patients[p], folder);
                assert(actual == head[patients[p]][folder]);
                assert(added == count[patients[p]][folder]);
                (bool allowed, uint32 times) = registry.emergencies(patients[p], folder);
                assert(allowed == openable[patients[p]][folder] && times == opened[patients[p]][folder]);
                for (uint256 g; g < GRANTEES; ++g) checkOne(patients[p], grantee(g), folder);
            }
        }
    }

    function checkOne(address patient, address who, uint48 folder) private view {
        bool active = isActive(who);
        assert(registry.isActive(who) == active);
        uint8[5] memory rights = [0, 1, 2, 8, 3];
        uint16[5] memory why = [uint16(0), 4, 1, 1, 3];
        for (uint256 i; i < 5; ++i) {
            bool may = registry.may(who, patient, folder, rights[i], why[i]);
            assert(may == (active && holds(patient, who, folder, rights[i], why[i])));
        }
    }

    function terms(
        uint256 p,
        uint256 g,
        uint48 folder,
        uint16 wait,
        uint16 time,
        uint8 rights,
        uint16 why
    ) private view returns (address patient, IConsents.Terms memory t) {
        patient = patients[p % PATIENTS];
        uint40 from = wait > 50_000 ? uint40(block.timestamp) + wait : 0;
        uint40 until = uint40(block.timestamp) + wait + time + 1;
        rights &= 15;
        t = IConsents.Terms(grantee(g), folder % FOLDERS, from, until, purposesOf(why), rights == 0 ? 9 : rights);
    }

    function hashGrant(address patient, IConsents.Terms memory t) private view returns (bytes32) {
        string memory termsType =
            "Terms(address grantee,uint48 folder,uint40 from,uint40 until,uint16 purposes,uint8 rights)";
        string memory grantType = "Grant(address signer,Terms[] terms,bytes32 receipt,uint256 nonce,uint256 deadline)";
        bytes32 typeHash = keccak256(abi.encodePacked(grantType, termsType));
        bytes32 list = keccak256(abi.encodePacked(keccak256(abi.encode(keccak256(bytes(termsType)), t))));
        return
            keccak256(abi.encode(typeHash, patient, list, bytes32(0), registry.nonces(patient, 7), type(uint256).max));
    }

    function put(address patient, IConsents.Terms memory t) private {
        uint256 from = t.from > block.timestamp ? t.from : block.timestamp;
        windows[patient][t.grantee][t.folder] = Window(from, t.until, t.rights, t.purposes);
    }

    /// @dev Two doctors and the patients themselves, who are family to one another.
    function grantee(uint256 g) private view returns (address) {
        return g % GRANTEES < 2 ? doctors[g % 2] : patients[g % 2];
    }

    function isDoctor(address who) private view returns (bool) {
        return (who == doctors[0] || who == doctors[1]) && !out[who];
    }

    function isActive(address who) private view returns (bool) {
        if (lockEnd[who] > block.timestamp) return false;
        if (who != doctors[0] && who != doctors[1]) return true;
        return !out[who] && !unvouched[who] && !suspended[who] && !out[hospital] && !suspended[hospital];
    }

    function holds(address patient, address who, uint48 folder, uint8 rights, uint16 why) private view returns (bool) {
        Window storage w = windows[patient][who][folder];
        bool open = block.timestamp >= w.from && block.timestamp < w.end;
        bool granted = open && w.rights & rights == rights && w.purposes & why == why;
        bool emergency = block.timestamp < opening[patient][who][folder] && rights <= 1 && (why == 0 || why == 4);
        return granted || emergency;
    }

    function purposesOf(uint16 why) private pure returns (uint16) {
        return 1 + (why % 7);
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
