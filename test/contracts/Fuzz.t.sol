// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsents} from "../../contracts/interfaces/IConsents.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {IRecords} from "../../contracts/interfaces/IRecords.sol";
import {SignedCalls} from "../../contracts/SignedCalls.sol";
import {Network} from "./Network.sol";
import {vm} from "./Vm.sol";

/// @title What holds for every value of the arguments.
contract FuzzTest is Network {
    uint256 private constant START = 1_800_000_000;

    function setUp() public {
        build();
    }

    function testFuzz_GrantIsTakenExactlyWhenItsTermsAreGood(
        uint48 folder,
        uint40 until,
        uint16 why,
        uint8 rights
    ) public {
        bool good = until > block.timestamp && rights != 0 && rights < 8 && why != 0;
        if (!good) vm.expectRevert(IConsents.BadTerms.selector);
        vm.prank(patients[0]);
        registry.grant(one(IConsents.Terms(doctors[0], folder, until, why, rights)), 0);
        assert(registry.may(doctors[0], patients[0], folder, 0, 0) == good);
    }

    function testFuzz_GrantCoversExactlyItsTerms(
        uint48[2] memory folder,
        uint40[2] memory time,
        uint16[2] memory why,
        uint8[2] memory rights
    ) public {
        vm.assume(time[0] > block.timestamp && why[0] != 0 && rights[0] & 7 != 0);
        uint8 granted = rights[0] & 7;
        vm.prank(patients[0]);
        registry.grant(one(IConsents.Terms(doctors[0], folder[0], time[0], why[0], granted)), 0);

        vm.warp(time[1]);
        bool inTime = time[1] < time[0];
        bool covered = granted & rights[1] == rights[1] && why[0] & why[1] == why[1];
        assert(registry.may(doctors[0], patients[0], folder[0], rights[1], why[1]) == (inTime && covered));
        assert(registry.may(doctors[0], patients[0], folder[0], granted, why[0]) == inTime);
        if (folder[1] != folder[0]) assert(!registry.may(doctors[0], patients[0], folder[1], 0, 0));
    }

    function testFuzz_NobodyButThePatientWritesWithoutAGrant(address by, uint48 folder, bytes32 cid) public {
        vm.assume(by != patients[0]);
        bytes memory noConsent = abi.encodeWithSelector(IRecords.NoConsent.selector, patients[0], by);
        bytes memory notActive = abi.encodeWithSelector(IMembers.NotActive.selector, by);
        vm.expectRevert(registry.isActive(by) ? noConsent : notActive);
        vm.prank(by);
        registry.addRecord(patients[0], folder, cid, cid);
    }

    function testFuzz_NobodyEnrolsWithoutARole(address by, address who, uint8 role) public {
        vm.assume(by != address(this) && by != hospital && role <= uint8(IMembers.Role.Patient));
        vm.expectRevert(abi.encodeWithSelector(IMembers.MayNotEnrol.selector, by, role));
        vm.prank(by);
        registry.enrol(who, IMembers.Role(role));
    }

    function testFuzz_SignatureCountsForItsKeyAndSequenceOnce(uint256 key, uint192 sequence, uint256 wait) public {
        key = 1 + (key % type(uint128).max);
        address who = vm.addr(key);
        vm.assume(!registry.isActive(who));
        // Constants, for the IR optimiser reads `block.timestamp` again wherever it likes, also after a warp.
        uint256 deadline = START + 1 days;
        bytes memory signature = signJoin(key, sequence, deadline);

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

    function signJoin(uint256 key, uint192 sequence, uint256 deadline) private view returns (bytes memory) {
        bytes32 typeHash = keccak256("Join(address signer,bytes32 key,uint256 nonce,uint256 deadline)");
        bytes32 act = keccak256(
            abi.encode(typeHash, vm.addr(key), keccak256("key"), uint256(sequence) << 64, deadline)
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("HealthRegistry"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, act)));
        return abi.encodePacked(r, s, v);
    }
}
