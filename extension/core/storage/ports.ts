import type { CID } from 'multiformats/cid';

/** Where sealed blocks go while an entry is being made. */
export interface BlockSink {
  /** Takes over `bytes`, whose buffer must be exactly as long as they are; the caller must not use them afterwards. */
  put(cid: CID, bytes: Uint8Array): Promise<void>;
}

/** Where sealed blocks come from. Every answer has been checked against its CID. */
export interface BlockSource {
  /** @throws SalusError `block-missing`, `block-damaged` */
  block(cid: CID, signal?: AbortSignal): Promise<Uint8Array>;
  /** Bytes of the UnixFS file (or raw block) at `cid`, in order. */
  file(cid: CID, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}
