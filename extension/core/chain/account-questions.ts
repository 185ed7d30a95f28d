import * as v from 'valibot';
import { chainUnreachable } from '../errors.ts';
import type { ChainNode } from './node.ts';

/** A quantity as JSON-RPC of Ethereum has it. */
const QuantitySchema = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]{1,64}$/i),
  v.transform((hex) => BigInt(hex)),
);
/** Of a block: chains without EIP-1559 have no base fee. */
const BaseFeeSchema = v.object({ baseFeePerGas: v.nullish(QuantitySchema) });
/** In wei, where a node does not say what tip is usual. */
const USUAL_TIP = 1_000_000_000n;

/** What a unit of gas may cost, in wei (EIP-1559). */
export interface FeesPerGas {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** Wei. @throws whatever {@link ChainNode} throws; SalusError `chain-unreachable` for what is no answer */
export const balanceOf = (node: ChainNode, address: string): Promise<bigint> =>
  quantity(node, 'eth_getBalance', [address, 'latest']);

/** The nonce that a next transaction takes, after those that wait at the node. @throws as {@link balanceOf} */
export const nextNonce = async (node: ChainNode, address: string): Promise<number> =>
  Number(await quantity(node, 'eth_getTransactionCount', [address, 'pending']));

/** Gas that a transaction would take as the chain is now. @throws as {@link balanceOf}; NodeError where it would fail */
export const gasOf = (
  node: ChainNode,
  { from, to, value, data }: Readonly<Record<'from' | 'to' | 'data', string>> & { readonly value: bigint },
): Promise<bigint> => quantity(node, 'eth_estimateGas', [{ from, to, data, value: `0x${value.toString(16)}` }]);

/** The tip that is usual, and twice the base fee of the newest block, so that it may grow. @throws as {@link balanceOf} */
export async function feesPerGas(node: ChainNode): Promise<FeesPerGas> {
  const [block, tip] = await Promise.all([
    node.send('eth_getBlockByNumber', ['latest', false]),
    quantity(node, 'eth_maxPriorityFeePerGas', []).catch(() => USUAL_TIP),
  ]);
  const parsed = v.safeParse(BaseFeeSchema, block);
  if (!parsed.success) throw chainUnreachable();
  const base = parsed.output.baseFeePerGas ?? undefined;
  if (base !== undefined) return { maxFeePerGas: 2n * base + tip, maxPriorityFeePerGas: tip };
  const price = await quantity(node, 'eth_gasPrice', []);
  return { maxFeePerGas: price, maxPriorityFeePerGas: price };
}

async function quantity(node: ChainNode, method: string, params: readonly unknown[]): Promise<bigint> {
  const parsed = v.safeParse(QuantitySchema, await node.send(method, params));
  if (!parsed.success) throw chainUnreachable();
  return parsed.output;
}
