import * as v from 'valibot';
import { fromBase64 } from '../core/bytes.ts';
import { GuardianPlanSchema, type GuardianPlan, type Guardians } from '../core/guardians/plan.ts';
import { toWords } from '../core/keys/mnemonic.ts';
import { AutoLockSchema, type AutoLock } from '../core/vault/unlocking.ts';
import { PasskeyEntries } from '../core/vault/vault-file.ts';
import type { Vault } from '../core/vault/vault.ts';
import type { NetworksPort, StoragePort } from '../core/wallet/ports.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { tellingChain } from './site-network.ts';
import { text } from './ui-arguments.ts';

/** How this browser's wallet is opened, as Settings shows it. */
export interface Safety {
  /** Minutes. */
  readonly autoLock: AutoLock;
  readonly passkeys: Awaited<ReturnType<Vault['namedPasskeys']>>;
  /** Newest first. */
  readonly guardians: readonly Guardians[];
}

const { id, salt, name } = PasskeyEntries;
/** What a passkey's device gives: 32 bytes, base64. */
const secret = v.pipe(v.string(), v.base64(), v.length(44));
const newPasskey = v.object({ id, salt, name, secret });

/** Arguments of the calls of {@link createSafetyCalls}. */
export const SAFETY_ARGUMENTS = {
  passkeys: v.tuple([]),
  unlockWith: v.tuple([id, secret]),
  safety: v.tuple([]),
  checkPassword: v.tuple([text]),
  changePassword: v.tuple([text, text]),
  recoveryWords: v.tuple([text]),
  chooseAutoLock: v.tuple([AutoLockSchema]),
  addPasskey: v.tuple([text, newPasskey]),
  removePasskey: v.tuple([id]),
  keepGuardians: v.tuple([GuardianPlanSchema]),
  unsaved: v.tuple([]),
  removeWallet: v.tuple([]),
} as const;

export interface SafetyParts {
  readonly wallet: Wallet;
  readonly vault: Vault;
  readonly storage: StoragePort;
  readonly networks: NetworksPort;
  /** Tells pages of a site what changed. */
  readonly notify: (origin: string, event: string, data: unknown) => Promise<void>;
  /** Takes everything that is kept in this browser away. */
  readonly remove: () => Promise<void>;
  readonly changed: () => void;
}

/** The calls of the wallet's own screens about its door: how it is opened, how it locks itself, and how it is taken away. */
export function createSafetyCalls({ wallet, vault, storage, networks, notify, remove, changed }: SafetyParts) {
  return {
    /** What devices are asked with; also while locked. */
    passkeys: () => vault.passkeys(),
    unlockWith: (of: string, given: string): Promise<void> => wallet.unlock({ id: of, secret: fromBase64(given) }),
    safety: async (): Promise<Safety> => ({
      autoLock: await vault.autoLock(),
      passkeys: await vault.namedPasskeys(),
      guardians: await wallet.guardians(),
    }),
    /** Before something is asked of a device that would be in vain. */
    checkPassword: async (password: string): Promise<void> => void (await vault.reveal(password)).fill(0),
    async changePassword(old: string, password: string): Promise<void> {
      await vault.changePassword(old, password);
      changed();
    },
    async recoveryWords(password: string): Promise<string[]> {
      const entropy = await vault.reveal(password);
      try {
        return toWords(entropy);
      } finally {
        entropy.fill(0);
      }
    },
    async chooseAutoLock(minutes: AutoLock): Promise<void> {
      await vault.chooseAutoLock(minutes);
      changed();
    },
    async addPasskey(password: string, passkey: v.InferOutput<typeof newPasskey>): Promise<void> {
      await vault.addPasskey(password, { ...passkey, secret: fromBase64(passkey.secret) });
      changed();
    },
    async removePasskey(of: string): Promise<void> {
      await vault.removePasskey(of);
      changed();
    },
    keepGuardians: (plan: GuardianPlan): Promise<void> => wallet.keepGuardians(plan),
    /** How many things are nowhere else than in this browser, of all accounts and networks; also while locked. */
    unsaved: (): Promise<number> => storage.unsaved(),
    /** Sites that saw the account in use lose it (EIP-1193 `accountsChanged`); what is locked is not known to have any. */
    async removeWallet(): Promise<void> {
      const read = wallet.session().then(({ state }) => state.read());
      const { sites } = await read.catch(() => ({ sites: [] }));
      await remove();
      const tell = tellingChain(networks, notify);
      for (const { origin } of sites) await tell(origin, 'accountsChanged', []);
    },
  };
}
