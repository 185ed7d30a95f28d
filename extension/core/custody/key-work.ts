import { random, type Bytes } from '../bytes.ts';
import { deal } from './dealing.ts';
import { combine, type Combined, type EntryPlace, type KeeperAnswer } from './entry-key.ts';
import type { Group } from './group.ts';
import { encodeKeyring, sharePlace } from './keyring-object.ts';
import { sealShare } from './share-capsule.ts';

/** Folders whose secrets are to be dealt, and to whom. */
export interface DealOrder {
  readonly chainId: number;
  readonly registry: string;
  readonly patient: string;
  /** Keepers that are needed to give a key. */
  readonly threshold: number;
  /** Accounts and registered keys (x coordinates). */
  readonly keepers: readonly { readonly account: string; readonly key: Bytes }[];
  readonly folders: readonly { readonly folder: number; readonly epoch: number; readonly seed: Bytes }[];
}

/** What goes to one keeper: ECIES of its shares. */
export interface SealedShare {
  readonly folder: number;
  readonly epoch: number;
  readonly capsule: Bytes;
}

export interface Dealt {
  /** The keyring's object, for everybody. */
  readonly keyring: Bytes;
  /** In the order of the keepers. */
  readonly shares: readonly (readonly SealedShare[])[];
}

/** What custody computes on the group; may live in another context. */
export interface KeyWorkPort {
  /** Deals secrets out by a polynomial drawn for it. Whoever gets k of the shares has the secret; the keyring says nothing of it. */
  deal(order: DealOrder): Promise<Dealt>;
  /** See {@link combine}. */
  combine(
    commitments: readonly Bytes[],
    entries: readonly EntryPlace[],
    answers: readonly KeeperAnswer[],
  ): Promise<Combined>;
}

export class KeyWork implements KeyWorkPort {
  readonly #group: Group;

  constructor(group: Group) {
    this.#group = group;
  }

  async deal({ chainId, registry, patient, threshold, keepers, folders }: DealOrder): Promise<Dealt> {
    const group = this.#group;
    const dealings = folders.map(({ folder, epoch, seed }) => {
      const secret = group.scalarFrom(seed);
      const dealing = deal(group, secret, { k: threshold, n: keepers.length });
      secret.fill(0);
      return { folder, epoch, ...dealing };
    });
    const keyring = {
      v: 1 as const,
      context: 'salus/keyring/v2' as const,
      chainId,
      registry: registry.toLowerCase(),
      patient: patient.toLowerCase(),
      split: new DataView(random(4).buffer).getUint32(0),
      k: threshold,
      managers: keepers.map(({ account }) => account.toLowerCase()),
      folders: dealings.map(({ folder, epoch, commitments }) => ({
        folder,
        epoch,
        commitments: commitments.map((one) => Uint8Array.from(one)),
      })),
    };
    const sealed = keepers.map(({ account, key }, i) =>
      Promise.all(
        dealings.map(async ({ folder, epoch, shares }): Promise<SealedShare> => {
          const place = sharePlace(keyring, { manager: account, folder, epoch });
          const share = shares[i];
          if (place === undefined || share === undefined)
            throw new RangeError('each keeper has a share of each folder');
          const capsule = await sealShare(key, share.value, place);
          share.value.fill(0);
          return { folder, epoch, capsule };
        }),
      ),
    );
    return { keyring: (await encodeKeyring(keyring)).bytes, shares: await Promise.all(sealed) };
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- called over a channel
  async combine(
    commitments: readonly Bytes[],
    entries: readonly EntryPlace[],
    answers: readonly KeeperAnswer[],
  ): Promise<Combined> {
    return combine(this.#group, commitments, entries, answers);
  }
}
