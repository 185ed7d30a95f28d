import { inPlainWords } from './plain-words.ts';

/** What a page tells the person last; shown in its live region. One thing is done at a time. */
export class Status {
  text = $state('');
  kind = $state<'plain' | 'good' | 'bad'>('plain');
  busy = $state(false);

  good(text: string): void {
    [this.text, this.kind] = [text, 'good'];
  }

  bad(text: string): void {
    [this.text, this.kind] = [text, 'bad'];
  }

  /** Does `work`, saying `meanwhile` until it ends; a failure is told in plain words. */
  async run(meanwhile: string, work: () => Promise<void>): Promise<void> {
    [this.text, this.kind, this.busy] = [meanwhile, 'plain', true];
    try {
      await work();
      if (this.text === meanwhile) this.text = '';
    } catch (error) {
      this.bad(inPlainWords(error));
    } finally {
      this.busy = false;
    }
  }
}
