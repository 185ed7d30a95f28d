/**
 * Stands in for `@adraffy/ens-normalize` in the bundles: the wallet resolves no ENS names, and the tables for them would be an
 * eighth of the background's bytes.
 */
export function ens_normalize(): never {
  throw new Error('this wallet resolves no names');
}
