// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IHealthPayments} from "../../contracts/interfaces/IHealthPayments.sol";

/// @title A payee that, when it is paid, asks to be paid again.
contract Reentrant {
    IHealthPayments private immutable PAYMENTS;
    uint256 public calls;

    constructor(IHealthPayments payments) {
        PAYMENTS = payments;
    }

    receive() external payable {
        ++calls;
        try PAYMENTS.withdraw(address(this)) {
            ++calls;
        } catch {
            ++calls;
        }
    }

    function attack() external {
        PAYMENTS.withdraw(address(this));
    }
}
