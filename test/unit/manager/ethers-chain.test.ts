import { Transaction, Wallet, toBeHex } from 'ethers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { registryInterface } from '../../../extension/core/registry/abi.ts';
import { BroadcastRefused, CallReverted } from '../../../manager/chain.ts';
import { connectChain } from '../../../manager/ethers-chain.ts';
import { CHAIN_ID, EARLIER, REGISTRY, SPONSOR } from './fixtures.ts';
import { startNode, type Answer } from './rpc-node.ts';

const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const chainId = () => ({ result: toBeHex(CHAIN_ID) });
const error = (message: string, data?: string): Answer => ({ error: { code: 3, message, ...(data ? { data } : {}) } });

async function connect(answers: Parameters<typeof startNode>[0]) {
  const node = await startNode({ eth_chainId: chainId, ...answers });
  const chain = connectChain({ rpcUrl: node.url, chainId: CHAIN_ID, registry: REGISTRY, sponsorKey: KEY });
  onTestFinished(() => chain.close());
  return { chain, calls: node.calls };
}

describe('the node is not believed', () => {
  test('when it is of another chain', async () => {
    const { chain, calls } = await connect({
      eth_chainId: () => ({ result: '0x1' }),
      eth_call: () => ({ result: toBeHex(1, 32) }),
    });
    await expect(chain.isActive(SPONSOR)).rejects.toMatchObject({ code: 'wrong-chain' });
    await expect(chain.sponsor.estimate(REGISTRY, '0x')).rejects.toMatchObject({ code: 'wrong-chain' });
    expect(calls.map(({ method }) => method)).toEqual(['eth_chainId', 'eth_chainId']);
  });

  test('when there is no registry, or another contract', async () => {
    const empty = await connect({ eth_call: () => ({ result: '0x' }) });
    await expect(empty.chain.isActive(SPONSOR)).rejects.toMatchObject({ code: 'wrong-chain' });
    const other = await connect({ eth_call: () => error('execution reverted', '0x') });
    await expect(other.chain.isActive(SPONSOR)).rejects.toMatchObject({ code: 'wrong-chain' });
  });

  test('when it talks nonsense, and its words are not repeated', async () => {
    const { chain } = await connect({
      eth_blockNumber: () => ({ result: 'seven' }),
      eth_call: () => error('who=0x1234'),
    });
    await expect(chain.blockNumber()).rejects.toMatchObject({ code: 'chain-unavailable' });
    await expect(chain.isActive(SPONSOR)).rejects.not.toThrow('0x1234');
  });

  test('when it is down, which is said at once', async () => {
    const chain = connectChain({
      rpcUrl: 'http://127.0.0.1:1',
      chainId: CHAIN_ID,
      registry: REGISTRY,
      sponsorKey: KEY,
    });
    onTestFinished(() => chain.close());
    await expect(chain.isActive(SPONSOR)).rejects.toMatchObject({ code: 'chain-unavailable' });
  });
});

test('asks the registry who is active', async () => {
  const { chain } = await connect({
    eth_call: () => ({ result: toBeHex(1, 32) }),
    eth_blockNumber: () => ({ result: '0x10' }),
  });
  expect(await chain.isActive(SPONSOR)).toBe(true);
  expect(await chain.blockNumber()).toBe(16);
});

describe('the sponsor account', () => {
  test('names the error a call would revert with', async () => {
    const data = registryInterface.encodeErrorResult('BadSignature', [SPONSOR]);
    const known = await connect({ eth_estimateGas: () => error('execution reverted', data) });
    await expect(known.chain.sponsor.estimate(REGISTRY, '0x1234')).rejects.toEqual(new CallReverted('BadSignature'));
    const unknown = await connect({ eth_estimateGas: () => error('execution reverted', '0xdeadbeef') });
    await expect(unknown.chain.sponsor.estimate(REGISTRY, '0x1234')).rejects.toEqual(new CallReverted('unknown'));
  });

  test('estimates on top of what is pending', async () => {
    const { chain, calls } = await connect({ eth_estimateGas: () => ({ result: '0x5208' }) });
    for (const to of [REGISTRY, EARLIER]) {
      expect(await chain.sponsor.estimate(to, '0x1234')).toBe(21_000n);
      expect(calls.at(-1)?.params).toEqual([{ from: SPONSOR, to, data: '0x1234' }, 'pending']);
    }
  });

  test('signs an EIP-1559 transaction to a registry', async () => {
    const block = {
      number: '0x1',
      timestamp: '0x1',
      difficulty: '0x0',
      gasLimit: '0x1',
      gasUsed: '0x0',
      baseFeePerGas: '0x7',
      transactions: [],
    };
    const hashes = {
      hash: toBeHex(1, 32),
      parentHash: toBeHex(0, 32),
      nonce: '0x0000000000000000',
      miner: SPONSOR,
      extraData: '0x',
    };
    const { chain } = await connect({
      eth_getTransactionCount: (params) => ({ result: params[1] === 'pending' ? '0x5' : '0x3' }),
      eth_getBlockByNumber: () => ({ result: { ...block, ...hashes } }),
      eth_gasPrice: () => ({ result: '0x9' }),
      eth_maxPriorityFeePerGas: () => ({ result: '0x2' }),
    });
    expect(await chain.sponsor.nonces()).toEqual({ mined: 3, pending: 5 });
    const { needed, ...fees } = await chain.sponsor.fees();
    expect([needed, fees.maxFeePerGas]).toEqual([9n, 16n]);
    const what = { to: EARLIER, data: '0x1234', gasLimit: 60_000n, nonce: 5 };
    const { hash, raw } = await chain.sponsor.sign({ ...what, ...fees });
    const transaction = Transaction.from(raw);
    expect(transaction).toMatchObject({
      hash,
      type: 2,
      nonce: 5,
      to: EARLIER,
      data: '0x1234',
      gasLimit: 60_000n,
      from: new Wallet(KEY).address,
    });
    expect(transaction.maxPriorityFeePerGas).toBe(2n);
  });

  test('is told how accounts stand, and their next nonces, on top of what is pending', async () => {
    const member = [8, 0, 0, 2, 0, SPONSOR];
    const results = [
      registryInterface.encodeFunctionResult('nonces', [(3n << 64n) | 7n]),
      registryInterface.encodeFunctionResult('member', [member]),
    ];
    const { chain, calls } = await connect({
      eth_call: () => ({ result: registryInterface.encodeFunctionResult('multicall', [results]) }),
    });
    expect(await chain.sponsor.standings(EARLIER, [{ account: SPONSOR, nonceKey: 3n }])).toEqual([
      { nonce: (3n << 64n) | 7n, role: 8, memberships: 2 },
    ]);
    expect(calls.at(-1)?.params).toMatchObject([{ to: EARLIER }, 'pending']);
  });

  test('tells a refusal by the node from one it has made before', async () => {
    let message = '';
    const { chain } = await connect({ eth_sendRawTransaction: () => error(message) });
    const broadcast = async () => chain.sponsor.broadcast({ hash: toBeHex(1, 32), raw: '0x02' });
    message = 'insufficient funds for gas * price + value';
    await expect(broadcast()).rejects.toEqual(new BroadcastRefused('unfunded'));
    message = 'nonce too low';
    await expect(broadcast()).rejects.toEqual(new BroadcastRefused('outdated'));
    message = 'already known';
    await expect(broadcast()).resolves.toBeUndefined();
    message = 'internal error';
    await expect(broadcast()).rejects.toMatchObject({ code: 'chain-unavailable' });
  });

  test('knows nothing of a transaction the node has not heard of', async () => {
    const nothing = () => ({ result: null });
    const { chain } = await connect({ eth_getTransactionReceipt: nothing, eth_getTransactionByHash: nothing });
    expect(await chain.sponsor.outcome(toBeHex(1, 32))).toEqual({ status: 'unknown' });
  });
});
