import type { Bytes } from '../bytes.ts';
import { Keyring } from '../keys/keyring.ts';
import { sealedAccounts } from '../wallet/accounts.ts';
import type { StateSlot } from '../wallet/ports.ts';
import { sealedState } from '../wallet/sealed-state.ts';

/** A value in memory. */
function heldSlot(value: unknown): StateSlot & { readonly value: unknown } {
  let held = value;
  return {
    get value() {
      return held;
    },
    read: () => Promise.resolve(held),
    write: (next) => {
      held = next;
      return Promise.resolve();
    },
  };
}

/**
 * The accounts of a backup, by the name under which each is kept here.
 * @param accounts the sealed list; absent for a wallet that had one
 */
export async function keyringsOf(entropy: Bytes, accounts: string | undefined): Promise<Map<string, Keyring>> {
  const list = await sealedAccounts(heldSlot(accounts), () => Promise.resolve(Uint8Array.from(entropy))).read();
  const keyrings = await Promise.all(list.accounts.map(({ index }) => Keyring.fromEntropy(entropy, index)));
  return new Map(keyrings.map((keyring) => [keyring.alias, keyring]));
}

/**
 * What the wallet remembered of an account, without what lets a site in: which sites were connected, and what need not be asked again.
 * A backup may be older than the day on which the person took that back, and nothing else knows of it.
 * @param value as it was sealed. @returns the same, sealed anew
 */
export async function withoutSites(value: string, keyring: Keyring): Promise<unknown> {
  const slot = heldSlot(value);
  await sealedState(slot, keyring).update((state) => ({ ...state, sites: [], remembered: [] }));
  return slot.value;
}
