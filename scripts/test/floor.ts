/**
 * Lets one speak at a time: what runs side by side is printed part by part, each whole, in the order in which they began. The first
 * that has not ended speaks as it goes; what the others say is kept until it is their turn.
 */
export class Floor {
  readonly #speakers: { readonly kept: string[]; over: boolean }[] = [];
  readonly #print: (text: string) => void;

  constructor(print: (text: string) => void) {
    this.#print = print;
  }

  /** @returns what a part says its output to, and how it says that it has ended */
  enter(title: string): { say: (text: string) => void; leave: () => void } {
    const speaker = { kept: [`\n=== ${title}\n`], over: false };
    this.#speakers.push(speaker);
    this.#listen();
    return {
      say: (text) => {
        speaker.kept.push(text);
        this.#listen();
      },
      leave: () => {
        speaker.over = true;
        this.#listen();
      },
    };
  }

  #listen(): void {
    for (let [first] = this.#speakers; first !== undefined; [first] = this.#speakers) {
      for (const text of first.kept.splice(0)) this.#print(text);
      if (!first.over) return;
      this.#speakers.shift();
    }
  }
}
