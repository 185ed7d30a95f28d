import type { Runtime } from 'webextension-polyfill';
import * as v from 'valibot';
import { RpcCode, RpcError, toPageError, toRpcError } from '../../rpc/errors.ts';
import { WireRequestSchema } from '../../rpc/schema.ts';
import type { Caller } from '../../rpc/server.ts';
import type { Background } from './compose.ts';

const SenderSchema = v.object({
  origin: v.optional(v.string()),
  url: v.optional(v.string()),
  documentId: v.string(),
  frameId: v.optional(v.number()),
});

/** Who is at the other end, from what the browser says alone. A sender that is not understood is nobody. */
function callerOf(port: Runtime.Port): Caller {
  const parsed = v.safeParse(SenderSchema, port.sender);
  if (!parsed.success) return { origin: '', documentId: '', topFrame: false };
  const { origin, url, documentId, frameId } = parsed.output;
  const from = origin ?? (url === undefined ? '' : new URL(url).origin);
  return { origin: from, documentId, topFrame: frameId === 0 };
}

/** Answers one page's requests over its content script's port. Every request gets exactly one answer. */
export function servePage(port: Runtime.Port, ready: () => Promise<Background>): void {
  const caller = callerOf(port);
  let open = true;
  port.onDisconnect.addListener(() => {
    open = false;
    // The page was closed, or left: what it asked has nobody to answer to.
    ready()
      .then(({ approvals }) => approvals.documentGone(caller.documentId))
      .catch(() => undefined); // runs out by itself
  });
  // EIP-1193 `connect`: the wallet can answer now, and for which chain.
  ready()
    .then(async ({ approvals, server }) => {
      if (!open) return;
      approvals.documentHere(caller.documentId);
      const chainId = await server.chainIdFor(caller.origin);
      if (open) port.postMessage({ connect: { chainId } });
    })
    .catch(() => undefined); // each request is told why
  port.onMessage.addListener((message: unknown) => {
    const request = v.safeParse(WireRequestSchema, message);
    if (!request.success) return; // not from our content script
    const { id } = request.output;
    const answer = ready().then(({ server }) => server.handle(request.output, caller));
    answer
      .then((result) => ({ id, result }))
      .catch((error: unknown) => ({ id, error: toPageError(error) }))
      .then((reply) => {
        if (open) port.postMessage(reply);
      })
      .catch(() => {
        if (open)
          port.postMessage({ id, error: toRpcError(new RpcError(RpcCode.Internal, 'The answer could not be sent.')) });
      });
  });
}
