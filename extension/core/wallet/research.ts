import { shiftDays } from '../deident/shift.ts';
import { SalusError } from '../errors.ts';
import type { ResearchFile } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Files that are remembered. */
const MOST_FILES = 200;

/** @throws SalusError `taking-out-stopped` where another account is in use */
function check({ address }: Session, owner: string): void {
  if (address !== owner) throw new SalusError('taking-out-stopped', 'Another account is in use now.');
}

/** Days by which the dates of a file for research are moved back: always the same for one account. */
export async function researchShift(session: Session, owner: string): Promise<number> {
  check(session, owner);
  return shiftDays(await session.keyring.researchKey());
}

/** Remembers that a file for research leaves, before it does: whatever is killed, none left that is not in the list. */
export async function beginResearch(session: Session, owner: string, file: Omit<ResearchFile, 'at'>): Promise<void> {
  check(session, owner);
  const at = Math.floor(session.now() / 1000);
  await session.state.update((s) => ({ ...s, research: [{ ...file, at }, ...s.research].slice(0, MOST_FILES) }));
}

/** Of a file that was not finished. */
export async function forgetResearch(session: Session, id: string): Promise<void> {
  await session.state.update((s) => ({ ...s, research: s.research.filter((file) => file.id !== id) }));
}

/** The newest first. */
export const researchFiles = async (session: Session): Promise<readonly ResearchFile[]> =>
  (await session.state.read()).research;
