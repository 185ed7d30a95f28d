import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonRpcApiProvider } from 'ethers';
import { onTestFinished } from 'vitest';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}

/** A node over HTTP, as others than this process ask it. It ends with the test. @returns its URL */
export async function serveNode(provider: JsonRpcApiProvider): Promise<string> {
  const answer = async ({ id, method, params }: Call) => {
    try {
      return { jsonrpc: '2.0', id, result: (await provider.send(method, params)) as unknown };
    } catch {
      return { jsonrpc: '2.0', id, error: { code: -32_000, message: 'refused' } };
    }
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const asked = JSON.parse(Buffer.concat(parts).toString()) as Call | Call[];
      void (Array.isArray(asked) ? Promise.all(asked.map(answer)) : answer(asked)).then((answers) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answers)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
