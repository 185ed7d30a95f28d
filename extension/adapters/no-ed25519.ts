/**
 * Stands in for the other curves that eciesjs knows, in the bundles: the wallet seals to secp256k1 keys alone.
 */
export const ed25519 = undefined;
export const x25519 = undefined;
