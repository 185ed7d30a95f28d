import { startProxy, type Proxy } from '../../test/e2e/support/proxy.ts';

/** What was asked of a node: HTTP requests, and the method of each call in them, of which a batch has several. */
export interface Asked {
  readonly requests: number;
  readonly methods: readonly string[];
}

/** Stands in front of an RPC node and counts what is asked of it. */
export interface RpcCounter {
  readonly url: string;
  /** @returns what was asked while `work` ran */
  during(work: () => Promise<unknown>): Promise<Asked>;
  close(): Promise<void>;
}

export async function countRpc(rpcUrl: string): Promise<RpcCounter> {
  const proxy: Proxy = await startProxy(rpcUrl);
  let [requests, methods] = [0, [] as string[]];
  proxy.change = ({ request, answer }) => {
    if (request.length > 0) {
      requests += 1;
      const calls = [JSON.parse(request.toString()) as { method: string } | { method: string }[]].flat();
      methods.push(...calls.map(({ method }) => method));
    }
    return answer;
  };
  return {
    url: proxy.url,
    async during(work) {
      [requests, methods] = [0, []];
      await work();
      return { requests, methods };
    },
    close: () => proxy.close(),
  };
}
