import * as dagCbor from '@ipld/dag-cbor';
import * as dagPb from '@ipld/dag-pb';
import { Contract, Interface, JsonRpcProvider, toQuantity, Wallet } from 'ethers';
import type { CID } from 'multiformats/cid';
import { fromHex, randomId, type Bytes } from '../../extension/core/bytes.ts';
import { sealConsent } from '../../extension/core/consent/consent-object.ts';
import { PURPOSE_BITS } from '../../extension/core/consent/purposes.ts';
import { nobleGroup } from '../../extension/core/custody/noble-group.ts';
import { canonicalBytes } from '../../extension/core/fhir/canonical.ts';
import { describe } from '../../extension/core/fhir/describe.ts';
import type { Keyring } from '../../extension/core/keys/keyring.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { decodeEntry } from '../../extension/core/records/entry.ts';
import { entryKeyOf } from '../../extension/core/records/local-reader.ts';
import { sealEntry, type NewItem } from '../../extension/core/records/seal-entry.ts';
import type { Section } from '../../extension/core/records/sections.ts';
import { REGISTRY_ABI, registryInterface, Right } from '../../extension/core/registry/abi.ts';
import { Folders } from '../../extension/core/wallet/folders.ts';
import { cidOf, DAG_CBOR, DAG_PB, digestOf } from '../../extension/core/storage/cid.ts';
import { authorization, carOf, dealingOf, type Block } from './sent.ts';

export const SECTIONS: readonly Section[] = ['results', 'vitals', 'medications', 'problems', 'visits'];
const NAMES = [
  'Glucose',
  'Sodium',
  'Potassium',
  'Haemoglobin',
  'Platelets',
  'Cholesterol',
  'Blood pressure',
  'Weight',
].flatMap((what) => ['fasting', 'at rest', 'in the morning', 'at home', 'in serum'].map((how) => `${what} ${how}`));
export const ITEMS = 10;
/** Entries that go to the managers as one CAR, and to the chain as one transaction. */
const AT_ONCE = 100;
const WAIT_MS = 60_000;
/** A transaction's gas is given and not asked for: the most there may be (EIP-7825). */
const GAS = 16_000_000;
/** Blocks after which nothing is undone any more. */
const SETTLED = 128;

const item = (entry: number, place: number, section: Section): NewItem => {
  const resource = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: `${NAMES[entry % NAMES.length]} ${place}` }, // a record says a few hundred things again and again
    effectiveDateTime: new Date(Date.UTC(2015, 0, 1) + entry * 21_600_000).toISOString(),
    valueQuantity: { value: 100 + (entry % 50), unit: 'mmol/L' },
    note: [{ text: `Entry ${entry} of ${section}, item ${place}. Taken at rest, before breakfast.` }],
  };
  return {
    type: resource.resourceType,
    ...describe(resource),
    mediaType: 'application/fhir+json',
    source: 'bench',
    plaintext: canonicalBytes(resource),
    encoding: 'deflate',
  };
};

/** Has every manager keep these blocks, all of which hang from `root`. @throws Error when one does not */
async function store(network: Network, keyring: Keyring, root: CID, blocks: readonly Block[]): Promise<void> {
  const body = carOf(root, blocks);
  const headers = {
    'content-type': 'application/vnd.ipld.car',
    authorization: authorization(network, keyring, root),
  };
  const send = async (manager: string): Promise<void> => {
    const signal = AbortSignal.timeout(WAIT_MS);
    const response = await fetch(`${manager}/v1/car`, { method: 'POST', headers, body, signal });
    if (!response.ok)
      throw new Error(`${manager} did not take the blocks: ${response.status} ${await response.text()}`);
    await response.body?.cancel();
  };
  await Promise.all(network.managers.map(send));
}

/** The blocks of an entry that say what is in it: its root and its index. */
function openedFirst(root: CID, blocks: readonly Block[]): CID[] {
  const bytesOf = (cid: CID) => blocks.find((block) => block.cid.equals(cid))?.bytes ?? new Uint8Array();
  const { index } = decodeEntry(bytesOf(root));
  const below = index.code === DAG_PB ? dagPb.decode(bytesOf(index)).Links.map((link) => link.Hash) : [];
  return [root, index, ...below];
}

/** What an account with ether calls itself; wallets have it signed. */
const OWN_ACTS = new Interface(['function setKeyring(uint48[] folders, bytes32 keyring)']);

/** A chain on which an account has ether and sends what it likes. */
export class Seeder {
  readonly #network: Network;
  readonly #provider: JsonRpcProvider;

  constructor(network: Network) {
    this.#network = network;
    const options = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 50 };
    this.#provider = new JsonRpcProvider(network.rpcUrl, network.chainId, options);
  }

  /** Sends calls to the registry, one after the other. */
  async #send(keyring: Keyring, calls: readonly string[]): Promise<void> {
    await this.#provider.send('hardhat_setBalance', [keyring.address, toQuantity(10n ** 20n)]);
    const wallet = new Wallet(keyring.account, this.#provider);
    let nonce = await this.#provider.getTransactionCount(keyring.address);
    for (const data of calls) {
      const sent = await wallet.sendTransaction({ to: this.#network.registry, data, nonce: nonce++, gasLimit: GAS });
      const receipt = await sent.wait(1, WAIT_MS);
      if (receipt?.status !== 1) throw new Error('the registry refused what the bench sent');
    }
  }

  /** Makes the account a patient of the network. */
  join(keyring: Keyring): Promise<void> {
    return this.#send(keyring, [registryInterface.encodeFunctionData('join', [keyring.encryption.publicX])]);
  }

  /** Lets time pass: a record that grew over years is one that cannot be undone. */
  async settle(): Promise<void> {
    await this.#provider.send('hardhat_mine', [toQuantity(SETTLED)]);
  }

  /**
   * Gives a patient this many entries of ten items each, as their own wallet would have sealed, copied and recorded them.
   * @param tell told how many there are, now and then
   * @returns the blocks that these entries open with
   */
  async entries(keyring: Keyring, count: number, tell: (done: number) => void = () => undefined): Promise<string[]> {
    const { registry, chainId } = this.#network;
    const seeds = new Map<Section, Bytes>();
    const folders = await Folders.of(keyring);
    const opening: string[] = [];
    for (const section of SECTIONS)
      seeds.set(section, await keyring.folderSeed(this.#network, folders.tag(section), 0));
    /** What the chain is still taking in, while the next ones are sealed and copied. */
    let before: Promise<void> = Promise.resolve();
    for (let done = 0; done < count; done += AT_ONCE) {
      const blocks: Block[] = [];
      const sink = { put: (cid: CID, bytes: Uint8Array) => Promise.resolve(void blocks.push({ cid, bytes })) };
      const calls: string[] = [];
      const roots: CID[] = [];
      for (let entry = done; entry < Math.min(count, done + AT_ONCE); entry++) {
        const section = SECTIONS[entry % SECTIONS.length] ?? 'results';
        const items = Array.from({ length: ITEMS }, (_, place) => item(entry, place, section));
        const { address } = keyring;
        const place = { chainId, registry, patient: address, author: address, folder: folders.tag(section), epoch: 0 };
        const seed = seeds.get(section) as Bytes;
        const entryKey = (committed: Bytes) =>
          entryKeyOf(nobleGroup, { seed, place: { ...place, commitment: committed } });
        const sealedFor = { patientKey: keyring.encryption.publicX, entryKey };
        const { cid, commitment } = await sealEntry(section, items, sealedFor, sink);
        roots.push(cid);
        for (const one of openedFirst(cid, blocks)) opening.push(one.toString());
        const record = { folder: folders.tag(section), epoch: 0, cid: digestOf(cid), commitment };
        calls.push(registryInterface.encodeFunctionData('addRecord', [record, keyring.address]));
      }
      // One object that holds them together: the managers keep what hangs from one root.
      const bytes = dagCbor.encode({ entries: roots });
      const root = await cidOf(DAG_CBOR, bytes);
      await Promise.all([before, store(this.#network, keyring, root, [{ cid: root, bytes }, ...blocks])]);
      before = this.#send(keyring, [registryInterface.encodeFunctionData('multicall', [calls])]);
      before.catch(() => undefined); // thrown with the next, or at the end
      tell(Math.min(count, done + AT_ONCE));
    }
    await before;
    return opening;
  }

  /** Shares what {@link entries} wrote with a reader, for a year, as the patient's own wallet would. */
  async share(keyring: Keyring, reader: string, readerName: string): Promise<void> {
    const { registry, chainId } = this.#network;
    const contract = new Contract(registry, REGISTRY_ABI, this.#provider);
    const readerKey = (await contract.getFunction('encryptionKey').staticCall(reader)) as string;
    const issued = Math.floor(Date.now() / 1_000);
    const until = issued + 365 * 86_400;
    const folders = await Folders.of(keyring);
    const sections = SECTIONS.map((section) => ({ section, folder: folders.tag(section) }));
    await this.entrust(
      keyring,
      sections.map(({ folder }) => folder),
    );
    const receipt = {
      schema: 'salus/receipt/v1' as const,
      recordId: randomId(),
      principal: keyring.address,
      recipient: reader,
      recipientName: readerName,
      origin: 'http://bench.localhost',
      purpose: 'TREAT' as const,
      reason: 'Measured',
      sections,
      rights: ['read' as const],
      issued,
      until,
      chainId,
      registry,
      jurisdictionNote: 'Access can be stopped at any time. What was already read cannot be taken back.' as const,
    };
    const content = { context: 'salus/consent/v3' as const, registry, patient: keyring.address, receipt };
    const to = [keyring.encryption.publicX, fromHex(readerKey)];
    const { cid, bytes } = await sealConsent(content, to);
    await store(this.#network, keyring, cid, [{ cid, bytes }]);
    const terms = sections.map(({ folder }) => ({
      grantee: reader,
      folder,
      from: 0,
      until,
      purposes: PURPOSE_BITS.TREAT,
      rights: Right.Read,
    }));
    await this.#send(keyring, [registryInterface.encodeFunctionData('grant', [terms, digestOf(cid)])]);
  }

  /** Has those who keep the keys on the network keep those of some folders. @throws Error where one does not */
  async entrust(keyring: Keyring, folders: readonly number[]): Promise<void> {
    const keepers = this.#network.custody?.keepers ?? [];
    const { keyring: object, bodies } = await dealingOf(this.#network, keyring, folders);
    // A reader looks it up among the blocks.
    await store(this.#network, keyring, object.cid, [object]);
    const headers = {
      'content-type': 'application/json',
      authorization: authorization(this.#network, keyring, object.cid),
    };
    const deliver = async (url: string, i: number): Promise<void> => {
      const signal = AbortSignal.timeout(WAIT_MS);
      const response = await fetch(`${url}/v1/shares`, { method: 'POST', headers, body: bodies[i] ?? '', signal });
      if (!response.ok) throw new Error(`${url} did not take its shares: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    };
    await Promise.all(keepers.map(({ url }, i) => deliver(url, i)));
    await this.#send(keyring, [OWN_ACTS.encodeFunctionData('setKeyring', [folders, digestOf(object.cid)])]);
  }

  close(): void {
    this.#provider.destroy();
  }
}
