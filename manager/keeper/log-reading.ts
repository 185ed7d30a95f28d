import type { Bytes } from '../../extension/core/bytes.ts';
import { signCheckpoint } from '../../extension/core/custody/checkpoint.ts';
import { encodeLogReply, MOST_LINES } from '../../extension/core/custody/keeper-messages.ts';
import { logOrigin } from '../../extension/core/custody/openings-log.ts';
import { eciesSeal } from '../../extension/core/keys/ecies.ts';
import { Right } from '../../extension/core/registry/abi.ts';
import type { KeeperChain } from './chain.ts';
import type { KeeperKeys } from './keys.ts';
import { noConsent } from './refusals.ts';
import { isKey } from './release.ts';
import { parseLog, type Addressee } from './requests.ts';
import type { LogRows } from './store.ts';

/** What {@link readLog} needs. */
export interface LogReadingParts {
  readonly to: Addressee;
  /** The newest registry, which the log is named after. */
  readonly registry: string;
  readonly chain: KeeperChain;
  readonly log: LogRows;
  readonly keys: KeeperKeys;
}

/**
 * Tells a patient of the openings of its record: sealed to its registered key, so that a request that is sent again by somebody else
 * gives nothing to them.
 * @throws ManagerError `bad-request`, `bad-signature`, `no-consent`; ChainError
 */
export async function readLog({ to, registry, chain, log, keys }: LogReadingParts, body: unknown): Promise<Bytes> {
  const request = parseLog(body, to);
  const { signer, after, head } = request;
  const self = { registry: request.registry, who: signer, patient: signer, folder: 0, right: Right.Read, purpose: 1 };
  const { key } = await chain.standing(self, 'latest');
  if (key === undefined || !isKey(key)) throw noConsent();
  const size = await log.size();
  const found = await log.linesOf(signer, after, MOST_LINES);
  // What came since the size was read is told the next time.
  const some = found.filter(({ number }) => number < size);
  const lines = await Promise.all(
    some.map(async ({ number, blind, body: bytes }) => ({
      number,
      blind,
      body: bytes,
      proof: [...(await log.inclusion(number, size))].map((hash) => Uint8Array.from(hash)),
    })),
  );
  const origin = logOrigin(to.chainId, registry, to.account);
  const root = Uint8Array.from(await log.root(size));
  const note = await signCheckpoint({ origin, size, root }, { name: origin, publicKey: keys.log }, (message) =>
    keys.signHead(message),
  );
  // A head that is further than this log has nothing to prove: its patient sees that.
  const proof = head <= size ? await log.consistency(head, size) : [];
  const last = some.at(-1)?.number;
  const next = found.length === MOST_LINES && last !== undefined ? last + 1 : Math.max(after, size);
  const consistency = proof.map((hash) => Uint8Array.from(hash));
  return eciesSeal(key, encodeLogReply({ v: 1, head: note, consistency, lines, next }));
}
