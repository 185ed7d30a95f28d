import { own, type Bytes } from '../../extension/core/bytes.ts';
import { signCheckpoint } from '../../extension/core/custody/checkpoint.ts';
import { encodeLogReply, MOST_LINES, type LogReply } from '../../extension/core/custody/keeper-messages.ts';
import { logOrigin } from '../../extension/core/custody/openings-log.ts';
import { eciesSeal } from '../../extension/core/keys/ecies.ts';
import { Right } from '../../extension/core/registry/abi.ts';
import type { Peer } from '../config.ts';
import type { Confirming } from './confirming.ts';
import type { KeeperChain } from './chain.ts';
import type { KeeperKeys } from './keys.ts';
import { noConsent } from './refusals.ts';
import { isKey } from './release.ts';
import { parseLog, type Addressee } from './requests.ts';
import type { KeeperStore } from './store.ts';

/** How long is waited for the others to cosign what is told. */
const CONFIRM_MS = 1_500;

/** What {@link readLog} needs. */
export interface LogReadingParts {
  readonly to: Addressee;
  /** The newest registry, which the log is named after. */
  readonly registry: string;
  readonly chain: KeeperChain;
  readonly store: Pick<KeeperStore, 'chain' | 'heads' | 'log'>;
  readonly confirming: Pick<Confirming, 'confirm' | 'confirmed'>;
  readonly peers: readonly Peer[];
  readonly keys: KeeperKeys;
}

/**
 * Tells a patient of the openings of its record: sealed to its registered key, so that a request that is sent again by somebody else
 * gives nothing to them.
 * @throws ManagerError `bad-request`, `bad-signature`, `no-consent`; ChainError
 */
export async function readLog(parts: LogReadingParts, body: unknown): Promise<Bytes> {
  const { to, registry, chain, keys } = parts;
  const { log } = parts.store;
  const request = parseLog(body, to);
  const { signer, after, head } = request;
  const self = { registry: request.registry, who: signer, patient: signer, folder: 0, right: Right.Read, purpose: 1 };
  const { key } = await chain.standing(self, 'latest');
  if (key === undefined || !isKey(key)) throw noConsent();
  await soonConfirmed(parts);
  const size = await log.size();
  const found = await log.linesOf(signer, after, MOST_LINES);
  // What came since the size was read is told the next time.
  const some = found.filter(({ number }) => number < size);
  const lines = await Promise.all(
    some.map(async ({ number, blind, body: bytes }) => ({
      number,
      blind,
      body: bytes,
      proof: (await log.inclusion(number, size)).map(own),
    })),
  );
  const origin = logOrigin(to.chainId, registry, to.account);
  const root = own(await log.root(size));
  const note = await signCheckpoint({ origin, size, root }, { name: origin, publicKey: keys.log }, (message) =>
    keys.signHead(message),
  );
  // A head that is further than this log has nothing to prove: its patient sees that.
  const consistency = head <= size ? (await log.consistency(head, size)).map(own) : [];
  const last = some.at(-1)?.number;
  const next = found.length === MOST_LINES && last !== undefined ? last + 1 : Math.max(after, size);
  const said = await saidElsewhere(parts, size);
  return eciesSeal(key, encodeLogReply({ v: 1, head: note, consistency, lines, next, ...said }));
}

/** A patient who asks right after an opening is told of it with the others' word for it, where they answer soon. */
async function soonConfirmed({ confirming, peers, store }: LogReadingParts): Promise<void> {
  if (peers.length === 0 || (await confirming.confirmed())?.size === (await store.log.size())) return;
  await Promise.race([confirming.confirm(), new Promise((resolve) => setTimeout(resolve, CONFIRM_MS).unref())]);
}

/** What others and the chain say of this log, and what this manager knows of the others'. */
async function saidElsewhere(
  { to, registry, store, confirming, peers }: LogReadingParts,
  size: number,
): Promise<Pick<LogReply, 'cosigned' | 'others' | 'anchors' | 'anchored'>> {
  const proofFrom = async (first: number) => (await store.log.consistency(first, size)).map(own);
  const self = to.account.toLowerCase();
  const confirmed = await confirming.confirmed();
  const others = await Promise.all(peers.map(({ account }) => store.heads.seen(account)));
  const anchors = await Promise.all(
    [self, ...peers.map(({ account }) => account)].map(async (manager) => {
      const anchor = await store.chain.anchorOf(registry, manager);
      return anchor && { manager, ...anchor };
    }),
  );
  const [anchor] = anchors;
  return {
    ...(confirmed &&
      confirmed.size <= size && { cosigned: { head: confirmed.note, consistency: await proofFrom(confirmed.size) } }),
    others: others.flatMap((head) => head?.note ?? []),
    anchors: anchors.filter((one) => one !== undefined),
    ...(anchor && anchor.size <= size && { anchored: await proofFrom(anchor.size) }),
  };
}
