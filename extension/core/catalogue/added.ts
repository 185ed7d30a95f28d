import type { ChainEvent } from '../chain/logs.ts';

/** Where something was added. */
export interface Added {
  /** In lower case. */
  readonly patient: string;
  readonly folder: number;
}

/** Of more than this many, the rest is no news: whoever looks finds it. */
const MOST = 1_000;

/** What others added to records of others that are followed here, until somebody asks. */
export class AddedByOthers {
  #added: Added[] = [];

  /** @param me address of this account */
  note(events: readonly ChainEvent[], me: string): void {
    const isMine = (address: string) => address.toLowerCase() === me.toLowerCase();
    const news = events.flatMap((e) =>
      e.kind === 'record' && !isMine(e.patient) && !isMine(e.author)
        ? [{ patient: e.patient.toLowerCase(), folder: e.folder }]
        : [],
    );
    this.#added = [...this.#added, ...news].slice(0, MOST);
  }

  take(): readonly Added[] {
    const added = this.#added;
    this.#added = [];
    return added;
  }
}
