import * as v from 'valibot';
import { address, quantity, shortText } from './common.ts';

/** EIP-3860 and what nodes pass on. */
const LONGEST_CALLDATA = 131_072;
const calldata = v.pipe(shortText(2 + 2 * LONGEST_CALLDATA), v.regex(/^0x([0-9a-fA-F]{2})*$/, 'expected hex'));

/** `[transaction]`. Gas, fees and nonce are checked for their form alone: the wallet chooses its own. */
export const TransactionSchema = v.pipe(
  v.tuple([
    v.strictObject({
      from: address,
      to: address,
      value: v.optional(quantity, '0x0'),
      data: v.optional(calldata),
      input: v.optional(calldata),
      chainId: v.optional(quantity),
      gas: v.optional(quantity),
      gasLimit: v.optional(quantity),
      gasPrice: v.optional(quantity),
      maxFeePerGas: v.optional(quantity),
      maxPriorityFeePerGas: v.optional(quantity),
      nonce: v.optional(quantity),
      type: v.optional(v.picklist(['0x0', '0x2'])),
    }),
  ]),
  v.check(
    ([t]) => t.data === undefined || t.input === undefined || t.data === t.input,
    'expected one of data and input',
  ),
  v.transform(([{ from, to, value, data, input, chainId }]) => ({
    from,
    to,
    value,
    data: (data ?? input ?? '0x').toLowerCase(),
    ...(chainId !== undefined && { chainId }),
  })),
);
export type TransactionRequest = v.InferOutput<typeof TransactionSchema>;

/** Params of the node's own methods: positional; what they mean is the node's affair. */
export const NodeParamsSchema = v.optional(v.pipe(v.array(v.unknown()), v.maxLength(4)));

/** Methods that only read the chain and are answered by the health network's node. */
export const NODE_METHODS = [
  'eth_blockNumber',
  'eth_call',
  'eth_estimateGas',
  'eth_feeHistory',
  'eth_gasPrice',
  'eth_getBalance',
  'eth_getBlockByHash',
  'eth_getBlockByNumber',
  'eth_getCode',
  'eth_getLogs',
  'eth_getStorageAt',
  'eth_getTransactionByHash',
  'eth_getTransactionCount',
  'eth_getTransactionReceipt',
  'eth_maxPriorityFeePerGas',
] as const;
export type NodeMethod = (typeof NODE_METHODS)[number];
export const isNodeMethod = (method: string): method is NodeMethod => NODE_METHODS.includes(method as NodeMethod);

/** EIP-3326. */
export const ChainSchema = v.pipe(
  v.tuple([v.object({ chainId: quantity })]),
  v.transform(([{ chainId }]) => ({ chainId })),
);
export type Chain = v.InferOutput<typeof ChainSchema>;

/** EIP-3085; of it the wallet only looks at the chain. */
export const AddChainSchema = v.pipe(
  v.tuple([v.looseObject({ chainId: quantity })]),
  v.transform(([{ chainId }]) => ({ chainId })),
);
