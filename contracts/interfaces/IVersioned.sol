// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A registry that never changes, and says which one came after it.
/// @notice Nothing moves by itself: the old registry works on, its records keep their ids (which name no registry), and a
/// wallet follows the pointer only when its person says so.
interface IVersioned {
    /// @notice The owner names `successor`.
    event SuccessorSet(address indexed successor);

    /// @notice Name the registry that comes after this one; 0 takes it back. Owner only.
    function setSuccessor(address next) external;

    /// @notice The registry that comes after this one, or 0.
    function successor() external view returns (address);

    /// @notice Version of the interface, as in the EIP-712 domain.
    function version() external view returns (string memory);
}
