import type { ChainNode } from '../core/chain/node.ts';
import { chainUnreachable, NodeError } from '../core/errors.ts';

/** Puts a page's question to the node as it is, and gives the node's answer as it is. @throws NodeError, SalusError `chain-unreachable` */
export const nodeAsker =
  (node: ChainNode) =>
  (method: string, params: readonly unknown[]): Promise<unknown> =>
    node.send(method, params).catch((error: unknown) => {
      throw error instanceof NodeError ? error : chainUnreachable();
    });
