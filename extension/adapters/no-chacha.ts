/** Stands in for the other cipher that eciesjs knows, in the bundles: the wallet seals by AES-256-GCM alone. */
export const xchacha20 = undefined;
export const chacha20 = undefined;
