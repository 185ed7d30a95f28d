// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsents} from "../../contracts/interfaces/IConsents.sol";
import {IEmergencies} from "../../contracts/interfaces/IEmergencies.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {SignedCalls} from "../../contracts/SignedCalls.sol";
import {Network} from "./Network.sol";
import {vm} from "./Vm.sol";

/// @title What holds for every value of the arguments.
contract FuzzTest is Network {
    // A constant, for the IR optimiser reads `block.timestamp` again wherever it likes, also after a warp.
    uint256 private constant START = 1_800_000_000;

    function setUp() public {
        build();
        vm.warp(START);
    }

    function testFuzz_GrantIsTakenExactlyWhenItsTermsAreGood(
        uint48 folder,
        uint40 from,
        uint40 until,
        uint16 why,
        uint8 rights
    ) public {
        bool good = until > START && until > from && rights != 0 && rights < 16 && why != 0;
        if (!good) vm.expectRevert(IConsents.BadTerms.selector);
        vm.prank(patients[0]);
        registry.grant(one(IConsents.Terms(doctors[0], folder, from, until, why, rights)), 0);
        assert(registry.may(doctors[0], patients[0], folder, 0, 0) == (good && from <= START));
    }

    function testFuzz_GrantCoversExactlyItsTerms(
        uint48[2] memory folder,
        uint40 from,
        uint40[2] memory time,
        uint16[2] memory why,
        uint8[2] memory rights
    ) public {
        vm.assume(time[0] > START && time[0] > from && time[1] >= START && why[0] != 0 && rights[0] & 15 != 0);
        uint8 granted = rights[0] & 15;
        vm.prank(patients[0]);
        registry.grant(one(IConsents.Terms(doctors[0], folder[0], from, time[0], why[0], granted)), 0);

        vm.warp(time[1]);
        bool inTime = from <= time[1] && time[1] < time[0];
        bool covered = granted & rights[1] == rights[1] && why[0] & why[1] == why[1];
        assert(registry.may(doctors[0], patients[0], folder[0], rights[1], why[1]) == (inTime && covered));
        assert(registry.may(doctors[0], patients[0], folder[0], granted, why[0]) == inTime);
        if (folder[1] != folder[0]) assert(!registry.may(doctors[0], patients[0], folder[1], 0, 0));
    }

    function testFuzz_GrantHoldsExactlyWhileItsEpochIsNotVoided(uint8 before, uint8 between, bool voids) public {
        vm.assume(between > 0);
        for (uint256 i; i < before % 8; ++i) rotate(true);
        vm.prank(patients[0]);
        registry.grant(one(IConsents.Terms(doctors[0], 1, 0, uint40(START + 1), 1, 1)), 0);
        for (uint256 i; i < between % 8; ++i) rotate(voids);
        assert(registry.may(doctors[0], patients[0], 1, 1, 1) == (!voids || between % 8 == 0));
    }

    function testFuzz_DelegateNeverGivesMoreThanItHas(
        uint40[2] memory until,
        uint16[2] memory why,
        uint8[2] memory rights
    ) public {
        vm.assume(until[0] > START && until[1] > START && why[0] != 0 && why[1] != 0);
        uint8 own = (rights[0] & 15) | 8;
        uint8 given = rights[1] & 15;
        vm.assume(given != 0);
        vm.prank(patients[0]);
        registry.grant(one(IConsents.Terms(patients[1], 1, 0, until[0], why[0], own)), 0);

        bool within = until[1] <= until[0] && why[1] & ~why[0] == 0 && given & ~((own & 7) | 1) == 0;
        if (!within) vm.expectRevert(IConsents.BadTerms.selector);
        vm.prank(patients[1]);
        registry.grantAs(patients[0], one(IConsents.Terms(doctors[0], 1, 0, until[1], why[1], given)), 0);
        assert(registry.may(doctors[0], patients[0], 1, given, why[1]) == within);
    }

    function testFuzz_EmergencyCoversReadingForItsPurposeOnly(uint8 rights, uint16 why, uint40 time) public {
        vm.prank(patients[0]);
        registry.allowEmergency(one(1), true);
        vm.prank(doctors[0]);
        registry.breakGlass(patients[0], 1, 0);
        uint256 when = START + (time % 2 days);
        vm.warp(when);
        bool covered = rights & ~uint8(1) == 0 && why & ~uint16(4) == 0;
        assert(registry.may(doctors[0], patients[0], 1, rights, why) == (covered && when < START + 24 hours));
    }

    function testFuzz_NoFolderOpensThatWasNotAllowed(uint48 allowed, uint48 folder) public {
        vm.assume(allowed != folder);
        vm.prank(patients[0]);
        registry.allowEmergency(one(allowed), true);
        vm.expectRevert(abi.encodeWithSelector(IEmergencies.EmergencyForbidden.selector, patients[0], folder));
        vm.prank(doctors[0]);
        registry.breakGlass(patients[0], folder, 0);
    }

    function testFuzz_NobodyButThePatientWritesWithoutAGrant(address by, uint48 folder, bytes32 cid) public {
        vm.assume(by != patients[0]);
        bytes memory noConsent = abi.encodeWithSelector(IConsents.NoConsent.selector, patients[0], by);
        bytes memory notActive = abi.encodeWithSelector(IMembers.NotActive.selector, by);
        vm.expectRevert(registry.isActive(by) ? noConsent : notActive);
        vm.prank(by);
        registry.addRecord(IRecords.Entry(folder, cid, 0, cid), patients[0]);
    }

    function testFuzz_NobodyEnrolsWithoutARole(address by, address who, uint8 role) public {
        vm.assume(by != address(this) && by != hospital && role <= uint8(IMembers.Role.Payer));
        vm.expectRevert(abi.encodeWithSelector(IMembers.MayNotEnrol.selector, by, role));
        vm.prank(by);
        registry.enrol(who, IMembers.Role(role));
    }

    function testFuzz_SignatureCountsForItsKeyAndSequenceOnce(uint256 key, uint192 sequence, uint256 wait) public {
        key = 1 + (key % type(uint128).max);
        address who = vm.addr(key);
        vm.assume(!registry.isActive(who));
        uint256 deadline = START + 1 days;
        bytes32 typeHash = keccak256("Join(address signer,bytes32 key,uint256 nonce,uint256 deadline)");
        bytes memory signature = signAct(
            key,
            keccak256(abi.encode(typeHash, who, keccak256("key"), uint256(sequence) << 64, deadline))
        );

        uint256 time = START + (wait % 2 days);
        vm.warp(time);
        bool late = time > deadline;
        if (late) vm.expectRevert(abi.encodeWithSelector(SignedCalls.Expired.selector, deadline));
        registry.joinFor(who, keccak256("key"), sequence, deadline, signature);
        assert(registry.isActive(who) == !late);
        if (late) return;

        vm.prank(who);
        registry.remove(who);
        vm.expectRevert(abi.encodeWithSelector(SignedCalls.BadSignature.selector, who));
        registry.joinFor(who, keccak256("key"), sequence, deadline, signature);
    }

    function rotate(bool voids) private {
        vm.prank(patients[0]);
        registry.rotate(one(1), voids, 0);
    }
}
