import type { Finality } from '../chain/follower.ts';
import { isForLater } from '../errors.ts';
import type { Questions } from '../proof/questions.ts';
import { Role } from '../registry/abi.ts';
import { afterLogs, DIRECTORY_FILTERS, type MemberRow, type MemberRows } from './members.ts';
import { readProfile } from './profile.ts';

/** The directory as a wallet keeps it. */
export interface KeptDirectory {
  /** Block up to which its events are in it. */
  readonly through?: number;
  readonly members: readonly MemberRow[];
}

/** Members by their account. */
export const rowsOf = ({ members }: KeptDirectory): MemberRows => new Map(members.map((row) => [row.address, row]));

/** What is added to it: nothing, where it is not as it was at `from` any more. */
export interface DirectoryPart {
  readonly from?: number | undefined;
  readonly through: number;
  readonly members: readonly MemberRow[];
}

/** How far a load is. */
export interface LoadProgress {
  readonly of: 'members' | 'profiles';
  readonly done: number;
  readonly total: number;
}

export interface LoadParts {
  readonly questions: Questions;
  /** Block the registry was made in. */
  readonly fromBlock: number;
  readonly finality: Finality;
  readonly kept: KeptDirectory;
  /** @returns whether it was added */
  readonly keep: (part: DirectoryPart) => Promise<boolean>;
  /** Bytes of a profile by its digest, 0x hex. @throws SalusError `block-missing` where nobody gives them, or too many */
  readonly profile: (digest: string, signal: AbortSignal) => Promise<Uint8Array>;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** Blocks that are read before what came of them is kept. */
const STRIDE = 50_000;
/** Profiles that are fetched at once, and that are kept together. */
const AT_ONCE = 6;
const BATCH = 24;

/**
 * What came since a directory was kept, and what its members say of themselves. What will not be undone any more is kept as it comes, so
 * that a load that is stopped goes on from there; what could be is shown, and asked for again.
 * @returns everybody, as of the newest block
 * @throws SalusError `chain-unreachable`; what `signal` was aborted with
 */
export async function loadDirectory(parts: LoadParts): Promise<MemberRows> {
  const { questions, fromBlock, finality, kept, onProgress, signal } = parts;
  let rows = rowsOf(kept);
  let { through } = kept;
  const head = (await questions.block('latest'))?.number ?? 0;
  const final = Math.min(head, await questions.final(finality));
  const start = through === undefined ? fromBlock : through + 1;
  let isOurs = true;
  for (let next = start; next <= final;) {
    signal.throwIfAborted();
    onProgress?.({ of: 'members', done: next - start, total: head - start + 1 });
    const last = Math.min(final, next + STRIDE - 1);
    const after = afterLogs(rows, await questions.logs(DIRECTORY_FILTERS, next, last));
    rows = after.rows;
    const members = [...after.changed].flatMap((address) => rows.get(address) ?? []);
    isOurs &&= await parts.keep({ from: through, through: last, members });
    through = last;
    next = last + 1;
  }
  const later = await questions.logs(DIRECTORY_FILTERS, Math.max(start, final + 1), head);
  signal.throwIfAborted();
  const all = afterLogs(rows, later).rows;
  return withProfiles(parts, { all, settled: rows, through: isOurs ? through : undefined });
}

interface Read {
  readonly all: Map<string, MemberRow>;
  /** As they are kept. */
  readonly settled: MemberRows;
  /** Undefined where nothing more is to be kept. */
  readonly through: number | undefined;
}

async function withProfiles(parts: LoadParts, { all, settled, through }: Read): Promise<MemberRows> {
  const wanted = [...all.values()].filter(
    ({ role, profile, said }) => role !== Role.None && profile !== undefined && said?.of !== profile,
  );
  let from = through;
  for (let i = 0; i < wanted.length; i += BATCH) {
    parts.onProgress?.({ of: 'profiles', done: i, total: wanted.length });
    const read = await readAll(parts, wanted.slice(i, i + BATCH));
    for (const row of read) all.set(row.address, row);
    // Of a profile that could still be undone nothing is kept.
    const members = read.filter((row) => settled.get(row.address)?.profile === row.profile);
    const same = members.map((row): MemberRow => ({ ...(settled.get(row.address) ?? row), said: row.said }));
    if (from === undefined || same.length === 0) continue;
    if (!(await parts.keep({ from, through: from, members: same }))) from = undefined;
  }
  return all;
}

/** Those of some members whose profile was there. One that cannot be had now is asked for again by a later load. */
async function readAll(parts: LoadParts, members: readonly MemberRow[]): Promise<MemberRow[]> {
  const queue = [...members];
  const read: MemberRow[] = [];
  const work = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      parts.signal.throwIfAborted();
      const said = await saidIn(parts, row.profile ?? '');
      if (said !== undefined) read.push({ ...row, said });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return read;
}

async function saidIn({ profile, signal }: LoadParts, digest: string): Promise<MemberRow['said']> {
  try {
    const found = readProfile(await profile(digest, signal));
    if (found === undefined) return { of: digest };
    const { specialities, ...rest } = found;
    return { of: digest, ...rest, ...(specialities.length > 0 && { specialities: [...specialities] }) };
  } catch (error) {
    signal.throwIfAborted();
    if (isForLater(error)) return undefined;
    throw error;
  }
}
