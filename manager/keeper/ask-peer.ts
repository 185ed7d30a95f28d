import type { Peer } from '../config.ts';

const TIMEOUT_MS = 5_000;
/** Longest answer that is read, in characters. */
const MOST_CHARACTERS = 64 * 1024;

/** Answer of another manager. */
export interface PeerAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

/** Asks another manager. @param body sent by POST; GET where there is none. @returns undefined where it is down, slow or speaks no JSON */
export type AskPeer = (peer: Peer, path: string, body?: unknown) => Promise<PeerAnswer | undefined>;

/** Asks over HTTP. */
export const askPeer: AskPeer = async ({ url }, path, body) => {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const response = await fetch(`${url}${path}`, {
      ...(body === undefined ? {} : post),
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const part of response.body ?? []) {
      text += decoder.decode(part, { stream: true });
      if (text.length > MOST_CHARACTERS) return undefined;
    }
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};
