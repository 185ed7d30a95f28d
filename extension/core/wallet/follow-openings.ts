import { fromHex, toHex } from '../bytes.ts';
import type { PlacedOpening } from '../catalogue/opening-lines.ts';
import { logName, seenName } from '../catalogue/model.ts';
import { decodeLogReply, openReply, type LogReply, type OpeningBody } from '../custody/keeper-messages.ts';
import type { Logs } from '../custody/log-claims.ts';
import { logOrigin, proveLines, type KnownHead, type ProvenLines } from '../custody/openings-log.ts';
import type { KeeperInfo } from '../network/descriptor.ts';
import { signTyped } from '../registry/signed-calls.ts';
import { LOG_TYPES, managerDomain } from '../registry/typed-data.ts';
import { checkLog, waitingOf, type LogCheck } from './check-log.ts';
import type { LogHead } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Answers of one keeper in one go. */
const MOST_ANSWERS = 20;

/** A keeper's answer; nothing is proven where it does not fit what it said before. */
interface Told {
  readonly keeper: KeeperInfo;
  readonly reply: LogReply;
  readonly proven: ProvenLines | undefined;
}

/**
 * Takes in what the keepers' logs say of openings of this account's record. A log that does not go on from what it said before, that
 * proves nothing, or that told another keeper or the chain something else, is noted as broken, and nothing of it is taken in. A keeper
 * that is away is asked the next time.
 * @returns whether there is something that was not known
 */
export function followOpenings(session: Session): Promise<boolean> {
  const next = (following.get(session) ?? Promise.resolve()).then(() => followInTurn(session));
  following.set(
    session,
    next.catch(() => undefined),
  );
  return next;
}

/** The last time that the logs were asked, in each session: two at once would each take in the same lines. */
const following = new WeakMap<Session, Promise<unknown>>();

async function followInTurn(session: Session): Promise<boolean> {
  const keepers = session.network.custody?.keepers ?? [];
  const { chainId, registry } = session.network;
  const logs: Logs = { keepers, originOf: (account) => logOrigin(chainId, registry, account) };
  const told = await Promise.all(keepers.map((keeper) => ask(session, keeper, logs)));
  const replies = told.flatMap((one) => (one?.proven ? [one.reply] : []));
  const answered = told.filter((one) => one !== undefined);
  const news = await Promise.all(answered.map((one) => takeIn(session, one, replies, logs)));
  return news.includes(true);
}

/** Takes in one keeper's answer, and what else it has to tell. @param replies of all keepers */
async function takeIn(session: Session, first: Told, replies: readonly LogReply[], logs: Logs): Promise<boolean> {
  const { keeper } = first;
  const areAnswering = replies.some((reply) => reply !== first.reply);
  let isNew = false;
  let told: Told | undefined = first;
  for (let answers = 1; told !== undefined; answers++) {
    const known = await knownOf(session, keeper);
    const after = await afterOf(session, keeper);
    const { reply, proven: own } = told;
    const askHead = (head: number) => request(session, keeper, after, head);
    const check: Partial<LogCheck> =
      told === first && own
        ? await checkLog(session, { keeper, reply, proven: own }, replies, { logs, known, askHead })
        : {};
    const proven = check.isBroken ? undefined : own;
    await noteHead(session, keeper, { known, proven, check, areAnswering });
    if (proven === undefined) return isNew || known?.broken !== true;
    const openings = proven.lines.flatMap((line) => openingOf(line, keeper.account, session.address));
    const { next } = proven;
    if (openings.length > 0 || next > after) await session.catalogue.noteOpenings(keeper.account, openings, next);
    isNew ||= openings.length > 0;
    // All there is was told.
    if (next >= proven.head.size || answers === MOST_ANSWERS) return isNew;
    told = await ask(session, keeper, logs);
  }
  return isNew;
}

const afterOf = async (session: Session, { account }: KeeperInfo): Promise<number> =>
  (await session.catalogue.rows.get<number>(logName(account))) ?? 0;

const knownOf = async (session: Session, { account }: KeeperInfo): Promise<LogHead | undefined> =>
  (await session.state.read()).logHeads.find((head) => head.keeper === account);

const headOf = (known: LogHead | undefined): KnownHead | undefined =>
  known && { size: known.size, root: fromHex(known.root) };

/** What is noted of a log. */
interface Noted {
  readonly known: LogHead | undefined;
  readonly proven: ProvenLines | undefined;
  readonly check: Partial<LogCheck>;
  readonly areAnswering: boolean;
}

async function noteHead(
  session: Session,
  { account: keeper }: KeeperInfo,
  { known, proven, check, areAnswering }: Noted,
): Promise<void> {
  const { confirmed = known?.confirmed, anchor = known?.anchor } = check;
  const isAlone = session.network.custody?.keepers.length === 1;
  const seen = { ...(confirmed !== undefined && { confirmed }), areAnswering, now: session.now() };
  const more = {
    ...(confirmed !== undefined && { confirmed }),
    ...(anchor && { anchor }),
    // Where there is nobody else, nobody can confirm.
    ...(proven && !isAlone && waitingOf(known, proven.head, seen)),
  };
  const head: LogHead =
    proven === undefined
      ? { ...(known ?? { keeper, size: 0, root: `0x${'00'.repeat(32)}` }), broken: true }
      : {
          keeper,
          size: proven.head.size,
          root: toHex(proven.head.root),
          ...(known?.broken && { broken: true }),
          ...more,
        };
  if (JSON.stringify(head) === JSON.stringify(known)) return;
  await session.state.update((s) => ({
    ...s,
    logHeads: [...s.logHeads.filter((one) => one.keeper !== keeper), head],
  }));
}

/** What a keeper has to tell since the last time. @returns undefined where it does not answer */
async function ask(session: Session, keeper: KeeperInfo, { originOf }: Logs): Promise<Told | undefined> {
  const known = await knownOf(session, keeper);
  const reply = await request(session, keeper, await afterOf(session, keeper), known?.size ?? 0);
  if (reply === undefined) return undefined;
  await session.catalogue.rows.write(new Map([[seenName(keeper.account), session.now()]]));
  const origin = originOf(keeper.account);
  const proven = await proveLines(reply, { origin, keeper, patient: session.address }, headOf(known));
  return { keeper, reply, proven };
}

async function request(
  session: Session,
  keeper: KeeperInfo,
  after: number,
  head: number,
): Promise<LogReply | undefined> {
  const { address, network, keyring } = session;
  const signer = address.toLowerCase();
  const message = { signer, manager: keeper.account, after, head };
  const domain = managerDomain(network.chainId, network.registry);
  const signature = signTyped(keyring.account, domain, LOG_TYPES, message);
  const answer = await session.askKeeper(keeper.url, '/v1/log', {
    registry: network.registry.toLowerCase(),
    ...message,
    signature,
  });
  return answer?.status === 200 ? openReply(answer.body, keyring.encryption.secret, decodeLogReply) : undefined;
}

/** What an author asked to seal by, and what the patient read, is no opening by somebody else. */
function openingOf(line: OpeningBody, keeper: string, patient: string): PlacedOpening[] {
  const { kind, signer, folder, records = [], purpose, at, block } = line;
  if (kind === 'seal' || signer === patient.toLowerCase() || records.length === 0) return [];
  const refused = kind === 'refused';
  const what = { folder, records: records.map(toHex), purpose, at, block };
  return [{ kind: 'opened', refused, who: signer, ...what, keepers: [keeper] }];
}
