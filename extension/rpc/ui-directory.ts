import * as v from 'valibot';
import { DirectoryPartSchema, keepDirectory, keptDirectory } from '../core/directory/kept.ts';
import type { DirectoryPart, KeptDirectory } from '../core/directory/load.ts';
import type { Wallet } from '../core/wallet/wallet.ts';

/** Arguments of the calls of {@link createDirectoryCalls}. */
export const DIRECTORY_ARGUMENTS = {
  directory: v.tuple([]),
  keepDirectory: v.tuple([DirectoryPartSchema]),
} as const;

/** The calls by which the wallet's own screens keep the network's directory, sealed. The page asks for it, and reads it. */
export function createDirectoryCalls(wallet: Wallet) {
  /** One part is added after the other, whichever window it comes from. */
  let last: Promise<unknown> = Promise.resolve();
  return {
    async directory(): Promise<KeptDirectory> {
      return keptDirectory(await wallet.session());
    },
    /** @returns false where another window was faster */
    async keepDirectory(part: DirectoryPart): Promise<boolean> {
      const turn = last.then(async () => keepDirectory(await wallet.session(), part));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
