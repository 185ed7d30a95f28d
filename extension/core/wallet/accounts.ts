import * as v from 'valibot';
import type { Bytes } from '../bytes.ts';
import { importKey } from '../envelope/stream.ts';
import { GuardiansSchema } from '../guardians/plan.ts';
import { walletKey } from '../keys/keyring.ts';
import type { StateSlot } from './ports.ts';
import { SealedValue } from './sealed-value.ts';

const MOST_NAME = 40;
/** Accounts of one wallet. Each is followed only while it is in use, so this is about the list. */
export const MOST_ACCOUNTS = 20;

const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0x7fff_ffff));

/** As the person calls an account. */
export const AccountNameSchema = v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(MOST_NAME));

const AccountSchema = v.object({
  /** Its place i in the BIP-44 path m/44'/60'/0'/0/i. */
  index,
  name: v.optional(AccountNameSchema),
});
export type Account = v.InferOutput<typeof AccountSchema>;

const AccountListSchema = v.object({
  accounts: v.pipe(v.array(AccountSchema), v.minLength(1)),
  /** Index of the one in use. */
  inUse: index,
  /** Whether the registry was asked which further accounts these words have. */
  searched: v.boolean(),
  /** Who was given cards that bring the words back, newest first: what was given out once stays good. */
  guardians: v.optional(v.array(GuardiansSchema), []),
});
export type AccountList = v.InferOutput<typeof AccountListSchema>;

const ONE: AccountList = { accounts: [{ index: 0 }], inUse: 0, searched: false, guardians: [] };

/** The accounts of one wallet. Sealed under its words: what a person calls them is theirs alone. @param entropy throws `vault-locked` */
export const sealedAccounts = (slot: StateSlot, entropy: () => Promise<Bytes>): SealedValue<AccountList> =>
  new SealedValue(slot, AccountListSchema, ONE, async () => {
    const words = await entropy();
    try {
      return await importKey(await walletKey(words));
    } finally {
      words.fill(0);
    }
  });

/** Index for the next account. */
export const nextIndex = ({ accounts }: AccountList): number => Math.max(...accounts.map((a) => a.index)) + 1;
