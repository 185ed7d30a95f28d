import type { Bytes } from '../bytes.ts';
import { isSalusError, SalusError } from '../errors.ts';
import type { EncryptionKey } from '../keys/keyring.ts';
import type { FolderKeys } from '../records/book.ts';
import { Right } from '../registry/abi.ts';
import type { Granted, RegistryClient } from '../registry/client.ts';
import type { Entry } from '../records/entry.ts';
import type { Section } from '../records/sections.ts';
import { openConsent } from './consent-object.ts';
import type { Receipt } from './receipt.ts';

/** Fetches a public object (consent or keyring) by the digest the chain holds. */
export type FetchObject = (digest: Uint8Array) => Promise<Uint8Array>;

/** One folder a reader was given, as it stands on the chain now. */
export interface LiveGrant {
  readonly patient: string;
  readonly folder: number;
  readonly section: Section;
  /** Unix seconds. */
  readonly until: number;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly receipt: Receipt;
}

/**
 * What a reader was given: live grants from the chain, and the folder keys in the consent and keyring objects those name.
 * Without managers that hold the keys, ending a grant keeps new epochs from the reader; the check of `may()` before each use is
 * this wallet's own.
 */
export class GrantedKeys implements FolderKeys {
  readonly #client: RegistryClient;
  readonly #fetch: FetchObject;
  readonly #reader: string;
  readonly #encryption: () => EncryptionKey;
  readonly #keys = new Map<string, Bytes>();
  readonly #sections = new Map<string, Section>();

  /** @param encryption asked for at each opening; it throws once the wallet is locked */
  constructor(client: RegistryClient, fetchObject: FetchObject, reader: string, encryption: () => EncryptionKey) {
    this.#client = client;
    this.#fetch = fetchObject;
    this.#reader = reader;
    this.#encryption = encryption;
  }

  /** Grants to this reader that are live on the chain now. An object that cannot be fetched or opened is left out. */
  async live(patient?: string): Promise<LiveGrant[]> {
    const events = await this.#client.granted({ member: this.#reader, ...(patient && { patient }) });
    const newest = new Map(events.map((e) => [`${e.patient}/${e.folder}`, e]));
    const grants: LiveGrant[] = [];
    for (const event of newest.values()) {
      const canRead = await this.#may(event, Right.Read);
      const canWrite = await this.#may(event, Right.Write);
      if (!canRead && !canWrite) continue;
      const receipt = await this.#receipt(event);
      const named = receipt?.sections.find((s) => s.folder === event.folder);
      if (receipt === undefined || named === undefined) continue;
      const { patient: owner, folder, until } = event;
      grants.push({ patient: owner, folder, section: named.section, until, canRead, canWrite, receipt });
    }
    return grants;
  }

  /** Folders of a patient that this reader was ever given. */
  async folders(patient: string): Promise<ReadonlySet<number>> {
    const events = await this.#client.granted({ member: this.#reader, patient });
    return new Set(events.map((e) => e.folder));
  }

  /** The key of an epoch, if the reader was given it and its grant is live. @throws SalusError `no-consent` */
  async find(patient: string, folder: number, key: Entry['key']): Promise<Bytes> {
    if (!(await this.#client.may(this.#reader, patient, folder, Right.Read, 0))) throw noConsent();
    this.#encryption(); // a key that was collected earlier is of no use in a locked wallet
    if ('capsule' in key) throw noConsent(); // sealed to the patient alone
    const name = keyName(patient, folder, key.epoch);
    if (!this.#keys.has(name)) await this.#collect(patient, folder, name);
    const found = this.#keys.get(name);
    if (found === undefined) throw noConsent();
    return found;
  }

  /** As the patient's receipts call it. */
  async sectionOf(patient: string, folder: number): Promise<Section | undefined> {
    const name = folderName(patient, folder);
    if (!this.#sections.has(name)) {
      const events = await this.#client.granted({ member: this.#reader, patient });
      for (const event of events.filter((e) => e.folder === folder)) await this.#receipt(event);
    }
    return this.#sections.get(name);
  }

  async #collect(patient: string, folder: number, wanted: string): Promise<void> {
    const all = await this.#client.granted({ member: this.#reader, patient });
    const events = all.filter((e) => e.folder === folder);
    for (const event of events) await this.#receipt(event);
    const [first] = events;
    if (first === undefined || this.#keys.has(wanted)) return;
    // Keyrings from before the first grant are for others.
    const keyrings = await this.#client.keyrings(patient, folder, first.block);
    for (const keyring of keyrings) await this.#open(keyring, patient);
  }

  async #receipt(event: Granted): Promise<Receipt | undefined> {
    return (await this.#open(event.receipt, event.patient)) ?? undefined;
  }

  async #open(digest: Bytes, patient: string): Promise<Receipt | null | undefined> {
    try {
      const expected = { registry: this.#client.network.registry, patient };
      const content = await openConsent(await this.#fetch(digest), this.#encryption().secret, expected);
      for (const { folder, epoch, key } of content.keys) this.#keys.set(keyName(patient, folder, epoch), key);
      for (const { folder, section } of content.receipt?.sections ?? []) {
        this.#sections.set(folderName(patient, folder), section);
      }
      return content.receipt;
    } catch (error) {
      if (isSalusError(error) && error.code !== 'vault-locked') return undefined; // not ours, or not to be had now
      throw error;
    }
  }

  #may(event: Granted, right: number): Promise<boolean> {
    return this.#client.may(this.#reader, event.patient, event.folder, right, 0);
  }
}

const folderName = (patient: string, folder: number): string => `${patient.toLowerCase()}/${folder}`;
const keyName = (patient: string, folder: number, epoch: number): string =>
  `${patient.toLowerCase()}/${folder}/${epoch}`;
/** What a reader is told who was given nothing, or no longer. */
export const noConsent = () =>
  new SalusError('no-consent', 'The patient has not given access to this, or has ended it.');
