import * as v from 'valibot';
import type { Section } from '../core/records/sections.ts';
import { aboutErasing, eraseItem, likeItem, moveItem, type Erasing } from '../core/wallet/rearrange.ts';
import type { Withdrawal } from '../core/wallet/sealed-state.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { section, text } from './ui-arguments.ts';

/** Arguments of the calls of {@link createRearrangeCalls}. */
export const REARRANGE_ARGUMENTS = {
  aboutErasing: v.tuple([text]),
  eraseRecord: v.tuple([text]),
  likeCount: v.tuple([text, section]),
  moveRecord: v.tuple([text, section, v.boolean()]),
  erasures: v.tuple([]),
} as const;

/** What was erased, and what those who keep copies signed. */
export interface Erasures {
  readonly erased: readonly Withdrawal[];
  /** How many sign. */
  readonly keepers: number;
  readonly chainId: number;
  readonly patient: string;
}

interface RearrangeParts {
  readonly wallet: Wallet;
  readonly changed: () => void;
}

/** The calls of the wallet's own screens by which a person erases items of the own record, or moves them to another section. */
export function createRearrangeCalls({ wallet, changed }: RearrangeParts) {
  const done = (): void => {
    changed();
    void wallet.sync();
  };
  return {
    async aboutErasing(id: string): Promise<Erasing> {
      return aboutErasing(await wallet.session(), id);
    },
    async eraseRecord(id: string): Promise<void> {
      await eraseItem(await wallet.session(), id);
      done();
    },
    /** How many items are like one that are not in a section yet, but for itself. */
    async likeCount(id: string, to: Section): Promise<number> {
      return (await likeItem(await wallet.session(), id, to)).length - 1;
    },
    /** @param like what is like it too, now and later. @returns how many were moved */
    async moveRecord(id: string, to: Section, like: boolean): Promise<number> {
      const moved = await moveItem(await wallet.session(), id, to, like);
      done();
      return moved;
    },
    async erasures(): Promise<Erasures> {
      const { state, network, address } = await wallet.session();
      const { withdrawals } = await state.read();
      const keepers = network.custody?.keepers.length ?? 0;
      return {
        erased: withdrawals.filter(({ erased }) => erased),
        keepers,
        chainId: network.chainId,
        patient: address,
      };
    },
  };
}
