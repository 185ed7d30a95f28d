import * as v from 'valibot';
import { concat, fromBase64, fromUtf8, random, toBase64, utf8 } from '../bytes.ts';
import { isPurpose, type Purpose } from '../consent/purposes.ts';
import { isSection, type Section } from '../records/sections.ts';
import { importKey } from '../envelope/stream.ts';
import type { Keyring } from '../keys/keyring.ts';
import type { StateSlot } from './ports.ts';

/** A site the person let see their account. */
const SiteSchema = v.object({
  origin: v.string(),
  /** Milliseconds since the epoch. */
  connectedAt: v.number(),
});

/** A transaction that this wallet sent. Amounts in wei, as decimal digits. */
const TransactionSchema = v.object({
  hash: v.string(),
  nonce: v.number(),
  to: v.string(),
  value: v.string(),
  /** Calldata in hex. */
  data: v.string(),
  gasLimit: v.string(),
  maxFeePerGas: v.string(),
  maxPriorityFeePerGas: v.string(),
  /** Site that asked for it. */
  origin: v.string(),
  kind: v.picklist(['send', 'speedUp', 'cancel']),
  /** Request that it answers, so that a yes that is carried out twice sends one. */
  request: v.optional(v.string()),
  /** Hash of the one in whose place it was sent. */
  replaces: v.optional(v.string()),
  /** Milliseconds since the epoch. */
  at: v.number(),
});
export type StoredTransaction = v.InferOutput<typeof TransactionSchema>;

/** A yes that holds for the same request for access again, until a date. */
const RememberedSchema = v.object({
  origin: v.string(),
  /** Hospital that vouched for the site and for the recipient when the person said so. */
  hospital: v.string(),
  recipient: v.string(),
  recipientName: v.optional(v.string()),
  purpose: v.custom<Purpose>(isPurpose),
  rights: v.array(v.picklist(['read', 'write'])),
  sections: v.array(v.custom<Section>(isSection)),
  /** Unix seconds: no access given by it lasts longer, and it is of no use afterwards. */
  until: v.number(),
});
export type Remembered = v.InferOutput<typeof RememberedSchema>;

/** What the wallet remembers beside the vault and the records. Sealed: which sites a person uses is theirs alone. */
const StateSchema = v.object({
  kind: v.picklist(['patient', 'provider']),
  wordsConfirmed: v.boolean(),
  sites: v.array(SiteSchema),
  /** Block up to which arrivals were shown. */
  seenBlock: v.number(),
  /** Newest first. */
  transactions: v.optional(v.array(TransactionSchema), []),
  /** Requests that the person need not be asked again. */
  remembered: v.optional(v.array(RememberedSchema), []),
});
export type WalletState = v.InferOutput<typeof StateSchema>;

const NEW_STATE: WalletState = {
  kind: 'patient',
  wordsConfirmed: false,
  sites: [],
  seenBlock: 0,
  transactions: [],
  remembered: [],
};

/** The part of a keyring that seals the state. */
type StateKeys = Pick<Keyring, 'check' | 'stateKey'>;

/** Reads and writes the state under the wallet's state key. Writes follow one another; each is whole. */
export class SealedState {
  readonly #slot: StateSlot;
  readonly #keyring: StateKeys;
  #key: Promise<CryptoKey> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(slot: StateSlot, keyring: StateKeys) {
    this.#slot = slot;
    this.#keyring = keyring;
  }

  /** What was stored; a fresh state where nothing is, or where it was sealed by other words. @throws SalusError `vault-locked` */
  async read(): Promise<WalletState> {
    const stored = await this.#slot.read();
    const key = await this.#openKey();
    if (typeof stored !== 'string') return NEW_STATE;
    try {
      const bytes = fromBase64(stored);
      const params = { name: 'AES-GCM', iv: bytes.slice(0, 12) };
      const plain = await crypto.subtle.decrypt(params, key, bytes.slice(12));
      return v.parse(StateSchema, JSON.parse(fromUtf8(new Uint8Array(plain))));
    } catch {
      return NEW_STATE;
    }
  }

  update(change: (state: WalletState) => WalletState): Promise<WalletState> {
    const next = this.#last.then(async () => {
      const state = change(await this.read());
      const iv = random(12);
      const key = await this.#openKey();
      const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, utf8(JSON.stringify(state)));
      await this.#slot.write(toBase64(concat(iv, new Uint8Array(sealed))));
      return state;
    });
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** @throws SalusError `vault-locked` */
  #openKey(): Promise<CryptoKey> {
    this.#keyring.check();
    this.#key ??= this.#keyring.stateKey().then(importKey);
    return this.#key;
  }
}
