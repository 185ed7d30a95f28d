import { describe, expect, it } from 'vitest';
import { balanceOf, feesPerGas, gasOf, nextNonce } from '../../../extension/core/chain/account-questions.ts';
import type { ChainNode } from '../../../extension/core/chain/node.ts';
import { NodeError } from '../../../extension/core/errors.ts';

const unreachable = { code: 'chain-unreachable' };
const WHO = `0x${'11'.repeat(20)}`;
/** A node that answers by method, and refuses what is not there. */
const node = (answers: Record<string, unknown>): ChainNode => ({
  send: (method) =>
    method in answers ? Promise.resolve(answers[method]) : Promise.reject(new NodeError(-32_601, 'no such method')),
});

describe('what a unit of gas may cost', () => {
  it('is twice the base fee and the tip that the node says is usual', async () => {
    const asked = node({ eth_getBlockByNumber: { baseFeePerGas: '0x64' }, eth_maxPriorityFeePerGas: '0x7' });
    expect(await feesPerGas(asked)).toEqual({ maxFeePerGas: 207n, maxPriorityFeePerGas: 7n });
  });

  it('is with a tip of one gwei where the node says none', async () => {
    const asked = node({ eth_getBlockByNumber: { baseFeePerGas: '0x0' } });
    expect(await feesPerGas(asked)).toEqual({ maxFeePerGas: 10n ** 9n, maxPriorityFeePerGas: 10n ** 9n });
  });

  it.each([[{}], [{ baseFeePerGas: null }]])('is the price of gas on a chain without base fees (%j)', async (block) => {
    const asked = node({ eth_getBlockByNumber: block, eth_gasPrice: '0x5' });
    expect(await feesPerGas(asked)).toEqual({ maxFeePerGas: 5n, maxPriorityFeePerGas: 5n });
  });

  it.each([
    ['no block', { eth_getBlockByNumber: null }],
    ['a number for a quantity', { eth_getBlockByNumber: { baseFeePerGas: 100 } }],
    ['a price that is none', { eth_getBlockByNumber: {}, eth_gasPrice: 'cheap' }],
  ])('is not known of a node that answers with %s', async (_, answers) => {
    await expect(feesPerGas(node(answers))).rejects.toMatchObject(unreachable);
  });
});

describe('an account', () => {
  it('has its ether, its next nonce and the gas of what it would send', async () => {
    const asked: unknown[] = [];
    const { send } = node({
      eth_getBalance: '0xde0b6b3a7640000',
      eth_getTransactionCount: '0x9',
      eth_estimateGas: '0x5208',
    });
    const told: ChainNode = {
      send: (method, params) => {
        asked.push([method, ...params]);
        return send(method, params);
      },
    };
    expect(await balanceOf(told, WHO)).toBe(10n ** 18n);
    expect(await nextNonce(told, WHO)).toBe(9);
    expect(await gasOf(told, { from: WHO, to: WHO, data: '0x', value: 255n })).toBe(21_000n);
    expect(asked).toEqual([
      ['eth_getBalance', WHO, 'latest'],
      ['eth_getTransactionCount', WHO, 'pending'],
      ['eth_estimateGas', { from: WHO, to: WHO, data: '0x', value: '0xff' }],
    ]);
  });

  it.each([['0x'], [''], [null], [1], [`0x${'f'.repeat(65)}`]])(
    'has nothing that is known where a node says %j',
    async (said) => {
      await expect(balanceOf(node({ eth_getBalance: said }), WHO)).rejects.toMatchObject(unreachable);
    },
  );

  it('whose transaction would fail is told so by the node', async () => {
    await expect(gasOf(node({}), { from: WHO, to: WHO, data: '0x', value: 0n })).rejects.toMatchObject({
      name: 'NodeError',
    });
  });
});
