import type { Network } from '../../core/network/descriptor.ts';
import { MEMBER_TOPICS, Questions, topicOfAddress, wordsOf, type PlacedLog } from '../../core/proof/questions.ts';
import { visible } from '../../core/signing/visible.ts';
import { moment, shortAddress } from './format.ts';
import { networkInUse } from './network.ts';
import { nodeOf } from './node.ts';
import { t } from './text.ts';

/** Refused attempts that warn and lock nobody: `FREE_STRIKES` of `contracts/Access.sol`. */
const WARNINGS = 2;
/** After how many the lock grows no more: `MOST_DOUBLINGS` there. */
const MOST_DOUBLINGS = 12;

/** What the network counts against an account, as of one refused attempt. */
export interface Counted {
  readonly count: number;
  /** Unix second until which it locked the account; 0 where it was a warning. */
  readonly until: number;
}

/** One refused attempt, and where it is written down. */
export interface Strike extends Counted {
  readonly block: number;
  readonly transaction: string;
  /** Unix seconds; undefined where no node says. */
  readonly at: number | undefined;
  /** Account that brought it to the network. */
  readonly by: string | undefined;
}

const countedIn = ({ data }: PlacedLog): Counted => {
  const [count = 0, until = 0] = wordsOf(data).map((word) => Number(`0x${word}`));
  return { count, until };
};

/** What is counted against an account since it was last taken back, the oldest first, by the network's first node. @throws SalusError `chain-unreachable` */
export async function strikesOf(who: string): Promise<Strike[]> {
  const network = await networkInUse();
  const node = network && new Questions(nodeOf(0), network.registry);
  const newest = await node?.block('latest');
  if (network === undefined || node === undefined || newest === undefined) return [];
  const { struck, cleared } = MEMBER_TOPICS;
  const logs = await node.logs([[[struck, cleared], topicOfAddress(who)]], network.fromBlock, newest.number);
  const since = logs.slice(logs.findLastIndex(({ topics }) => topics[0] === cleared) + 1);
  return Promise.all(
    since.map(async (log) => {
      const { block, transaction } = log;
      const [mined, by] = await Promise.all([node.block(block), node.sender(transaction)]);
      return { ...countedIn(log), block, transaction, at: mined?.timestamp, by };
    }),
  );
}

/** What one refused attempt came to; undefined where the network's first node does not say. */
export async function strikeIn(
  who: string,
  { block, transaction }: Pick<Strike, 'block' | 'transaction'>,
): Promise<Counted | undefined> {
  const network = await networkInUse();
  if (network === undefined) return undefined;
  try {
    const node = new Questions(nodeOf(0), network.registry);
    const logs = await node.logs([[MEMBER_TOPICS.struck, topicOfAddress(who)]], block, block);
    const log = logs.find((one) => one.transaction === transaction.toLowerCase());
    return log && countedIn(log);
  } catch {
    return undefined; // that it was refused and reported is known without it
  }
}

/** Unix second until which the account is locked, or was. */
export const lockOf = (strikes: readonly Counted[]): number => strikes.findLast(({ until }) => until > 0)?.until ?? 0;

/** What comes of the next one. @param count how many there are */
export function nextText(count: number): string {
  if (count < WARNINGS) return t('strikes.warned');
  const hours = 2 ** Math.min(count - WARNINGS, MOST_DOUBLINGS);
  return t('strikes.next', hours, [String(hours)]);
}

/** Who brought it to the network, as the network calls them. */
export function reporterName({ by }: Pick<Strike, 'by'>, network: Network | undefined): string {
  if (by === undefined) return '–';
  const keeper = network?.custody?.keepers.find(({ account }) => account.toLowerCase() === by.toLowerCase());
  return keeper === undefined ? shortAddress(by) : visible(keeper.operator);
}

/** A text by which a member asks whoever can to look at it: when, by whom, and where it is written. Nothing of a patient is in it. */
export async function appealText(own: string, strikes: readonly Strike[]): Promise<string> {
  const network = await networkInUse();
  const until = lockOf(strikes);
  return [
    t('strikes.reportTitle'),
    '',
    ...(network ? [t('emergency.reportNetwork', [`${network.name} (${network.chainId}, ${network.registry})`])] : []),
    t('strikes.reportAccount', [own]),
    t('strikes.reportCount', [String(strikes.at(-1)?.count ?? 0)]),
    ...(until > 0 ? [t('strikes.reportLocked', [moment(until)])] : []),
    ...strikes.flatMap((strike) => [
      '',
      ...(strike.at === undefined ? [] : [moment(strike.at)]),
      t('strikes.reportBy', [`${reporterName(strike, network)} (${strike.by ?? '–'})`]),
      t('emergency.reportTransaction', [strike.transaction]),
      t('emergency.reportBlock', [String(strike.block)]),
    ]),
    '',
  ].join('\n');
}
