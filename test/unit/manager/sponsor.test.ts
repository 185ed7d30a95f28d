import { ZeroHash } from 'ethers';
import { describe, expect, test } from 'vitest';
import { registryInterface } from '../../../extension/core/registry/abi.ts';
import { BroadcastRefused, CallReverted, ChainError } from '../../../manager/chain.ts';
import { HourlyLimit } from '../../../manager/hourly-limit.ts';
import { EARLIER, REGISTRY, refusal, startManager } from './fixtures.ts';

const PATIENT = '0x90F79bf6EB2c4f870365E785982E1f101E93b906';
const OTHER = '0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65';

const setKey = (nonce: number, who = PATIENT) =>
  registryInterface.encodeFunctionData('setKeyFor', [who, ZeroHash, nonce, 1, '0x1234']);
const revoke = (nonce: number) =>
  registryInterface.encodeFunctionData('revokeFor', [PATIENT, OTHER, [1], nonce, 1, '0x1234']);

/** The calls added with emergencies, keyrings and vouchers. */
const NEWER: readonly [string, unknown[]][] = [
  ['setKeyringFor', [PATIENT, [1], ZeroHash, 0, 1, '0x1234']],
  ['allowEmergencyFor', [PATIENT, [1], true, 0, 1, '0x1234']],
  ['redeemFor', [PATIENT, ZeroHash, [8, OTHER, 1, '0x1234'], 0, 1, '0x1234']],
];

const post = async (url: string, body: unknown) =>
  fetch(`${url}/v1/sponsor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const hashOf = async (response: Response) => ((await response.json()) as { transactionHash: string }).transactionHash;

describe('the sponsor does not pay for', () => {
  test.each([
    ['nothing', {}],
    ['an empty list', { calls: [] }],
    ['what is not hex', { calls: ['hello'] }],
    ['half a byte', { calls: [`${setKey(1)}0`] }],
    ['more than 16 calls', { calls: Array.from({ length: 17 }, (_, n) => setKey(n)) }],
    ['a call of more than 64 KiB', { calls: [setKey(1) + '00'.repeat(65_536)] }],
    ['a call that acts in its own name', { calls: [registryInterface.encodeFunctionData('remove', [PATIENT])] }],
    ['a multicall', { calls: [registryInterface.encodeFunctionData('multicall', [[setKey(1)]])] }],
    ['a good call beside another', { calls: [setKey(1), registryInterface.encodeFunctionData('join', [ZeroHash])] }],
    ['a function nobody knows', { calls: ['0xdeadbeef'] }],
    ['a registry of another network', { calls: [setKey(1)], registry: OTHER }],
    ['what is no registry', { calls: [setKey(1)], registry: 'mine' }],
    ['a call cut short', { calls: [setKey(1).slice(0, 80)] }],
  ])('%s', async (_what, body) => {
    const { url, chain } = await startManager();
    expect(await refusal(await post(url, body))).toMatchObject({ status: 400, code: 'bad-request' });
    expect(chain.sent).toEqual([]);
  });

  test('calls the registry would refuse, and names the error', async () => {
    const { url, chain } = await startManager();
    chain.estimateFailure = new CallReverted('BadSignature');
    for (let n = 0; n < 5; n++) {
      // Five times: a forger cannot use up the three transactions of the account they name.
      expect(await refusal(await post(url, { calls: [setKey(n)] }))).toMatchObject({
        status: 409,
        code: 'reverted',
        revert: 'BadSignature',
      });
    }
    chain.estimateFailure = undefined;
    expect((await post(url, { calls: [setKey(9)] })).status).toBe(202);
  });

  test('more than its hourly number per signer', async () => {
    const { url } = await startManager();
    for (const nonce of [1, 2, 3]) expect((await post(url, { calls: [setKey(nonce)] })).status).toBe(202);
    const response = await post(url, { calls: [setKey(1, OTHER), setKey(4)] });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(await refusal(response)).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect((await post(url, { calls: [setKey(4, OTHER)] })).status).toBe(202);
  });

  test('anything while it has no ether', async () => {
    const { url, chain } = await startManager();
    chain.broadcastFailure = new BroadcastRefused('unfunded');
    expect(await refusal(await post(url, { calls: [setKey(1)] }))).toMatchObject({
      status: 503,
      code: 'sponsor-unfunded',
    });
  });

  test('anything while the chain cannot be asked', async () => {
    const { url, chain } = await startManager();
    chain.estimateFailure = new ChainError('chain-unavailable', 'down');
    expect(await refusal(await post(url, { calls: [setKey(1)] }))).toMatchObject({
      status: 503,
      code: 'chain-unavailable',
    });
  });
});

describe('the sponsor sends', () => {
  test.each(NEWER)('%s', async (name, args) => {
    const { url, chain } = await startManager();
    const call = registryInterface.encodeFunctionData(name, args);
    expect((await post(url, { calls: [call] })).status).toBe(202);
    expect(chain.sent).toMatchObject([{ raw: call, to: REGISTRY }]);
  });

  test('calls to an earlier registry of the network where one is named, each registry its own', async () => {
    const { url, chain } = await startManager();
    const calls = [setKey(1)];
    for (const registry of [undefined, REGISTRY.toLowerCase(), EARLIER, EARLIER]) {
      expect((await post(url, { calls, registry })).status).toBe(202);
    }
    expect(chain.sent.map(({ to }) => to)).toEqual([REGISTRY, EARLIER]);
  });

  test('one call as it is, several as a multicall', async () => {
    const { url, chain } = await startManager();
    expect((await post(url, { calls: [setKey(1)] })).status).toBe(202);
    expect((await post(url, { calls: [setKey(2), revoke(1)] })).status).toBe(202);
    expect(chain.sent.map(({ raw }) => raw)).toEqual([
      setKey(1),
      registryInterface.encodeFunctionData('multicall', [[setKey(2), revoke(1)]]),
    ]);
  });

  test('one transaction for the same calls, also at once and in capitals', async () => {
    const { url, chain } = await startManager();
    const calls = [setKey(1)];
    const capitals = calls.map((call) => `0x${call.slice(2).toUpperCase()}`);
    const answers = await Promise.all([post(url, { calls }), post(url, { calls }), post(url, { calls: capitals })]);
    const hashes = await Promise.all(answers.map(hashOf));
    expect(new Set(hashes).size).toBe(1);
    chain.statuses.set(hashes[0] ?? '', 'succeeded');
    expect(await hashOf(await post(url, { calls }))).toBe(hashes[0]);
    expect(chain.sent).toHaveLength(1);
  });

  test('another when the first failed', async () => {
    const { url, chain } = await startManager();
    const first = await hashOf(await post(url, { calls: [setKey(1)] }));
    chain.statuses.set(first, 'reverted');
    expect(await hashOf(await post(url, { calls: [setKey(1)] }))).not.toBe(first);
  });

  test('the same again when the node has lost it, or the connection broke', async () => {
    const { url, chain } = await startManager();
    chain.broadcastFailure = new ChainError('chain-unavailable', 'down');
    expect((await post(url, { calls: [setKey(1)] })).status).toBe(503);
    chain.broadcastFailure = undefined;
    const hash = await hashOf(await post(url, { calls: [setKey(1)] }));
    chain.statuses.delete(hash);
    expect(await hashOf(await post(url, { calls: [setKey(1)] }))).toBe(hash);
    expect(chain.sent.map((transaction) => transaction.hash)).toEqual([hash, hash]);
  });
});

test('an hour later a signer may act again', () => {
  let now = 0;
  const limit = new HourlyLimit(1, () => now);
  limit.count('a');
  expect(limit.wait('a')).toBe(3_600);
  expect(limit.wait('b')).toBe(0);
  now = 3_600_000;
  expect(limit.wait('a')).toBe(0);
});
