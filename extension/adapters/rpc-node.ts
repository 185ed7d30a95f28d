import type { JsonRpcApiProvider } from 'ethers';
import * as v from 'valibot';
import { AnswerSchema } from '../core/chain/node.ts';
import { NodeError, SalusError } from '../core/errors.ts';

/** Puts a page's question to the node as it is, and gives the node's answer as it is. @throws NodeError, SalusError `chain-unreachable` */
export const nodeAsker =
  (provider: JsonRpcApiProvider) =>
  async (method: string, params: readonly unknown[]): Promise<unknown> => {
    const request = { id: 1, jsonrpc: '2.0' as const, method, params: [...params] };
    const [answer] = await provider._send(request).catch(() => []);
    const parsed = v.safeParse(AnswerSchema, answer);
    if (!parsed.success)
      throw new SalusError('chain-unreachable', 'The health network does not answer. Try again later.');
    if ('result' in parsed.output) return parsed.output.result;
    const { code, message, data } = parsed.output.error;
    throw new NodeError(code, message, data);
  };
