import { startProxy, type Proxy } from '../../test/e2e/support/proxy.ts';

/** Stands in front of an RPC node and counts what is asked of it. */
export interface RpcCounter {
  readonly url: string;
  /** @returns what was asked while `work` ran: HTTP requests, and the calls in them, of which a batch has several */
  during(work: () => Promise<unknown>): Promise<{ requests: number; calls: number }>;
  close(): Promise<void>;
}

export async function countRpc(rpcUrl: string): Promise<RpcCounter> {
  const proxy: Proxy = await startProxy(rpcUrl);
  let [requests, calls] = [0, 0];
  proxy.change = ({ request, answer }) => {
    if (request.length > 0) {
      requests += 1;
      calls += [JSON.parse(request.toString()) as unknown].flat().length;
    }
    return answer;
  };
  return {
    url: proxy.url,
    async during(work) {
      [requests, calls] = [0, 0];
      await work();
      return { requests, calls };
    },
    close: () => proxy.close(),
  };
}
