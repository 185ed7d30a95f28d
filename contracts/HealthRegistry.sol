// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";
import {IAccess} from "./interfaces/IAccess.sol";
import {IConsents} from "./interfaces/IConsents.sol";
import {IEmergencies} from "./interfaces/IEmergencies.sol";
import {IMembers} from "./interfaces/IMembers.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {IVersioned} from "./interfaces/IVersioned.sol";
import {Members} from "./Members.sol";
import {Records} from "./Records.sol";

/// @title The registry of one health network.
/// @notice It cannot be paused or upgraded; a successor gets a new address. It holds no name, type, title or
/// unsalted hash of anything medical, and no ether. `multicall` batches calls of one sender into one transaction.
contract HealthRegistry is Records, IVersioned, ERC165, Multicall {
    /// @inheritdoc IVersioned
    address public override successor;

    /// @param admin The first owner; see `Members`.
    constructor(address admin) Members(admin) {}

    /// @inheritdoc IVersioned
    function setSuccessor(address next) external onlyOwner {
        successor = next;
        emit SuccessorSet(next);
    }

    /// @inheritdoc IVersioned
    function version() external view returns (string memory) {
        return _EIP712Version();
    }

    /// @notice ERC-165, for each of the interfaces.
    function supportsInterface(bytes4 id) public view override returns (bool) {
        return
            id == type(IMembers).interfaceId ||
            id == type(IConsents).interfaceId ||
            id == type(IEmergencies).interfaceId ||
            id == type(IAccess).interfaceId ||
            id == type(IRecords).interfaceId ||
            id == type(IVersioned).interfaceId ||
            super.supportsInterface(id);
    }
}
