import type { AskNode } from '../chain/log-windows.ts';
import { chainUnreachable } from '../errors.ts';
import { isStaff, standingAfter } from './membership.ts';
import type { HeldItem, ProofFile } from './proof-file.ts';
import { Questions } from './questions.ts';

/** An item that is on the chain, as the wallet knows it. */
export interface ProvableItem {
  readonly item: HeldItem;
  readonly chain: Omit<ProofFile['chain'], 'fromBlock'>;
  /** No log of the network is older. */
  readonly fromBlock: number;
  readonly entry: Omit<ProofFile['entry'], 'hash'>;
}

/**
 * A proof of an item, with what a node says of its place and of its author. It proves nothing until it was checked.
 * @throws SalusError `chain-unreachable`
 */
export async function makeProof({ item, chain, fromBlock, entry }: ProvableItem, ask: AskNode): Promise<ProofFile> {
  const node = new Questions(ask, chain.registry);
  const [block, made] = await Promise.all([node.block(entry.block), node.madeIn(fromBlock, entry.block)]);
  if (block === undefined || made === undefined) throw chainUnreachable();
  const events = await node.membership(entry.author, made, entry);
  const { role, enroller } = standingAfter(events);
  const hospital = isStaff({ role })
    ? { address: enroller, events: [...(await node.membership(enroller, made, entry))] }
    : undefined;
  const { id, cid, patient, author, transaction, index } = entry;
  return {
    format: 'salus/proof/v1',
    item,
    chain: { ...chain, fromBlock: made },
    entry: { id, cid, patient, author, block: entry.block, hash: block.hash.toLowerCase(), transaction, index },
    author: { role, events: [...events] },
    ...(hospital && { hospital }),
  };
}
