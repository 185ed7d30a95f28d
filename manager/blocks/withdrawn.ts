import type { CID } from 'multiformats/cid';
import type { Bytes } from '../../extension/core/bytes.ts';
import { cidFromDigest, digestOf } from '../../extension/core/storage/cid.ts';
import type { Blocks } from './blocks.ts';
import type { Pins } from './pins.ts';

/** What {@link createLettingGo} needs. */
interface LettingGoParts {
  readonly blocks: Pick<Blocks, 'release'>;
  readonly pins: Pick<Pins, 'has' | 'remove'>;
  /**
   * Digests of the roots of entries that their patients withdrew after a block, by what is final on the chain, and the block up to
   * which that was looked for. @throws ChainError
   */
  readonly withdrawn: (after: number) => Promise<{ readonly roots: readonly Bytes[]; readonly through: number }>;
  /** Whether the entry with this root was withdrawn, and no other has it that was not; by the chain as it is known now. */
  readonly isWithdrawn: (root: Bytes) => Promise<boolean>;
  /** Called once something was let go of. */
  readonly onLetGo: () => void;
}

/** Lets go of what patients withdrew. */
export interface LettingGo {
  /** Unpins what was withdrawn since it was last called. @throws ChainError, ManagerError, the system's error; what is left is tried again */
  run(): Promise<void>;
  /** Whether an entry was withdrawn: then it is not taken again. */
  has(root: CID): Promise<boolean>;
}

/** The blocks themselves go with the next collection. What a root that was not withdrawn has too stays. */
export function createLettingGo({ blocks, pins, withdrawn, isWithdrawn, onLetGo }: LettingGoParts): LettingGo {
  let after = -1;
  let last: Promise<void> = Promise.resolve();

  async function letGo(): Promise<void> {
    const { roots, through } = await withdrawn(after);
    let isAny = false;
    for (const digest of roots) {
      const root = cidFromDigest(digest);
      if (!pins.has(root)) continue;
      await blocks.release(root);
      await pins.remove(root);
      isAny = true;
    }
    after = Math.max(after, through);
    if (isAny) onLetGo();
  }

  return {
    run: () => (last = last.catch(() => undefined).then(letGo)),
    has: (root) => isWithdrawn(digestOf(root)),
  };
}
