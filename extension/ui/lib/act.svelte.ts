import { errorText } from './text.ts';

/** What the person has the wallet do: whether it is going on, and why it failed, in their language. */
export class Act {
  working = $state(false);
  problem = $state<string>();

  /** @param work what comes after the call in it is left out where that fails */
  async run(work: () => Promise<void>): Promise<void> {
    this.working = true;
    this.problem = undefined;
    try {
      await work();
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.working = false;
    }
  }
}
