// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {HealthRegistry} from "../../contracts/HealthRegistry.sol";
import {IConsents} from "../../contracts/interfaces/IConsents.sol";
import {IMembers} from "../../contracts/interfaces/IMembers.sol";
import {vm} from "./Vm.sol";

/// @title A registry with one hospital, three doctors and three patients.
abstract contract Network {
    HealthRegistry internal registry;
    address internal hospital = address(0x1010);
    address[3] internal doctors = [address(0x2020), address(0x2021), address(0x2022)];
    address[3] internal patients = [address(0x3030), address(0x3031), address(0x3032)];

    function build() internal {
        registry = new HealthRegistry(address(this));
        registry.enrol(address(this), IMembers.Role.Registrar);
        registry.enrol(hospital, IMembers.Role.Hospital);
        for (uint256 i; i < 3; ++i) {
            vm.prank(hospital);
            registry.enrol(doctors[i], IMembers.Role.Doctor);
            vm.prank(patients[i]);
            registry.join(keccak256("key"));
        }
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
