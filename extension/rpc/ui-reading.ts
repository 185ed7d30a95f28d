import * as v from 'valibot';
import { addIssuer, chooseColumns, knownIssuers, removeIssuer } from '../core/wallet/reading.ts';
import type { StoragePort } from '../core/wallet/ports.ts';
import { ChosenTableSchema, type ChosenTable, type KnownIssuer } from '../core/wallet/sealed-state.ts';
import type { Wallet } from '../core/wallet/wallet.ts';

const upTo = (most: number) => v.pipe(v.string(), v.maxLength(most));
const issuer = upTo(2_048);

/** Arguments of the calls of {@link createReadingCalls}. */
export const READING_ARGUMENTS = {
  stageLink: v.tuple([upTo(20_000), v.optional(upTo(200))]),
  issuers: v.tuple([]),
  addIssuer: v.tuple([issuer, v.optional(upTo(1_048_576))]),
  removeIssuer: v.tuple([issuer]),
  chooseColumns: v.tuple([ChosenTableSchema]),
} as const;

/** The calls of the wallet's own screens by which a person brings in what is no file yet, and says how files are to be read. */
export function createReadingCalls(wallet: Wallet, storage: StoragePort) {
  return {
    /** Nobody is asked before it is planned. @returns the import job */
    async stageLink(link: string, passcode?: string): Promise<string> {
      await wallet.session(); // a locked wallet takes nothing in hand
      return storage.stageLink(link, passcode);
    },
    async issuers(): Promise<readonly KnownIssuer[]> {
      return knownIssuers(await wallet.session());
    },
    /** @param file its keys; without it the issuer is asked */
    async addIssuer(of: string, file?: string): Promise<void> {
      await addIssuer(await wallet.session(), of, file);
    },
    async removeIssuer(of: string): Promise<void> {
      await removeIssuer(await wallet.session(), of);
    },
    async chooseColumns(table: ChosenTable): Promise<void> {
      await chooseColumns(await wallet.session(), table);
    },
  };
}
