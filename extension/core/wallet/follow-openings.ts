import { fromHex, toHex } from '../bytes.ts';
import type { PlacedOpening } from '../catalogue/changes.ts';
import { logName, seenName } from '../catalogue/model.ts';
import { decodeLogReply, openReply, type LogReply, type OpeningBody } from '../custody/keeper-messages.ts';
import { logOrigin, proveLines, type KnownHead, type ProvenLines } from '../custody/openings-log.ts';
import type { KeeperInfo } from '../network/descriptor.ts';
import { signTyped } from '../registry/signed-calls.ts';
import { LOG_TYPES, managerDomain } from '../registry/typed-data.ts';
import type { LogHead } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Answers of one keeper in one go. */
const MOST_ANSWERS = 20;

/**
 * Takes in what the keepers' logs say of openings of this account's record. A log that does not go on from what it said before, or
 * proves nothing, is noted as broken, and nothing of it is taken in. A keeper that is away is asked the next time.
 * @returns whether there is something that was not known
 */
export async function followOpenings(session: Session): Promise<boolean> {
  const keepers = session.network.custody?.keepers ?? [];
  const news = await Promise.all(keepers.map((keeper) => followLog(session, keeper)));
  return news.includes(true);
}

async function followLog(session: Session, keeper: KeeperInfo): Promise<boolean> {
  const name = logName(keeper.account);
  let isNew = false;
  for (let answers = 0; answers < MOST_ANSWERS; answers++) {
    const after = (await session.catalogue.rows.get<number>(name)) ?? 0;
    const known = (await session.state.read()).logHeads.find((head) => head.keeper === keeper.account);
    const reply = await ask(session, keeper, after, known?.size ?? 0);
    if (reply === undefined) return isNew;
    await session.catalogue.rows.write(new Map([[seenName(keeper.account), session.now()]]));
    const { chainId, registry } = session.network;
    const origin = logOrigin(chainId, registry, keeper.account);
    const proven = await proveLines(reply, { origin, keeper, patient: session.address }, headOf(known));
    await noteHead(session, keeper, known, proven);
    if (proven === undefined) return isNew || known?.broken !== true;
    const { lines, next } = proven;
    const openings = lines.flatMap((line) => openingOf(line, keeper.account, session.address));
    if (openings.length > 0 || next > after) await session.catalogue.noteOpenings(keeper.account, openings, next);
    isNew ||= openings.length > 0;
    // All there is was told.
    if (next >= proven.head.size) return isNew;
  }
  return isNew;
}

const headOf = (known: LogHead | undefined): KnownHead | undefined =>
  known && { size: known.size, root: fromHex(known.root) };

async function noteHead(
  session: Session,
  { account: keeper }: KeeperInfo,
  known: LogHead | undefined,
  proven: ProvenLines | undefined,
): Promise<void> {
  const head: LogHead =
    proven === undefined
      ? { ...(known ?? { keeper, size: 0, root: `0x${'00'.repeat(32)}` }), broken: true }
      : { keeper, size: proven.head.size, root: toHex(proven.head.root), ...(known?.broken && { broken: true }) };
  if (JSON.stringify(head) === JSON.stringify(known)) return;
  await session.state.update((s) => ({
    ...s,
    logHeads: [...s.logHeads.filter((one) => one.keeper !== keeper), head],
  }));
}

async function ask(session: Session, keeper: KeeperInfo, after: number, head: number): Promise<LogReply | undefined> {
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
