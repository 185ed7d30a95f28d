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

/** A block as JSON-RPC gives it, as far as it is looked at. `timestamp` in Unix seconds. */
export const BlockSchema = v.object({ number: quantity, hash: word, parentHash: word, timestamp: quantity });
export type Block = v.InferOutput<typeof BlockSchema>;
