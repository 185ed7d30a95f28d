import { wallet } from '../../adapters/messaging/ui-client.ts';
import { fetchPublicBlock } from '../../adapters/public-block.ts';
import { fromHex } from '../../core/bytes.ts';
import { listMembers, type Listed } from '../../core/directory/find.ts';
import { loadDirectory, rowsOf, type KeptDirectory, type LoadProgress } from '../../core/directory/load.ts';
import type { MemberRows } from '../../core/directory/members.ts';
import { MOST_PROFILE_BYTES } from '../../core/directory/profile.ts';
import { SalusError } from '../../core/errors.ts';
import type { Network } from '../../core/network/descriptor.ts';
import { Questions } from '../../core/proof/questions.ts';
import { cidFromDigest } from '../../core/storage/cid.ts';
import { networkInUse } from './network.ts';
import { nodeOf } from './node.ts';
import { errorText } from './text.ts';

/** The network's directory as a screen has it: what is kept at once, then what is new. */
export class Directory {
  listed = $state.raw<readonly Listed[]>([]);
  progress = $state.raw<LoadProgress>();
  loading = $state(false);
  problem = $state<string>();
  /** What is newest is in it. */
  isNew = $state(false);
  readonly #stop = new AbortController();

  /** Only where a person looks for somebody: the node and the managers see that the directory is asked for. */
  async load(): Promise<void> {
    if (this.loading) return;
    [this.loading, this.problem] = [true, undefined];
    try {
      const kept = await wallet.directory();
      this.#show(rowsOf(kept));
      this.#show(await this.#loadOnto(kept));
      this.isNew = true;
    } catch (error) {
      if (!this.#stop.signal.aborted) this.problem = errorText(error);
    } finally {
      this.loading = false;
    }
  }

  /** Of a screen that is left. */
  close(): void {
    this.#stop.abort(new SalusError('cancelled', 'The screen was left.'));
  }

  async #loadOnto(kept: KeptDirectory): Promise<MemberRows> {
    const { registry, fromBlock, managers, finality = 'finalized' } = await requireNetwork();
    return loadDirectory({
      questions: new Questions(nodeOf(0), registry),
      fromBlock,
      finality,
      kept,
      keep: (part) => wallet.keepDirectory(part),
      profile: (digest, signal) =>
        fetchPublicBlock(managers, cidFromDigest(fromHex(digest)), MOST_PROFILE_BYTES, signal),
      onProgress: (progress) => (this.progress = progress),
      signal: this.#stop.signal,
    });
  }

  #show(rows: MemberRows): void {
    this.listed = listMembers(rows, Date.now() / 1000);
  }
}

/** @throws SalusError `network-invalid` where none is in use */
async function requireNetwork(): Promise<Network> {
  const network = await networkInUse();
  if (network !== undefined) return network;
  throw new SalusError('network-invalid', 'No network is in use.');
}
