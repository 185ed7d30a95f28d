import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a proxy lets a test decide about one exchange. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly request: Buffer;
  readonly answer: Buffer;
}

/** Stands in front of a service and can be told to fail or to lie. */
export interface Proxy {
  readonly url: string;
  /** While true, every connection is cut. */
  down: boolean;
  /** Whether to turn a request away as too many, to come again in a second (RFC 6585). */
  busy: (request: Buffer) => boolean;
  /** What to give back instead of the service's answer. */
  change: (exchange: Exchange) => Buffer;
  /** `POST /path` of every request that was passed on. */
  readonly passed: string[];
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Headers that belong to one connection, not to the message. */
const HOP = new Set([
  'connection',
  'host',
  'content-length',
  'transfer-encoding',
  'content-encoding',
  'keep-alive',
  'expect',
]);

export async function startProxy(target: string): Promise<Proxy> {
  const server = createServer((incoming, outgoing) => {
    const forward = async () => {
      const { method = 'GET', url: path = '/' } = incoming;
      const request = await bodyOf(incoming);
      if (proxy.down) return incoming.socket.destroy();
      if (proxy.busy(request)) {
        outgoing.writeHead(429, { 'retry-after': '1', 'access-control-allow-origin': '*' }).end();
        return;
      }
      proxy.passed.push(`${method} ${path}`);
      const headers = Object.entries(incoming.headers).flatMap(([name, value]) =>
        HOP.has(name) || value === undefined ? [] : [[name, String(value)] as [string, string]],
      );
      const response = await fetch(`${target}${path}`, {
        method,
        headers,
        ...(request.length > 0 && { body: new Uint8Array(request) }),
      });
      const answer = proxy.change({ method, path, request, answer: Buffer.from(await response.arrayBuffer()) });
      outgoing.statusCode = response.status;
      response.headers.forEach((value, name) => {
        if (!HOP.has(name)) outgoing.setHeader(name, value);
      });
      outgoing.end(answer);
    };
    forward().catch(() => incoming.socket.destroy()); // the service is down: so is the proxy
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    down: false,
    busy: () => false,
    change: ({ answer }) => answer,
    passed: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

/** For a manager: gives back something else than was stored, whenever a block is asked for. */
export const lieAboutBlocks = ({ method, path, answer }: Exchange): Buffer => {
  if (method !== 'GET' || !path.startsWith('/ipfs/') || answer.length === 0) return answer;
  const changed = Buffer.from(answer);
  changed[changed.length - 1] = (changed[changed.length - 1] ?? 0) ^ 1;
  return changed;
};

interface Reply {
  readonly id: unknown;
  readonly result?: unknown;
}

/** For an RPC node: puts what is no log between the logs, and what is a log of another contract. */
export function spoilLogs({ request, answer }: Exchange): Buffer {
  if (!request.includes('eth_getLogs')) return answer;
  const parsed = JSON.parse(answer.toString()) as Reply | Reply[];
  const spoil = (reply: Reply): Reply => {
    if (!Array.isArray(reply.result)) return reply;
    const [log] = reply.result as Record<string, unknown>[];
    if (log !== undefined && typeof log['logIndex'] !== 'string') return reply;
    const other = log && { ...log, address: `0x${'11'.repeat(20)}`, logIndex: '0xffff' };
    return {
      ...reply,
      result: [null, { hello: 1 }, 'a log', ...(reply.result as unknown[]), ...(other ? [other] : [])],
    };
  };
  return Buffer.from(JSON.stringify(Array.isArray(parsed) ? parsed.map(spoil) : spoil(parsed)));
}

/** For an RPC node: answers as if it belonged to another chain. */
export const claimChain =
  (chainId: number) =>
  ({ request, answer }: Exchange): Buffer => {
    interface Call {
      readonly id: unknown;
      readonly method?: string;
    }
    if (request.length === 0) return answer;
    const asked = [JSON.parse(request.toString()) as Call | Call[]].flat();
    const parsed = JSON.parse(answer.toString()) as Call | Call[];
    const changed = [parsed].flat().map((reply) => {
      const method = asked.find((call) => call.id === reply.id)?.method;
      if (method === 'eth_chainId') return { ...reply, result: `0x${chainId.toString(16)}` };
      return method === 'net_version' ? { ...reply, result: String(chainId) } : reply;
    });
    return Buffer.from(JSON.stringify(Array.isArray(parsed) ? changed : changed[0]));
  };
