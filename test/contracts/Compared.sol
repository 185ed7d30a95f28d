// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

/// @title What the cost of a grant is compared with.
contract Compared is AccessManager {
    constructor(address admin) AccessManager(admin) {}
}
