import type { CID } from 'multiformats/cid';
import { matches } from '../../core/storage/cid.ts';
import type { ChallengeOutcome } from '../../core/wallet/ports.ts';
import { ask } from './ask-gateway.ts';

const TIMEOUT_MS = 15_000;

/**
 * Asks a manager for one block, which it cannot know before, and looks whether it has it: `lost` where it says that it has not, or gives
 * something else; `away` where it does not answer, which says nothing.
 */
export async function challenge(manager: string, cid: CID): Promise<ChallengeOutcome> {
  try {
    // What the browser remembers of an earlier answer says nothing of what the manager has.
    const response = await ask(manager, cid, 'raw', AbortSignal.timeout(TIMEOUT_MS), 'no-store');
    if (response.status === 404 || response.status === 410) return 'lost';
    if (!response.ok) return 'away';
    return (await matches(cid, new Uint8Array(await response.arrayBuffer()))) ? 'there' : 'lost';
  } catch {
    return 'away';
  }
}
