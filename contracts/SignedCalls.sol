// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {NoncesKeyed} from "@openzeppelin/contracts/utils/NoncesKeyed.sol";

/// @title Acts that a member signs and anyone may bring (the `...For` calls).
/// @dev Nonces are keyed so that two devices, or two sponsors, never wait for one another.
abstract contract SignedCalls is EIP712, NoncesKeyed {
    /// @notice The signature counted until `deadline` only.
    error Expired(uint256 deadline);
    /// @notice The signature is not `signer`'s, or not of this act, nonce, chain and contract.
    error BadSignature(address signer);

    /// @param name That of the contract, in its EIP-712 domain.
    constructor(string memory name) EIP712(name, "1") {}

    /// @dev The key of an account comes first: an account that delegated to code (EIP-7702) still has its key,
    /// and that code need not know ERC-1271.
    function _checkSignature(
        address signer,
        bytes32 structHash,
        uint256 deadline,
        bytes calldata signature
    ) internal view {
        if (block.timestamp > deadline) revert Expired(deadline);
        bytes32 digest = _hashTypedDataV4(structHash);
        (address recovered, ECDSA.RecoverError failed, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failed == ECDSA.RecoverError.NoError && recovered == signer) return;
        if (!SignatureChecker.isValidERC1271SignatureNowCalldata(signer, digest, signature)) {
            revert BadSignature(signer);
        }
    }
}
