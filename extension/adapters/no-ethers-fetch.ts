/**
 * Stands in for what ethers asks the web with, in the bundles: the wallet asks its nodes itself (`core/chain/node.ts`), follows no offchain
 * lookup (EIP-3668) and asks no gas station.
 */
export class FetchRequest {
  send(): never {
    throw new Error('this wallet asks nobody but its nodes');
  }
}
export const FetchResponse = undefined;
export const FetchCancelSignal = undefined;
