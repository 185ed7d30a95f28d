/** Bytes of an item that stand in a proof itself; what is larger stands in a file beside it. */
export const MOST_BYTES_WITHIN = 8 * 1_048_576;
