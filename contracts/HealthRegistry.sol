// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {Members} from "./Members.sol";
import {Records} from "./Records.sol";

/// @title The registry of one health network.
/// @notice It cannot be paused or upgraded; a successor gets a new address. It holds no name, type, title or
/// unsalted hash of anything medical, and no ether. `multicall` batches calls of one sender into one transaction.
contract HealthRegistry is Records, Multicall {
    /// @param admin The first owner; see `Members`.
    constructor(address admin) Members(admin) {}
}
