import * as v from 'valibot';

const hex = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]*$/));
/** A number, as far as it is exact. */
export const quantity = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{1,13}$/), v.transform(Number));
export const word = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{64}$/));

/** A log as JSON-RPC gives it. */
export const LogSchema = v.object({
  address: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/), v.toLowerCase()),
  topics: v.array(word),
  data: hex,
  blockNumber: quantity,
  blockHash: word,
  logIndex: quantity,
  transactionHash: word,
  removed: v.optional(v.boolean()),
});

/** Topic of RecordAdded(bytes32,address,address,uint48,uint16,bytes32,bytes32). */
export const RECORD_ADDED = '0x078d964b95d60dc7b6250ee854e159b46f84ee6e052f766bd6dcee974929f5f4';

/** A block as JSON-RPC gives it, as far as it is looked at. `timestamp` in Unix seconds. */
export const BlockSchema = v.object({ number: quantity, hash: word, parentHash: word, timestamp: quantity });
export type Block = v.InferOutput<typeof BlockSchema>;
