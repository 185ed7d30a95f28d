// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HealthRegistry} from "../../contracts/HealthRegistry.sol";
import {IConsents} from "../../contracts/interfaces/IConsents.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {vm} from "./Vm.sol";

/// @title A registry with one hospital, three doctors and three patients, whose keys are known.
abstract contract Network {
    HealthRegistry internal registry;
    address internal hospital = address(0x1010);
    address[3] internal doctors = [address(0x2020), address(0x2021), address(0x2022)];
    uint256[3] internal keys = [uint256(0x3030), 0x3031, 0x3032];
    address[3] internal patients;

    function build() internal {
        registry = new HealthRegistry(address(this));
        registry.enrol(address(this), IMembers.Role.Registrar);
        registry.enrol(hospital, IMembers.Role.Hospital);
        for (uint256 i; i < 3; ++i) {
            vm.prank(hospital);
            registry.enrol(doctors[i], IMembers.Role.Doctor);
            patients[i] = vm.addr(keys[i]);
            vm.prank(patients[i]);
            registry.join(keccak256("key"));
        }
    }

    /// @dev A signature of `key` over `structHash` in the registry's EIP-712 domain.
    function signAct(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("HealthRegistry"),
                keccak256("1"),
                block.chainid,
                address(registry)
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }

    function one(IConsents.Terms memory t) internal pure returns (IConsents.Terms[] memory list) {
        list = new IConsents.Terms[](1);
        list[0] = t;
    }

    function one(uint48 folder) internal pure returns (uint48[] memory list) {
        list = new uint48[](1);
        list[0] = folder;
    }
}
