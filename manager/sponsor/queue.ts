import { ManagerError } from '../errors.ts';

/** Which way through the sponsor: what ends a permission does not wait behind anything else. */
export type Lane = 'ending' | 'ordinary';

/** Places in each lane. */
const MOST_WAITING = 100;
/** Of which one signer has so many, and one network address. */
const MOST_PER_SIGNER = 8;
const MOST_PER_ADDRESS = 32;

/** Who waits: its places are counted by these. */
export interface Waiting {
  readonly lane: Lane;
  readonly signers: readonly string[];
  /** Network address. */
  readonly from: string;
}

/** One queue of two lanes, each with places of its own. What ends a permission is always taken first. */
export class SponsorQueue {
  readonly #waiting: Record<Lane, (() => Promise<void>)[]> = { ending: [], ordinary: [] };
  readonly #places = new Map<string, number>();
  #isRunning = false;

  /**
   * Runs `work` when its turn comes.
   * @returns what it returns
   * @throws ManagerError `busy` where the lane, the signer or the address has no place left
   */
  run<T>(who: Waiting, work: () => Promise<T>): Promise<T> {
    const taken = placesOf(who);
    for (const [key, most] of taken) if ((this.#places.get(key) ?? 0) >= most) throw busy();
    for (const [key] of taken) this.#places.set(key, (this.#places.get(key) ?? 0) + 1);
    const result = new Promise<T>((resolve, reject) => {
      this.#waiting[who.lane].push(() => work().then(resolve, reject));
    });
    void this.#go();
    return result.finally(() => {
      for (const [key] of taken) {
        const left = (this.#places.get(key) ?? 1) - 1;
        if (left === 0) this.#places.delete(key);
        else this.#places.set(key, left);
      }
    });
  }

  async #go(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    const { ending, ordinary } = this.#waiting;
    for (let next = ending.shift() ?? ordinary.shift(); next; next = ending.shift() ?? ordinary.shift()) await next();
    this.#isRunning = false;
  }
}

const placesOf = ({ lane, signers, from }: Waiting): (readonly [string, number])[] => [
  [lane, MOST_WAITING],
  [`${lane} from ${from}`, MOST_PER_ADDRESS],
  ...signers.map((signer) => [`${lane} by ${signer}`, MOST_PER_SIGNER] as const),
];

const busy = (): ManagerError =>
  new ManagerError('busy', 'Too many calls are waiting. Send the same calls again shortly.', { retryAfter: 5 });
