import { wallet } from '../../adapters/messaging/ui-client.ts';
import { isSalusError } from '../../core/errors.ts';
import { checkItem, checkProof, STEPS, type Step, type StepResult } from '../../core/proof/check-proof.ts';
import { makeProof } from '../../core/proof/make-proof.ts';
import type { ProofFile } from '../../core/proof/proof-file.ts';
import type { ItemToProve } from '../../core/wallet/prove-item.ts';
import { nodeOf } from './node.ts';
import { errorText } from './text.ts';

/** One step as it is shown: `checking` while it is under way, and `pending` where the item waits for the chain. */
export type Shown = StepResult | { readonly step: Step; readonly state: 'checking' | 'pending' };

/** An item that is proven while the person looks on. */
export class Proving {
  shown = $state.raw<readonly Shown[]>([]);
  /** What is there to be saved and looked into; it is checked to its end once `working` is false. */
  proof = $state.raw<ProofFile>();
  found = $state.raw<ItemToProve>();
  working = $state(false);
  problem = $state<string>();

  get isFailed(): boolean {
    return this.shown.some(({ state, step }) => state === 'failed' && step !== 'finality');
  }

  get isWhole(): boolean {
    return this.shown.length > 0 && this.shown.every(({ state }) => state === 'ok');
  }

  /** Goes through all the steps, from the first. */
  async run(patient: string, id: string): Promise<void> {
    if (this.working) return;
    this.working = true;
    this.problem = undefined;
    this.proof = undefined;
    this.shown = STEPS.map((step) => ({ step, state: 'checking' }));
    try {
      await this.#prove(patient, id);
    } catch (error) {
      this.shown = [];
      this.problem = errorText(error);
    } finally {
      this.working = false;
    }
  }

  async #prove(patient: string, id: string): Promise<void> {
    const found = await wallet.proveItem(patient, id);
    if (found === 'altered') return this.#rest({ step: 'bytes', state: 'failed', reason: 'other-bytes' });
    this.found = found;
    const { held, finality, nodes } = found;
    const onStep = (result: StepResult) => this.#put(result);
    // What is too large to be handed over was hashed where it is kept, a moment ago.
    const beside = held.item.bytes === undefined ? { beside: held.item.digest } : {};
    const own = await checkItem(held.item, { ...beside, onStep });
    if (own.some(({ state }) => state !== 'ok')) return this.#rest();
    if (held.entry.block === 0) return this.#rest({ step: 'anchor', state: 'pending' });
    const proof = await this.#made(found);
    if (proof === undefined) return this.#rest({ step: 'anchor', state: 'unknown', reason: 'unreachable' });
    this.proof = proof;
    const asked = ([0, 1] as const).slice(0, nodes).map(nodeOf);
    await checkProof(proof, asked, { finality, ...beside, onStep });
  }

  /** Undefined where no node answers. */
  async #made({ held }: ItemToProve): Promise<ProofFile | undefined> {
    try {
      return await makeProof(held, nodeOf(0));
    } catch (error) {
      if (isSalusError(error, 'chain-unreachable')) return undefined;
      throw error;
    }
  }

  #put(result: Shown): void {
    this.shown = this.shown.map((one) => (one.step === result.step ? result : one));
  }

  /** What is still under way is not reached. */
  #rest(last?: Shown): void {
    if (last) this.#put(last);
    this.shown = this.shown.map((one) => (one.state === 'checking' ? { step: one.step, state: 'not-reached' } : one));
  }
}
