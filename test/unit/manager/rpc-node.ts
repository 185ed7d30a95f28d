import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface RpcRequest {
  id: number;
  method: string;
  params: unknown[];
}

/** What the stub answers: a result, or `{error}` as JSON-RPC has it. */
export type Answer = { result: unknown } | { error: { code: number; message: string; data?: string } };

/** Starts a JSON-RPC node that answers as `answers` says; `calls` lists what it was asked. */
export async function startNode(
  answers: Record<string, (params: unknown[]) => Answer>,
): Promise<{ url: string; calls: RpcRequest[] }> {
  const calls: RpcRequest[] = [];
  const server = createServer((request, response) => {
    void readText(request).then((text) => {
      const call = JSON.parse(text) as RpcRequest;
      calls.push(call);
      const answer = answers[call.method]?.(call.params) ?? { error: { code: -32601, message: 'no such method' } };
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ jsonrpc: '2.0', id: call.id, ...answer }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}
