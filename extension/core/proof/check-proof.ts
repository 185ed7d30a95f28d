import { equal, fromBase64, fromHex, sha256, toHex } from '../bytes.ts';
import { RECORD_ADDED } from '../chain/answers.ts';
import type { Finality } from '../chain/follower.ts';
import type { AskNode } from '../chain/log-windows.ts';
import { isSalusError } from '../errors.ts';
import { leafHash, rootOf } from '../merkle.ts';
import { before, blemish, isStaff, standingAfter, type Blemish, type Standing } from './membership.ts';
import { pathNodes, type HeldItem, type ProofEvent, type ProofFile } from './proof-file.ts';
import { addressIn, Questions, topicOfAddress, wordsOf, type PlacedLog } from './questions.ts';

/** In the order in which they are gone through. */
export const STEPS = ['bytes', 'leaf', 'inclusion', 'anchor', 'author', 'role', 'hospital', 'finality'] as const;
export type Step = (typeof STEPS)[number];

export type Reason =
  | Blemish
  /** No bytes in the file, and none beside it. */
  | 'no-bytes'
  | 'other-bytes'
  | 'other-leaf'
  | 'other-root'
  | 'other-chain'
  /** The registry is not the one that was to be looked at. */
  | 'other-registry'
  /** No such block, or another one in its place. */
  | 'no-such-block'
  /** No such log there, or one that says something else. */
  | 'not-recorded'
  /** The registry was not made in the block that the file says. */
  | 'other-beginning'
  | 'other-author'
  /** What happened to the membership is not what the file says. */
  | 'other-history'
  | 'other-role'
  | 'other-hospital'
  /** The hospital is not the member any more that vouched. */
  | 'no-longer-vouched'
  /** The block can still be undone. */
  | 'not-final'
  /** One node says this, another that. */
  | 'nodes-disagree'
  /** A node does not answer. */
  | 'unreachable';

export type StepResult = { readonly step: Step } & (
  | { readonly state: 'ok' | 'not-reached' }
  /** `failed`: it does not hold. `unknown`: that cannot be said now. */
  | { readonly state: 'failed' | 'unknown'; readonly reason: Reason }
);

export interface CheckOptions {
  readonly finality: Finality;
  /** Where the proof must be from; without it, whatever the file names. */
  readonly network?: { readonly chainId: number; readonly registries: readonly string[] };
  /** SHA-256 (hex) of the file beside the proof. */
  readonly beside?: string;
  /** Told of each step as it is done. */
  readonly onStep?: (result: StepResult) => void;
}

type Check = () => Promise<Reason | undefined>;

/** @param beside SHA-256 (hex) of bytes that do not stand in the proof */
const itemChecks = (item: HeldItem, beside: string | undefined): readonly (readonly [Step, Check])[] => [
  [
    'bytes',
    async () => {
      const digest = item.bytes === undefined ? beside : toHex(await sha256(fromBase64(item.bytes)));
      if (digest === undefined) return 'no-bytes';
      return digest === item.digest ? undefined : 'other-bytes';
    },
  ],
  [
    'leaf',
    async () => {
      const leaf = await leafHash(fromHex(item.leafSalt), fromHex(item.digest));
      return equal(leaf, fromHex(item.leaf)) ? undefined : 'other-leaf';
    },
  ],
  [
    'inclusion',
    async () => {
      const root = await rootOf(fromHex(item.leaf), pathNodes(item));
      return equal(root, fromHex(item.root)) ? undefined : 'other-root';
    },
  ],
];

/** The steps for which nobody is asked: of the item alone. */
export function checkItem(item: HeldItem, { beside, onStep }: Pick<CheckOptions, 'beside' | 'onStep'> = {}) {
  return goThrough(itemChecks(item, beside), onStep);
}

/**
 * Goes through a proof step by step. The first that fails is named; the ones after it are not reached.
 * @param nodes whom to ask: what they do not agree on does not hold
 */
export async function checkProof(
  proof: ProofFile,
  nodes: readonly AskNode[],
  options: CheckOptions,
): Promise<StepResult[]> {
  const witnesses = nodes.map((ask) => new Witness(proof, ask, options));
  const ofAll =
    (question: (witness: Witness) => Promise<Reason | undefined>): Check =>
    async () => {
      const answers = await Promise.all(witnesses.map(question));
      const [first] = answers;
      return answers.every((answer) => answer === first) ? first : 'nodes-disagree';
    };
  return goThrough(
    [
      ...itemChecks(proof.item, options.beside),
      ['anchor', ofAll((witness) => witness.anchor())],
      ['author', ofAll((witness) => witness.author())],
      ['role', ofAll((witness) => witness.role())],
      ['hospital', ofAll((witness) => witness.hospital())],
      ['finality', ofAll((witness) => witness.finality())],
    ],
    options.onStep,
  );
}

async function goThrough(
  checks: readonly (readonly [Step, Check])[],
  onStep: CheckOptions['onStep'],
): Promise<StepResult[]> {
  const results: StepResult[] = [];
  for (const [step, check] of checks) {
    const stopped = results.length > 0 && results.at(-1)?.state !== 'ok';
    const result: StepResult = stopped ? { step, state: 'not-reached' } : await resultOf(step, check);
    results.push(result);
    onStep?.(result);
  }
  return results;
}

async function resultOf(step: Step, check: Check): Promise<StepResult> {
  try {
    const reason = await check();
    if (reason === undefined) return { step, state: 'ok' };
    return { step, state: reason === 'no-bytes' ? 'unknown' : 'failed', reason };
  } catch (error) {
    if (!isSalusError(error, 'chain-unreachable')) throw error;
    return { step, state: 'unknown', reason: 'unreachable' };
  }
}

/** What one node says of each step; one follows on the other. */
class Witness {
  readonly #proof: ProofFile;
  readonly #node: Questions;
  readonly #options: CheckOptions;
  #log: PlacedLog | undefined;
  /** Unix seconds of the block. */
  #time = 0;
  #author: Standing | undefined;

  constructor(proof: ProofFile, ask: AskNode, options: CheckOptions) {
    this.#proof = proof;
    this.#node = new Questions(ask, proof.chain.registry);
    this.#options = options;
  }

  /** The root stands on the chain, in this entry of this patient. */
  async anchor(): Promise<Reason | undefined> {
    const { chain, entry, item } = this.#proof;
    const { network } = this.#options;
    if (network !== undefined && network.chainId !== chain.id) return 'other-chain';
    if (network !== undefined && !network.registries.some((one) => one.toLowerCase() === chain.registry))
      return 'other-registry';
    if ((await this.#node.chainId()) !== chain.id) return 'other-chain';
    const block = await this.#node.block(entry.block);
    if (block?.hash.toLowerCase() !== entry.hash) return 'no-such-block';
    this.#time = block.timestamp;
    this.#log = await this.#node.log(entry);
    const [topic, id, patient] = this.#log?.topics ?? [];
    const [, , cid, root] = wordsOf(this.#log?.data ?? '').map((hex) => `0x${hex}`);
    const recorded =
      topic === RECORD_ADDED &&
      id === entry.id &&
      patient === topicOfAddress(entry.patient) &&
      cid === entry.cid &&
      root === item.root;
    if (!recorded) return 'not-recorded';
    const made = await this.#node.madeIn(chain.fromBlock, chain.fromBlock);
    return made === chain.fromBlock ? undefined : 'other-beginning';
  }

  /** Whoever the registry found to have signed it. */
  author(): Promise<Reason | undefined> {
    const is = addressIn(this.#log?.topics[3]) === this.#proof.entry.author;
    return Promise.resolve(is ? undefined : 'other-author');
  }

  /** What the author was when the entry was recorded. */
  async role(): Promise<Reason | undefined> {
    const { entry, author } = this.#proof;
    if (!(await this.#isHistory(entry.author, author.events))) return 'other-history';
    this.#author = standingAfter(author.events);
    // Of its own record a patient decides in any standing.
    const isOwn = entry.author === entry.patient;
    const fault = isOwn && this.#author.role === 'patient' ? undefined : blemish(this.#author, this.#time);
    if (fault !== undefined) return fault;
    return this.#author.role === author.role ? undefined : 'other-role';
  }

  /** Of staff: the hospital vouched for them, and could. */
  async hospital(): Promise<Reason | undefined> {
    const { hospital } = this.#proof;
    const author = this.#author;
    if (author === undefined || !isStaff(author)) return hospital === undefined ? undefined : 'other-hospital';
    if (hospital?.address !== author.enroller) return 'other-hospital';
    if (!(await this.#isHistory(hospital.address, hospital.events))) return 'other-history';
    const now = standingAfter(hospital.events);
    const fault = blemish(now, this.#time);
    if (fault !== undefined) return fault;
    const vouched = standingAfter(before(hospital.events, author.since));
    const isThatOne = now.role === 'hospital' && now.membership === vouched.membership;
    return isThatOne ? undefined : 'no-longer-vouched';
  }

  async finality(): Promise<Reason | undefined> {
    const final = await this.#node.final(this.#options.finality);
    return this.#proof.entry.block <= final ? undefined : 'not-final';
  }

  async #isHistory(who: string, said: readonly ProofEvent[]): Promise<boolean> {
    const { chain, entry } = this.#proof;
    const found = await this.#node.membership(who, chain.fromBlock, entry);
    return JSON.stringify(found) === JSON.stringify(said.map(inOrder));
  }
}

/** The fields of an event in the order in which {@link Questions.membership} gives them. */
const inOrder = ({ block, hash, transaction, index, topics, data }: ProofEvent): ProofEvent => ({
  block,
  hash,
  transaction,
  index,
  topics,
  data,
});
