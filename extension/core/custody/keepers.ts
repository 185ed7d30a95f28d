import type { TypedDataField } from 'ethers';
import { equal, fromHex, random, toHex, type Bytes } from '../bytes.ts';
import type { BlockRef } from '../chain/follower.ts';
import { noConsent, SalusError } from '../errors.ts';
import type { Custody, KeeperInfo } from '../network/descriptor.ts';
import { READ_TYPES, registryDomain, SEAL_TYPES } from '../registry/typed-data.ts';
import type { EntryPlace, FolderPlace, KeeperAnswer } from './entry-key.ts';
import { decodeReply, openReply, type KeeperReply } from './keeper-messages.ts';
import type { KeyWorkPort } from './key-work.ts';
import { sharePlace, type KeyringObject } from './keyring-object.ts';

/**
 * Puts a request to a keeper. Has a time-out of its own.
 * @returns its answer, whatever it is; undefined where there is none
 */
export type AskKeeper = (
  url: string,
  path: '/v1/read' | '/v1/seal' | '/v1/shares' | '/v1/erase' | '/v1/withdrawn' | '/v1/log',
  body: unknown,
  authorization?: string,
) => Promise<{ readonly status: number; readonly body: unknown } | undefined>;

/** Whose requests these are. Every call throws SalusError `vault-locked` once the keys are dropped. */
export interface KeeperClient {
  readonly address: string;
  sign(
    domain: ReturnType<typeof registryDomain>,
    types: Record<string, TypedDataField[]>,
    message: Record<string, unknown>,
  ): string;
  /** Opens what is sealed to the registered key. */
  secret(): Bytes;
}

export interface KeepersParts {
  readonly custody: Custody;
  readonly ask: AskKeeper;
  readonly work: KeyWorkPort;
  readonly client: KeeperClient;
  /** The newest block there is. */
  readonly newest: () => Promise<BlockRef>;
  /** Object of a keyring by its digest (0x hex), as it is on the chain. */
  readonly keyring: (digest: string) => Promise<KeyringObject>;
}

/** Entries of one folder whose keys are wanted. */
export interface Wanted {
  readonly folder: Omit<FolderPlace, 'epoch'>;
  /** Newest keyring of the folder, 0x hex. */
  readonly keyring: string;
  readonly places: readonly EntryPlace[];
}

/** How long a keeper that is slow is waited for before another is asked as well. */
const HEDGE_MS = 1_000;
/** A keeper whose node is behind the reader's is asked again after a moment. */
const BEHIND_TRIES = 5;
const BEHIND_PAUSE_MS = 700;

const BEHIND = 425;
const REFUSED = 403;

/** What became of one keeper's answer. */
type Outcome = KeeperReply | 'refused' | 'failed';

/**
 * Asks keepers for the keys of entries. As many as are needed are asked at once, those first that answered last time; one that is
 * slow, down or wrong costs a moment, once, and is passed over.
 */
export class Keepers {
  readonly #parts: KeepersParts;
  /** Keepers that did not answer well the last time, by account. */
  readonly #poor = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: KeepersParts) {
    this.#parts = parts;
  }

  /** Openings follow one another, so that nothing is asked for twice. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /**
   * Keys of entries that a patient lets this account read.
   * @param records ids, in the order of the places
   * @param purpose one bit
   * @returns in the order of the places
   * @throws SalusError `no-consent`, `managers-unreachable`, `vault-locked`, and what reading the keyring throws
   */
  read(wanted: Wanted, records: readonly string[], purpose: number): Promise<Bytes[]> {
    return this.#keys(wanted, '/v1/read', READ_TYPES, { records, purpose });
  }

  /** Keys of entries that this account is about to add. @throws as {@link read} */
  seal(wanted: Wanted): Promise<Bytes[]> {
    const commitments = wanted.places.map(({ commitment }) => toHex(commitment));
    return this.#keys(wanted, '/v1/seal', SEAL_TYPES, { commitments });
  }

  async #keys(
    { folder, keyring, places }: Wanted,
    path: '/v1/read' | '/v1/seal',
    types: Record<string, TypedDataField[]>,
    what: Record<string, unknown>,
  ): Promise<Bytes[]> {
    const [object, block] = await Promise.all([this.#parts.keyring(keyring), this.#parts.newest()]);
    requireOf(object, folder);
    const body = (keeper: KeeperInfo): { nonce: string; body: unknown } => {
      const { client } = this.#parts;
      const nonce = toHex(random(32));
      const message = {
        signer: client.address.toLowerCase(),
        patient: folder.patient.toLowerCase(),
        folder: folder.folder,
        ...what,
        manager: keeper.account,
        blockNumber: block.number,
        blockHash: block.hash,
        nonce,
      };
      const signature = client.sign(registryDomain(folder.chainId, folder.registry), types, message);
      return { nonce, body: { registry: folder.registry.toLowerCase(), ...message, signature } };
    };
    const ask = (keeper: KeeperInfo) => this.#answerOf(keeper, path, () => body(keeper));
    return this.#combine(object, keyring, places, ask);
  }

  /** Asks keepers until k of them gave what fits together. */
  async #combine(
    object: KeyringObject,
    digest: string,
    places: readonly EntryPlace[],
    ask: (keeper: KeeperInfo) => Promise<Outcome>,
  ): Promise<Bytes[]> {
    const waiting = this.#inOrder(object);
    const asked = new Map<KeeperInfo, Promise<readonly [KeeperInfo, Outcome]>>();
    const good = new Map<KeeperInfo, KeeperReply>();
    let refused = 0;
    const next = (): boolean => {
      const keeper = waiting.shift();
      if (keeper === undefined) return false;
      const answer = ask(keeper).then((outcome) => [keeper, outcome] as const);
      answer.catch(() => undefined); // thrown by the race, if it is still on
      asked.set(keeper, answer);
      return true;
    };
    for (let i = 0; i < object.k; i++) next();
    while (asked.size > 0) {
      const first = await Promise.race([...asked.values(), ...(waiting.length > 0 ? [hedge()] : [])]);
      if (first === undefined) {
        next();
        continue;
      }
      const [keeper, outcome] = first;
      asked.delete(keeper);
      if (outcome === 'refused') refused++;
      if (typeof outcome === 'string') {
        next();
        continue;
      }
      good.set(keeper, outcome);
      if (good.size < object.k) continue;
      const { keys, wrong } = await this.#fit(object, digest, places, good);
      if (keys !== undefined) return keys;
      for (const bad of wrong) {
        good.delete(bad);
        this.#poor.add(bad.account);
        next();
      }
    }
    // Where k can never come together because so many say no, it is a no; otherwise it may be better the next time.
    if (refused > object.managers.length - object.k) throw noConsent();
    throw new SalusError('managers-unreachable', 'Too few of those who keep the keys answer. Try again later.');
  }

  /** Keepers of a keyring, the best first. */
  #inOrder({ managers }: KeyringObject): KeeperInfo[] {
    const keepers = this.#parts.custody.keepers.filter(({ account }) => managers.includes(account));
    const [poor, well] = [true, false].map((is) => keepers.filter(({ account }) => this.#poor.has(account) === is));
    return [...(well ?? []), ...(poor ?? [])];
  }

  /** Keys for which every part of k answers is proven, and the keepers that have a part which is not. */
  async #fit(
    object: KeyringObject,
    digest: string,
    places: readonly EntryPlace[],
    good: ReadonlyMap<KeeperInfo, KeeperReply>,
  ): Promise<{ keys?: Bytes[]; wrong: KeeperInfo[] }> {
    const keys = new Map<number, Bytes>();
    const wrong = new Set<KeeperInfo>();
    for (const [epoch, group] of Map.groupBy(places.entries(), ([, place]) => place.epoch)) {
      const positions = group.map(([position]) => position);
      const answers = new Map<number, { keeper: KeeperInfo; answer: KeeperAnswer }>();
      let commitments: readonly Bytes[] = [];
      for (const [keeper, { parts }] of good) {
        const part = parts.find((one) => one.epoch === epoch);
        const place = sharePlace(object, { manager: keeper.account, folder: group[0]?.[1].folder ?? 0, epoch });
        const fits =
          part !== undefined && part.positions.join() === positions.join() && equal(part.keyring, fromHex(digest));
        if (!fits || place === undefined) {
          wrong.add(keeper);
          continue;
        }
        commitments = place.commitments as readonly Bytes[];
        answers.set(place.keeper, { keeper, answer: { keeper: place.keeper, ...part } });
      }
      const of = group.map(([, place]) => place);
      const given = [...answers.values()].map(({ answer: { keeper, evaluated, proof } }) => ({
        keeper,
        evaluated,
        proof,
      }));
      const combined = await this.#parts.work.combine(commitments, of, given);
      for (const number of combined.wrong) {
        const bad = answers.get(number)?.keeper;
        if (bad !== undefined) wrong.add(bad);
      }
      combined.keys?.forEach((key, i) => keys.set(positions[i] ?? 0, key));
    }
    const all = places.map((_, position) => keys.get(position));
    return all.every((key) => key !== undefined) ? { keys: all, wrong: [] } : { wrong: [...wrong] };
  }

  async #answerOf(
    keeper: KeeperInfo,
    path: '/v1/read' | '/v1/seal',
    make: () => { nonce: string; body: unknown },
  ): Promise<Outcome> {
    for (let tries = 1; ; tries++) {
      const { nonce, body } = make();
      const answer = await this.#parts.ask(keeper.url, path, body);
      if (answer?.status === BEHIND && tries < BEHIND_TRIES) {
        await new Promise((resolve) => setTimeout(resolve, BEHIND_PAUSE_MS));
        continue;
      }
      if (answer?.status === REFUSED) return 'refused';
      const reply = answer?.status === 200 ? await this.#opened(answer.body, nonce) : undefined;
      if (reply === undefined) {
        this.#poor.add(keeper.account);
        return 'failed';
      }
      this.#poor.delete(keeper.account);
      return reply;
    }
  }

  async #opened(body: unknown, nonce: string): Promise<KeeperReply | undefined> {
    const reply = await openReply(body, this.#parts.client.secret(), decodeReply);
    return reply !== undefined && equal(reply.nonce, fromHex(nonce)) ? reply : undefined;
  }
}

/** A keyring speaks of the patient's folders in this registry, or it is another's. @throws SalusError `sealed-data-damaged` */
function requireOf(
  { chainId, registry, patient }: KeyringObject,
  folder: Pick<FolderPlace, 'chainId' | 'registry' | 'patient'>,
): void {
  const isSame = registry === folder.registry.toLowerCase() && patient === folder.patient.toLowerCase();
  if (isSame && chainId === folder.chainId) return;
  throw new SalusError('sealed-data-damaged', 'This keyring is of another record.');
}

const hedge = (): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), HEDGE_MS));
