import { expect, test } from 'vitest';
import { ChainError } from '../../../manager/chain.ts';
import { CHAIN_ID, REGISTRY, SPONSOR, refusal, startManager } from './fixtures.ts';

test('is ill when the node is of another chain, or down', async () => {
  const { url, chain } = await startManager();
  chain.id = 1;
  expect(await refusal(await fetch(`${url}/healthz`))).toMatchObject({ status: 503, code: 'wrong-chain' });
  chain.failure = new ChainError('chain-unavailable', 'down');
  expect(await refusal(await fetch(`${url}/healthz`))).toMatchObject({ status: 503, code: 'chain-unavailable' });
});

test('says what it is', async () => {
  const { url } = await startManager();
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({
    ok: true,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    chainId: CHAIN_ID,
    registry: REGISTRY,
    block: 7,
    pins: 0,
    sponsor: SPONSOR,
    joinWork: 4,
    maxFeePerGas: '1000',
    freeBytes: expect.any(Number) as number,
  });
});
