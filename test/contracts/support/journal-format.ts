import * as v from 'valibot';

/** `0x` and hex digits, as JSON-RPC writes quantities and bytes. */
const Hex = v.custom<`0x${string}`>((value) => typeof value === 'string' && /^0x[0-9a-f]*$/i.test(value), 'not hex');

const Log = v.object({ address: Hex, topics: v.array(Hex), data: Hex });

/** What came of a transaction: what two implementations of the EVM must agree on. */
const Outcome = v.object({ status: Hex, gasUsed: Hex, contractAddress: v.nullable(Hex), logs: v.array(Log) });
export type Outcome = v.InferOutput<typeof Outcome>;

/** A mined transaction as JSON-RPC gives it. Its fields differ by type; only those named here are used by name. */
const Transaction = v.looseObject({ hash: Hex, from: Hex, type: Hex });
export type Transaction = v.InferOutput<typeof Transaction>;

/** What a transaction can see of its block, and later ones of it. */
const Header = v.object({
  number: Hex,
  hash: Hex,
  timestamp: Hex,
  gasLimit: Hex,
  baseFeePerGas: Hex,
  miner: Hex,
  mixHash: Hex,
  excessBlobGas: Hex,
});
export type Header = v.InferOutput<typeof Header>;

/** What changes the state without a transaction, with its parameters as JSON-RPC takes them. */
const Edit = v.variant('method', [
  v.object({ op: v.literal('edit'), method: v.literal('hardhat_setBalance'), params: v.tuple([Hex, Hex]) }),
  v.object({ op: v.literal('edit'), method: v.literal('hardhat_setCode'), params: v.tuple([Hex, Hex]) }),
  v.object({ op: v.literal('edit'), method: v.literal('hardhat_setNonce'), params: v.tuple([Hex, Hex]) }),
  v.object({ op: v.literal('edit'), method: v.literal('hardhat_setStorageAt'), params: v.tuple([Hex, Hex, Hex]) }),
  v.object({ op: v.literal('edit'), method: v.literal('hardhat_impersonateAccount'), params: v.tuple([Hex]) }),
]);
export type Edit = v.InferOutput<typeof Edit>;
export const EDITS: ReadonlySet<string> = new Set(Edit.options.map((option) => option.entries.method.literal));

/** One line of the journal. The first is `genesis`, and the last is `end`, or the journal was cut short. */
export const Entry = v.variant('op', [
  v.object({
    op: v.literal('genesis'),
    chainId: Hex,
    hardfork: v.string(),
    /** Account and what it has, in wei. */
    balances: v.array(v.tuple([Hex, Hex])),
  }),
  v.object({ op: v.literal('snapshot'), id: Hex }),
  v.object({ op: v.literal('revert'), id: Hex }),
  Edit,
  v.object({
    op: v.literal('block'),
    header: Header,
    transactions: v.array(v.object({ transaction: Transaction, outcome: Outcome })),
  }),
  v.object({ op: v.literal('end'), transactions: v.number() }),
]);
export type Entry = v.InferOutput<typeof Entry>;
