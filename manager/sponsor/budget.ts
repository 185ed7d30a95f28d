import type { Config } from '../config.ts';
import { dayOf, untilTomorrow } from '../days.ts';
import { ManagerError } from '../errors.ts';
import { HourlyLimit } from '../hourly-limit.ts';
import type { OutgoingRows } from './outbox.ts';
import type { Lane, Waiting } from './queue.ts';

/** What of the settings limits a sponsor. */
export type SponsorLimits = Pick<
  Config,
  | 'sponsorPerHour'
  | 'sponsorWeiPerSigner'
  | 'sponsorWeiPerAddress'
  | 'sponsorWeiPerDay'
  | 'sponsorWeiInAll'
  | 'sponsorWeiForEnding'
>;

/** Purse that a lane's spending of a day, and in all, is counted in. */
const purseOf = (lane: Lane): string => `lane ${lane}`;

/**
 * What a sponsor may still spend: transactions per signer and hour, and wei per signer, per network address, per day and in all.
 * What ends a permission is counted by itself, so that it is paid for when all else is used up. What was spent for signers and
 * in all is kept with the transactions; what was spent for addresses is in memory only, since a network address is nobody's to
 * write down.
 */
export class SponsorBudget {
  readonly #limits: SponsorLimits;
  readonly #rows: Pick<OutgoingRows, 'spent'>;
  readonly #now: () => number;
  readonly #hourly: Record<Lane, HourlyLimit>;
  #addresses = { day: 0, spent: new Map<string, bigint>() };

  constructor(limits: SponsorLimits, rows: Pick<OutgoingRows, 'spent'>, now: () => number) {
    this.#limits = limits;
    this.#rows = rows;
    this.#now = now;
    const hourly = () => new HourlyLimit(limits.sponsorPerHour, now);
    this.#hourly = { ending: hourly(), ordinary: hourly() };
  }

  /**
   * @param wei what it may cost, 0 where that is not known yet
   * @throws ManagerError `too-many-requests` where signer or address used up its part, `sponsor-spent` where the manager did
   */
  async require({ lane, signers, from }: Waiting, wei: bigint): Promise<void> {
    const { sponsorPerHour, sponsorWeiPerSigner, sponsorWeiPerAddress, sponsorWeiInAll } = this.#limits;
    const seconds = Math.max(...signers.map((signer) => this.#hourly[lane].wait(signer)));
    if (seconds > 0)
      throw tooMany(`A signer has used up this hour's ${sponsorPerHour} sponsored transactions.`, seconds);
    const day = dayOf(this.#now());
    for (const signer of signers) {
      if ((await this.#rows.spent(`${lane} ${signer}`, day)) + wei > sponsorWeiPerSigner)
        throw tooMany('A signer has used up what this node pays for one in a day.', untilTomorrow(this.#now()));
    }
    if (this.#ofAddress(lane, from) + wei > sponsorWeiPerAddress)
      throw tooMany(
        'This network address has used up what this node pays for one in a day.',
        untilTomorrow(this.#now()),
      );
    if ((await this.#rows.spent(purseOf(lane), day)) + wei > this.#ofDay(lane)) throw spent(untilTomorrow(this.#now()));
    // What ends a permission is bounded by the day alone: the end of everything must not be the end of that.
    if (lane === 'ordinary' && (await this.#rows.spent(purseOf(lane))) + wei > sponsorWeiInAll) throw spent();
  }

  /** Notes what is about to be sent. @returns the purses that it is charged to */
  count({ lane, signers, from }: Waiting, wei: bigint): string[] {
    for (const signer of signers) this.#hourly[lane].count(signer);
    const soFar = this.#ofAddress(lane, from);
    this.#addresses.spent.set(`${lane} ${from}`, soFar + wei);
    return [purseOf(lane), ...signers.map((signer) => `${lane} ${signer}`)];
  }

  #ofDay(lane: Lane): bigint {
    return lane === 'ending' ? this.#limits.sponsorWeiForEnding : this.#limits.sponsorWeiPerDay;
  }

  #ofAddress(lane: Lane, from: string): bigint {
    if (this.#addresses.day !== dayOf(this.#now())) this.#addresses = { day: dayOf(this.#now()), spent: new Map() };
    return this.#addresses.spent.get(`${lane} ${from}`) ?? 0n;
  }
}

const tooMany = (what: string, retryAfter: number): ManagerError =>
  new ManagerError('too-many-requests', `${what} Wait, or pay from the wallet.`, { retryAfter });

const spent = (retryAfter?: number): ManagerError =>
  new ManagerError(
    'sponsor-spent',
    'This node has spent what it may. Use another one, or pay from the wallet.',
    retryAfter === undefined ? {} : { retryAfter },
  );
