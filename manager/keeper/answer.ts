import { fromHex, type Bytes } from '../../extension/core/bytes.ts';
import type { ReadRequest, SealRequest } from '../../extension/core/custody/keeper-messages.ts';
import { Right } from '../../extension/core/registry/abi.ts';
import type { Config } from '../config.ts';
import { ManagerError } from '../errors.ts';
import { HourlyLimit } from '../hourly-limit.ts';
import type { ChainIndex } from './chain-index.ts';
import type { KeeperChain, Standing } from './chain.ts';
import type { Guard } from './guard.ts';
import type { KeeperKeys } from './keys.ts';
import { lineOf, type Opening } from './opening.ts';
import { behind, noConsent, replayed } from './refusals.ts';

import { isKey, orderOf, partsOf, type Part, type Releasing } from './release.ts';
import type { Reporting } from './reporting.ts';
import type { IndexedEntry, KeeperStore } from './store.ts';

/** How many blocks old the block may be that a request names. */
const MOST_BLOCKS = 64;
/** Epochs of one answer: see `KeeperReply`. */
const MOST_PARTS = 64;

/** What {@link createAnswering} needs. */
export interface AnswerParts {
  readonly config: Pick<Config, 'chainId' | 'finality' | 'readsPerHour'>;
  readonly chain: KeeperChain;
  readonly index: ChainIndex;
  readonly store: KeeperStore;
  readonly keys: KeeperKeys;
  readonly releasing: Pick<Releasing, 'release'>;
  readonly guard: Pick<Guard, 'require'>;
  readonly reporting: Pick<Reporting, 'refused'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A request whose signature is good, and what it takes to answer it. */
interface Ask {
  readonly request: ReadRequest | SealRequest;
  readonly kind: 'read' | 'seal';
  readonly right: number;
  readonly purpose: number;
  readonly asked: Opening['asked'];
  /** Entries that are asked about. */
  readonly count: number;
  /** As this manager knows them; undefined where one is unknown, or of another folder. */
  readonly entries: () => Promise<readonly IndexedEntry[] | undefined>;
  /** Called for a member who was refused for want of consent, once that is in the log. */
  readonly onLacking?: () => void;
}

/** What is given, and to which key. */
interface Grant {
  readonly parts: readonly Part[];
  readonly publicX: Bytes;
}

/** What the chain says of who asks: at its newest block, and at its newest final one where that is another question. */
type Standings = readonly [latest: Standing, settled: Standing | undefined];

/** What is true of a request while the newest block is `head`. */
interface Verdict {
  readonly head: string | undefined;
  readonly isActive: boolean;
  /** Whether the chain, at its newest block and at its newest final one, says that there is no consent. */
  readonly lacksConsent: boolean;
  /** Undefined where it is refused. */
  readonly grant?: Grant;
}

/** Answers signed requests, sealed to who signed them. */
export interface Answering {
  /** @throws ManagerError `replayed`, `behind`, `stale`, `no-consent`, `too-many-requests`, `bad-request`; ChainError */
  read(request: ReadRequest): Promise<Bytes>;
  /** @throws as {@link read} */
  seal(request: SealRequest): Promise<Bytes>;
}

/**
 * Answers requests by this order, and no other: counted before → this manager's log is whole → recent → what this manager's own index says of the entries → what the
 * chain says of who asks → on the disk what is about to be done → where the chain went on meanwhile, that again → the answer.
 */
export function createAnswering(parts: AnswerParts): Answering {
  const { config, chain, index, store, now } = parts;
  const limit = new HourlyLimit(config.readsPerHour, now);

  return {
    read: (request) =>
      answer({
        request,
        kind: 'read',
        right: Right.Read,
        purpose: request.purpose,
        asked: { records: request.records },
        count: request.records.length,
        onLacking: () => parts.reporting.refused(request),
        entries: async () => {
          const { registry, patient, folder } = request;
          const found = await store.chain.entries(registry, request.records);
          const isOf = (e: IndexedEntry | undefined) => e?.patient === patient && e.folder === folder;
          return found.every((entry) => entry !== undefined && isOf(entry)) ? (found as IndexedEntry[]) : undefined;
        },
      }),
    seal: (request) =>
      answer({
        request,
        kind: 'seal',
        right: Right.Write,
        purpose: 0,
        asked: { commitments: request.commitments },
        count: request.commitments.length,
        entries: async () => {
          const { registry, patient, folder, signer: author } = request;
          const commitments = request.commitments.map(fromHex);
          // Its author too opens no more what the patient withdrew.
          if (await store.chain.anyWithdrawn({ registry, patient, folder }, author, commitments)) return undefined;
          const epoch = await store.chain.epochOf({ registry, patient, folder });
          const place = { registry, patient, folder, epoch, author };
          return commitments.map((commitment) => ({ ...place, commitment }));
        },
      }),
  };

  async function answer(ask: Ask): Promise<Bytes> {
    const { request, kind, count } = ask;
    const { signer, nonce } = request;
    if (await store.log.has(request)) throw replayed();
    requireAllowance(signer, count);
    // Asked together with what is new. It counts where nothing is: then it is of the block that was the newest before and after.
    const before = index.followed.head?.hash;
    const early = standingsOf(ask);
    early.catch(() => undefined); // thrown where it counts
    await index.catchUp();
    await parts.guard.require();
    await requireRecent(request);
    const isSame = before !== undefined && before === index.followed.head?.hash;
    const verdict = await judge(ask, isSame ? early : standingsOf(ask));
    // Made while the line is written and the chain is asked again; it leaves after both.
    const sealed = verdict.grant && give(request, verdict.grant);
    sealed?.catch(() => undefined); // thrown where it is wanted
    // Only for members: nobody else can make this manager write, or remember them.
    if (verdict.isActive) {
      limit.count(signer, count);
      const line = await lineOf(openingOf(ask, verdict.grant ? kind : 'refused'));
      await store.log.append(line, { signer, nonce, block: request.blockNumber });
      if (verdict.lacksConsent) ask.onLacking?.();
    }
    if (sealed === undefined) throw noConsent();
    try {
      await index.catchUpAnew();
      if (index.followed.head?.hash === verdict.head) return await sealed;
      const { grant } = await judge(ask, standingsOf(ask));
      if (grant === undefined) throw noConsent();
      return await give(request, grant);
    } catch (error) {
      // It is in the log that it was given: so is that it was not.
      await store.log.append(await lineOf(openingOf(ask, 'refused')));
      throw error;
    }
  }

  async function give({ nonce }: Ask['request'], { parts: of, publicX }: Grant): Promise<Bytes> {
    return parts.releasing.release(orderOf(parts.keys, config.chainId, of, { nonce, publicX }));
  }

  function openingOf({ request, asked, purpose }: Ask, kind: Opening['kind']): Opening {
    const { signer, patient, folder } = request;
    const at = Math.floor(now() / 1000);
    return { kind, at, block: index.followed.head?.number ?? 0, signer, patient, folder, asked, purpose };
  }

  function requireAllowance(signer: string, count: number): void {
    const retryAfter = limit.wait(signer, count);
    if (retryAfter === 0) return;
    const message = `This hour's ${config.readsPerHour} entries are used up. Wait, then go on.`;
    throw new ManagerError('too-many-requests', message, { retryAfter });
  }

  /** The block that the request names is of this chain, and not old. */
  async function requireRecent({ blockNumber, blockHash }: ReadRequest | SealRequest): Promise<void> {
    const top = () => index.followed.head?.number ?? -1;
    // The round that this request shared may have begun before that block.
    if (blockNumber > top()) await index.catchUpAnew();
    if (blockNumber > top()) throw behind();
    if (blockNumber < top() - MOST_BLOCKS)
      throw new ManagerError('stale', `The request names a block older than ${MOST_BLOCKS} blocks. Sign another one.`);
    const hash = index.followed.hashOf(blockNumber) ?? (await chain.hashOf(blockNumber));
    if (hash === undefined) throw behind();
    if (hash !== blockHash)
      throw new ManagerError('stale', 'The request names a block that is not of this chain. Sign another one.');
  }

  function standingsOf({ request, right, purpose }: Ask): Promise<Standings> {
    const { registry, signer: who, patient, folder } = request;
    const question = { registry, who, patient, folder, right, purpose };
    return Promise.all([
      chain.standing(question, 'latest'),
      config.finality === 'latest' ? undefined : chain.standing(question, index.followed.final),
    ]);
  }

  /** All of it is asked, whatever the first answer is: how long a refusal takes does not tell its reason. */
  async function judge({ request, entries }: Ask, asked: Promise<Standings>): Promise<Verdict> {
    const { registry, signer, patient, folder } = request;
    const { head } = index.followed;
    const [latest, settled] = await asked;
    const known = await entries();
    const found = known && (await partsOf(store.shares, { registry, patient, folder }, known));
    const isAllowed = signer === patient || (latest.may && (settled?.may ?? true));
    const { active: isActive, key } = latest;
    if ((found?.length ?? 0) > MOST_PARTS && isAllowed)
      throw new ManagerError('bad-request', `The records are of more than ${MOST_PARTS} epochs. Ask in several parts.`);
    const isGranted = isActive && isAllowed && key !== undefined && isKey(key) && found !== undefined;
    const lacksConsent = signer !== patient && !latest.may && settled?.may !== true;
    return { head: head?.hash, isActive, lacksConsent, ...(isGranted && { grant: { parts: found, publicX: key } }) };
  }
}
