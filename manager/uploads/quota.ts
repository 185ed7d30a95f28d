import type { Config } from '../config.ts';
import { dayOf, untilTomorrow } from '../days.ts';
import { ManagerError } from '../errors.ts';

/** Uploads of one member at the same time. */
const MOST_AT_ONCE = 16;

/** What of the settings bounds what one member sends. */
export type UploadLimits = Pick<
  Config,
  | 'uploadBytesPerDay'
  | 'uploadBlocksPerDay'
  | 'uploadRootsPerDay'
  | 'uploadBytesInAll'
  | 'uploadBlocksInAll'
  | 'uploadRootsInAll'
>;

/** What was sent, or kept. */
export interface Amount {
  readonly bytes: number;
  readonly blocks: number;
  readonly roots: number;
}
const NOTHING: Amount = { bytes: 0, blocks: 0, roots: 0 };
const plus = (a: Amount, b: Partial<Amount>): Amount => ({
  bytes: a.bytes + (b.bytes ?? 0),
  blocks: a.blocks + (b.blocks ?? 0),
  roots: a.roots + (b.roots ?? 0),
});
const isWithin = (a: Amount, most: Amount): boolean =>
  a.bytes <= most.bytes && a.blocks <= most.blocks && a.roots <= most.roots;

/** Where it is kept what members sent. @param day since 1970, UTC; undefined for what is kept of all days */
export interface QuotaRows {
  sent(member: string, day: number | undefined): Promise<Amount | undefined>;
  put(member: string, day: number, ofDay: Amount, inAll: Amount): Promise<void>;
}

/** An upload under way. */
export interface UploadTicket {
  /** Counts what came. @throws ManagerError `over-quota` */
  take(amount: Partial<Amount>): void;
  /** Ends it. @param isNew whether something is kept that was not kept before */
  end(isNew: boolean): Promise<void>;
}

interface Member {
  day: number;
  ofDay: Amount;
  inAll: Amount;
  /** Uploads under way, and all that came with them. */
  uploads: number;
  coming: Amount;
}

/**
 * Bounds what each member sends in a day, whether it is kept or not, and what is kept for it in all. It outlives a restart but for
 * uploads that the end of the process broke off.
 */
export class UploadQuotas {
  readonly #perDay: Amount;
  readonly #perMember: Amount;
  readonly #rows: QuotaRows;
  readonly #now: () => number;
  /** Those with an upload under way. */
  readonly #members = new Map<string, Promise<Member>>();

  constructor(limits: UploadLimits, rows: QuotaRows, now: () => number = Date.now) {
    this.#perDay = {
      bytes: limits.uploadBytesPerDay,
      blocks: limits.uploadBlocksPerDay,
      roots: limits.uploadRootsPerDay,
    };
    this.#perMember = {
      bytes: limits.uploadBytesInAll,
      blocks: limits.uploadBlocksInAll,
      roots: limits.uploadRootsInAll,
    };
    this.#rows = rows;
    this.#now = now;
  }

  /** Begins an upload of a member, who has proved to be one. @throws ManagerError `busy`, `over-quota` */
  async begin(name: string): Promise<UploadTicket> {
    const loading = this.#members.get(name) ?? this.#load(name);
    this.#members.set(name, loading);
    const member = await loading;
    // The last of its uploads may have ended meanwhile.
    this.#members.set(name, loading);
    if (member.uploads >= MOST_AT_ONCE) {
      throw new ManagerError('busy', `More than ${MOST_AT_ONCE} uploads of one member. Wait for some to end.`, {
        retryAfter: 5,
      });
    }
    member.uploads += 1;
    let own = NOTHING;
    return {
      take: (amount) => {
        this.#turnDay(member);
        own = plus(own, amount);
        member.ofDay = plus(member.ofDay, amount);
        member.coming = plus(member.coming, amount);
        if (!isWithin(member.ofDay, this.#perDay)) throw overToday(untilTomorrow(this.#now()));
        if (!isWithin(plus(member.inAll, member.coming), this.#perMember)) throw overInAll();
      },
      end: async (isNew) => {
        member.uploads -= 1;
        member.coming = plus(member.coming, { bytes: -own.bytes, blocks: -own.blocks, roots: -own.roots });
        if (isNew) member.inAll = plus(member.inAll, own);
        if (member.uploads === 0) this.#members.delete(name);
        await this.#rows.put(name, member.day, member.ofDay, member.inAll);
      },
    };
  }

  async #load(name: string): Promise<Member> {
    const day = dayOf(this.#now());
    try {
      const [ofDay, inAll] = await Promise.all([this.#rows.sent(name, day), this.#rows.sent(name, undefined)]);
      return { day, ofDay: ofDay ?? NOTHING, inAll: inAll ?? NOTHING, uploads: 0, coming: NOTHING };
    } catch (error) {
      this.#members.delete(name);
      throw error;
    }
  }

  #turnDay(member: Member): void {
    if (member.day !== dayOf(this.#now())) Object.assign(member, { day: dayOf(this.#now()), ofDay: NOTHING });
  }
}

const overToday = (retryAfter: number): ManagerError =>
  new ManagerError('over-quota', 'This member has sent what it may in a day. Use another node, or go on tomorrow.', {
    retryAfter,
  });

const overInAll = (): ManagerError =>
  new ManagerError('over-quota', 'This node keeps no more for this member. Use another one, or tell its operator.');
