import { sha256 } from '@noble/hashes/sha2';
import { concat, fromHex, toHex, uintBytes, utf8 } from '../bytes.ts';

/** Who wants to be let in, and where. */
export interface Joiner {
  readonly chainId: number;
  /** 0x hex. */
  readonly registry: string;
  /** 0x hex. */
  readonly account: string;
}

/** More than this is asked of nobody: minutes of a browser's time. */
export const MOST_WORK_BITS = 24;
/** Tries before others get a turn: a few milliseconds. */
const CHUNK = 4_096;
const NONCE_BYTES = 8;

/** "salus/join/v1" ‖ chain id (8) ‖ registry (20) ‖ account (20) ‖ nonce (8) */
const messageOf = ({ chainId, registry, account }: Joiner, nonce: Uint8Array): Uint8Array =>
  concat(utf8('salus/join/v1'), uintBytes(chainId, 8), fromHex(registry), fromHex(account), nonce);

/** Whether the SHA-256 over joiner and nonce begins with so many zero bits. @param nonce 8 bytes as 0x hex */
export function isJoinWork(joiner: Joiner, nonce: string, bits: number): boolean {
  return leadingZeros(sha256(messageOf(joiner, fromHex(nonce)))) >= bits;
}

/**
 * The small work by which somebody whom no hospital vouches for has a manager pay for joining: about 2^bits hashes. It is
 * done in parts, between which everything else goes on.
 * @param bits zero bits that are wanted
 * @returns the nonce, 8 bytes as 0x hex
 * @throws RangeError for more than {@link MOST_WORK_BITS}; the signal's reason once it is aborted
 */
export async function solveJoinWork(joiner: Joiner, bits: number, signal?: AbortSignal): Promise<string> {
  if (bits > MOST_WORK_BITS) throw new RangeError('more work than anybody should do');
  const message = messageOf(joiner, new Uint8Array(NONCE_BYTES));
  const nonce = message.subarray(-NONCE_BYTES);
  const counter = new DataView(nonce.buffer, nonce.byteOffset);
  for (let tried = 0; ; tried++) {
    if (tried % CHUNK === 0) {
      await new Promise((resolve) => setTimeout(resolve));
      signal?.throwIfAborted();
    }
    counter.setBigUint64(0, BigInt(tried));
    if (leadingZeros(sha256(message)) >= bits) return toHex(nonce);
  }
}

function leadingZeros(hash: Uint8Array): number {
  const at = hash.findIndex((byte) => byte !== 0);
  return at === -1 ? 8 * hash.length : 8 * at + Math.clz32(hash[at] ?? 0) - 24;
}
