import { isError } from 'ethers';
import { isSalusError, SalusError } from '../../../extension/core/errors.ts';
import { KeyWork } from '../../../extension/core/custody/key-work.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { Keyring } from '../../../extension/core/keys/keyring.ts';
import { versionsOf, type Custody, type Network } from '../../../extension/core/network/descriptor.ts';
import { registryInterface, Role } from '../../../extension/core/registry/abi.ts';
import { RegistryClient } from '../../../extension/core/registry/client.ts';
import { giveConsent, type Decision } from '../../../extension/core/wallet/give-consent.ts';
import { commitOwnImport, planOwnImport } from '../../../extension/core/wallet/import-records.ts';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { Session, type SessionParts } from '../../../extension/core/wallet/session.ts';
import { startEvm, type Manners, type Registry } from './evm.ts';
import { startKeepers } from './keepers.ts';
import { MemoryRows } from './memory-rows.ts';
import { MemoryStorage } from './memory-storage.ts';
import { fill } from './support.ts';

export const PATIENT = fill(32, 1);
export const DOCTOR = fill(32, 2);
export const OTHER_DOCTOR = fill(32, 3);
const HOUR = 3_600;

export const allergy = (substance: string) => ({
  resourceType: 'AllergyIntolerance',
  code: { text: substance },
  patient: { display: 'me' },
});
export const json = (resource: unknown) => new Blob([JSON.stringify(resource)], { type: 'application/json' });

/** A chain with wallets on it. A wallet keeps what it stored when it is opened anew with another description of the network. */
export async function world() {
  const evm = await startEvm();
  const payer = evm.next();
  const shared = new MemoryStorage().blocks;
  const storages = new Map<string, MemoryStorage>();
  const slots = new Map<string, unknown>();
  const catalogues = new Map<string, MemoryRows>();
  const keepers = await startKeepers(evm);
  const sent: { to: string; calls: readonly string[] }[] = [];

  /** What a wallet on this network is made of. Each account's things are kept under its alias. */
  function parts(network: Network, storage: MemoryStorage, manners: Manners = {}): SessionParts {
    const { provider } = evm.node(manners);
    const client = (version: Network) => new RegistryClient(version, provider);
    const [newest, ...earlier] = versionsOf(network);
    const registries = versionsOf(network).map((v) => v.registry);
    return {
      clients: [client(newest), ...earlier.map(client)],
      storage,
      sponsor: {
        async submit(calls, to) {
          sent.push({ to, calls });
          // The same of every contract of a network.
          const data = registryInterface.encodeFunctionData('multicall', [calls]);
          const transaction = await payer.sendTransaction({ to, data }).catch((error: unknown) => {
            if (!isError(error, 'CALL_EXCEPTION')) throw error;
            throw new SalusError('sponsor-refused', 'The health network refused this. Nothing was changed.');
          });
          await transaction.wait();
          return transaction.hash;
        },
      },
      keyWork: new KeyWork(nobleGroup),
      askKeeper: keepers.ask,
      stateSlot: (account) => ({
        read: () => Promise.resolve(slots.get(account)),
        write: (value) => Promise.resolve(void slots.set(account, value)),
      }),
      catalogueStore: (account) => {
        const place = `${account}/${registries.join()}`;
        const rows = catalogues.get(place) ?? new MemoryRows();
        catalogues.set(place, rows);
        return rows;
      },
      now: Date.now,
    };
  }

  async function open(
    entropy: Uint8Array,
    network: Network,
    kind: 'patient' | 'provider' = 'patient',
    manners: Manners = {},
  ) {
    const keyring = await Keyring.fromEntropy(entropy);
    const { address } = keyring;
    const storage = storages.get(address) ?? new MemoryStorage(shared);
    storages.set(address, storage);
    const session = new Session(keyring, parts(network, storage, manners));
    await session.state.update((s) => ({ ...s, kind }));
    return session;
  }

  /** A registry whose network has three keepers, of whom two are needed. */
  async function deploy(): Promise<Registry & { readonly network: { readonly custody: Custody } }> {
    const registry = await evm.deploy();
    const custody = await keepers.serve(registry);
    return { ...registry, network: { ...registry.network, custody } };
  }
  const hire = async (registry: Registry, who: Session) => {
    await registry.as(evm.who.hospital).getFunction('enrol').send(who.address, Role.Doctor);
    await ensureMembership(who);
  };
  /** A registry with a patient and a doctor, both members. @param changes to its network's description */
  async function clinic(changes: Partial<Network> = {}) {
    const registry = await deploy();
    const network = { ...registry.network, ...changes };
    const patient = await open(PATIENT, network);
    await ensureMembership(patient);
    const doctor = await open(DOCTOR, network, 'provider');
    await hire(registry, doctor);
    return { registry, network, patient, doctor };
  }
  return { evm, keepers, deploy, clinic, open, parts, hire, sent, shared, catalogues, storages, slots };
}

export async function importOwn(session: Session, resource: unknown): Promise<void> {
  const job = await session.storage.stage(json(resource), 'test.json', 'test');
  await commitOwnImport(session, job, await planOwnImport(session, job));
}

export const share = async (
  patient: Session,
  doctor: Session,
  rights: Decision['rights'] = ['read', 'write'],
  recipientName?: string,
) =>
  (
    await giveConsent(patient, {
      origin: 'https://clinic.example',
      recipient: doctor.address,
      ...(recipientName !== undefined && { recipientName }),
      purpose: 'TREAT',
      reason: 'test',
      sections: ['allergies'],
      rights,
      until: Math.floor(Date.now() / 1000) + HOUR,
    })
  ).consent;

export const titles = (listing: { items: readonly { title: string }[] }) => listing.items.map((i) => i.title);
export const codeOf = async (question: Promise<unknown>): Promise<string> =>
  question.then(
    () => 'none',
    (error: unknown) => (isSalusError(error) ? error.code : String(error)),
  );
