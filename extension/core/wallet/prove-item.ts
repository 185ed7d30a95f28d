import type { RecordItem } from '../catalogue/model.ts';
import type { Finality } from '../chain/follower.ts';
import { isSalusError, type ErrorCode } from '../errors.ts';
import { heldItem } from '../proof/held-item.ts';
import type { ProvableItem } from '../proof/make-proof.ts';
import { openItem, original } from './records.ts';
import type { Session } from './session.ts';

/** What the page needs to prove an item, step by step. */
export interface ItemToProve {
  readonly item: RecordItem;
  /** `entry.block` is 0 while it waits for the chain. */
  readonly held: ProvableItem;
  /** By what the network calls a block final. */
  readonly finality: Finality;
  /** How many nodes are asked. */
  readonly nodes: number;
}

/** What says that a record cannot be proven; any other failure is one of asking. */
export const UNPROVEN: readonly ErrorCode[] = [
  'commitment-mismatch',
  'sealed-data-damaged',
  'block-damaged',
  'history-incomplete',
];

/**
 * Opens an item of the own record, or of one that was shared with this account, with all that leads from it to the chain.
 * @returns `altered` for one that is not what its author recorded
 * @throws SalusError `not-found`, `no-consent`, `block-missing`, `chain-unreachable`
 */
export async function proveItem(session: Session, patient: string, id: string): Promise<ItemToProve | 'altered'> {
  const { deployment, row: opened, position, item } = await openItem(session, patient, id);
  const { network } = session;
  try {
    const { original: path, ...here } = await session.catalogue.proveItem(opened, position);
    const source = path && (await original(session, item));
    // What was picked is proven where its author recorded it.
    const [row, proven] = source ? [source.row, { ...here, path }] : [opened, here];
    const registry = row.registry.toLowerCase();
    const { block, transaction, index } = row;
    const entry = { id: row.id, cid: row.cid, patient: row.patient, author: row.author, transaction };
    const lower = Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, value.toLowerCase()]));
    return {
      item,
      held: {
        item: heldItem(proven, row.commitment),
        chain: { id: network.chainId, registry },
        fromBlock: deployment.client.network.fromBlock,
        entry: { ...(lower as typeof entry), block, index },
      },
      finality: network.finality ?? 'finalized',
      nodes: session.client.nodes.length,
    };
  } catch (error) {
    if (isSalusError(error) && UNPROVEN.includes(error.code)) return 'altered';
    throw error;
  }
}
