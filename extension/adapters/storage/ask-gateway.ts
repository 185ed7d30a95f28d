import type { CID } from 'multiformats/cid';

/** Asks a manager's trustless gateway, which learns nothing but what is asked for. */
export const ask = (
  manager: string,
  cid: CID,
  format: 'raw' | 'car',
  signal: AbortSignal,
  cache: RequestCache = 'default',
): Promise<Response> =>
  fetch(`${manager}/ipfs/${cid.toString()}?format=${format}`, {
    headers: { accept: `application/vnd.ipld.${format}` },
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    cache,
    signal,
  });
