/**
 * Stands in for `@adraffy/ens-normalize` and for the resolver of ethers in the bundles: the wallet resolves no ENS names, and what is
 * for them would be an eighth of the background's bytes.
 */
export function ens_normalize(): never {
  throw new Error('this wallet resolves no names');
}

/** No name is anybody's, and nobody has a name. */
export const EnsResolver = {
  fromName: (): Promise<null> => Promise.resolve(null),
  lookupAddress: (): Promise<null> => Promise.resolve(null),
};
export const MulticoinProviderPlugin = undefined;
