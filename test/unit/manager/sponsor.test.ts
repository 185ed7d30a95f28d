import { Wallet, ZeroHash } from 'ethers';
import { beforeAll, describe, expect, test } from 'vitest';
import { managerSponsor } from '../../../extension/adapters/sponsor.ts';
import { registryInterface, Role } from '../../../extension/core/registry/abi.ts';
import { isJoinWork, solveJoinWork } from '../../../extension/core/registry/join-work.ts';
import { BroadcastRefused, CallReverted, ChainError } from '../../../manager/chain.ts';
import { HourlyLimit } from '../../../manager/hourly-limit.ts';
import { networkOf } from '../../../manager/network-address.ts';
import { CHAIN_ID, EARLIER, REGISTRY, refusal, seconds, startManager, type Manager } from './fixtures.ts';
import { join, revoke, setKey, signedCall, voucherFor, type How } from './signed-calls.ts';

const drawn = () => new Wallet(Wallet.createRandom().privateKey);
const [patient, other, stranger, hospital] = [drawn(), drawn(), drawn(), drawn()];
/** Two acts of members, with signatures that are good. */
let [good, second] = ['', ''];
beforeAll(async () => {
  [good, second] = [await setKey(patient, 1), await setKey(patient, 2)];
});

/** A manager of a registry that knows patient, other and hospital. */
async function start(...settings: Parameters<typeof startManager>): Promise<Manager> {
  const manager = await startManager(...settings);
  for (const { address } of [patient, other]) manager.chain.known.set(address, Role.Patient);
  manager.chain.known.set(hospital.address, Role.Hospital);
  return manager;
}
const post = async (url: string, body: unknown) =>
  fetch(`${url}/v1/sponsor`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const hashOf = async (response: Response) => ((await response.json()) as { transactionHash: string }).transactionHash;

describe('the sponsor does not pay for', () => {
  test.each<[string, () => unknown]>([
    ['nothing', () => ({})],
    ['an empty list', () => ({ calls: [] })],
    ['what is not hex', () => ({ calls: ['hello'] })],
    ['half a byte', () => ({ calls: [`${good}0`] })],
    ['more than 16 calls', () => ({ calls: Array.from({ length: 17 }, () => good) })],
    ['a call of more than 64 KiB', () => ({ calls: [good + '00'.repeat(65_536)] })],
    [
      'a call that acts in its own name',
      () => ({ calls: [registryInterface.encodeFunctionData('remove', [patient.address])] }),
    ],
    ['a multicall', () => ({ calls: [registryInterface.encodeFunctionData('multicall', [[good]])] })],
    ['a good call beside another', () => ({ calls: [good, registryInterface.encodeFunctionData('join', [ZeroHash])] })],
    ['a function nobody knows', () => ({ calls: ['0xdeadbeef'] })],
    ['a registry of another network', () => ({ calls: [good], registry: other.address })],
    ['what is no registry', () => ({ calls: [good], registry: 'mine' })],
    ['a call cut short', () => ({ calls: [good.slice(0, 80)] })],
    ['work that is none', () => ({ calls: [good], work: 'hard' })],
  ])('%s', async (_what, body) => {
    const { url, chain } = await start();
    expect(await refusal(await post(url, body()))).toMatchObject({ status: 400, code: 'bad-request' });
    expect(chain.sent).toEqual([]);
  });

  test.each<[string, How]>([
    ['by somebody else', { by: other }],
    ['for another chain', { chainId: 1 }],
    ['for another registry', { registry: EARLIER }],
    ['with a nonce that was used', { nonce: 0n, nonceKey: 7n }],
    ['with a nonce that is to come', { nonce: 2n, nonceKey: 7n }],
  ])('a call that is signed %s, and estimates nothing', async (_what, how) => {
    const { url, chain } = await start();
    chain.used.set(`${patient.address} 7`, 1n);
    chain.estimateFailure = new Error('nobody asked');
    const answer = await refusal(await post(url, { calls: [await setKey(patient, 1, how)] }));
    expect(answer).toMatchObject({ status: 401, code: 'bad-signature' });
  });

  test.each<[string, string]>([
    ['is none', '0x'],
    ['is short', '0x1234'],
    ['is long', `0x${'11'.repeat(66)}`],
    ['is zeros', `0x${'00'.repeat(65)}`],
  ])('a call whose signature %s', async (_what, signature) => {
    const { url } = await start();
    const args = [patient.address, ZeroHash, 0, seconds() + 60, signature];
    const calls = [registryInterface.encodeFunctionData('setKeyFor', args)];
    expect(await refusal(await post(url, { calls }))).toMatchObject({ status: 401, code: 'bad-signature' });
  });

  test('a call whose time is over', async () => {
    const { url } = await start();
    const calls = [await setKey(patient, 1, { deadline: seconds() - 200 })];
    expect(await refusal(await post(url, { calls }))).toMatchObject({ status: 401, code: 'stale' });
  });

  test('an act of an account that the registry does not know', async () => {
    const { url } = await start();
    const work = await solveJoinWork({ chainId: CHAIN_ID, registry: REGISTRY, account: stranger.address }, 4);
    for (const call of [await setKey(stranger, 1), await revoke(stranger, 1)]) {
      const answer = await refusal(await post(url, { calls: [call], work }));
      expect(answer).toMatchObject({ status: 403, code: 'not-a-member' });
    }
  });

  test('calls the registry would refuse, and names the error', async () => {
    const { url, chain } = await start();
    chain.estimateFailure = new CallReverted('BadTerms');
    for (let n = 0; n < 5; n++) {
      expect(await refusal(await post(url, { calls: [await setKey(patient, n)] }))).toMatchObject({
        status: 409,
        code: 'reverted',
        revert: 'BadTerms',
      });
    }
    chain.estimateFailure = undefined;
    expect((await post(url, { calls: [await setKey(patient, 9)] })).status).toBe(202);
  });

  test('more than its hourly number per signer', async () => {
    const { url } = await start();
    for (const n of [1, 2, 3]) expect((await post(url, { calls: [await setKey(patient, n)] })).status).toBe(202);
    const response = await post(url, { calls: [await setKey(other, 1), await setKey(patient, 4)] });
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(3_500);
    expect(await refusal(response)).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect((await post(url, { calls: [await setKey(other, 4)] })).status).toBe(202);
    // What ends a permission is counted by itself.
    expect((await post(url, { calls: [await revoke(patient, 4)] })).status).toBe(202);
  });

  test.each<[string, Partial<Parameters<typeof startManager>[0]>, number, string]>([
    ['one signer', { sponsorWeiPerSigner: 300_000n }, 429, 'too-many-requests'],
    ['one network address', { sponsorWeiPerAddress: 300_000n }, 429, 'too-many-requests'],
    ['a day', { sponsorWeiPerDay: 300_000n }, 503, 'sponsor-spent'],
    ['all days', { sponsorWeiInAll: 300_000n }, 503, 'sponsor-spent'],
  ])('more than there is for %s, but for the end of a permission', async (_whose, limits, status, code) => {
    const { url, chain } = await start(limits);
    // 60,000 gas at 4 wei: there is enough for one.
    expect((await post(url, { calls: [good] })).status).toBe(202);
    expect(await refusal(await post(url, { calls: [second] }))).toMatchObject({ status, code });
    expect((await post(url, { calls: [await revoke(patient, 1)] })).status).toBe(202);
    expect(chain.sent).toHaveLength(2);
  });

  test('more ends of permissions in a day than there is for them', async () => {
    const { url } = await start({ sponsorWeiForEnding: 300_000n });
    expect((await post(url, { calls: [await revoke(patient, 1)] })).status).toBe(202);
    const answer = await refusal(await post(url, { calls: [await revoke(other, 1)] }));
    expect(answer).toMatchObject({ status: 503, code: 'sponsor-spent' });
    expect((await post(url, { calls: [good] })).status).toBe(202);
  });

  test('anything while gas costs more than it pays', async () => {
    const { url, chain } = await start({ maxFeePerGas: 10n });
    chain.fee = 11n;
    const response = await post(url, { calls: [good] });
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect(await refusal(response)).toMatchObject({ status: 503, code: 'fee-too-high' });
    chain.fee = 10n;
    expect((await post(url, { calls: [good] })).status).toBe(202);
  });

  test('anything while it has no ether', async () => {
    const { url, chain } = await start();
    chain.broadcastFailure = new BroadcastRefused('unfunded');
    expect(await refusal(await post(url, { calls: [good] }))).toMatchObject({ status: 503, code: 'sponsor-unfunded' });
  });

  test('anything while the chain cannot be asked', async () => {
    const { url, chain } = await start();
    chain.estimateFailure = new ChainError('chain-unavailable', 'down');
    expect(await refusal(await post(url, { calls: [good] }))).toMatchObject({ status: 503, code: 'chain-unavailable' });
  });
});

describe('somebody whom the registry does not know', () => {
  const work = (bits: number) =>
    solveJoinWork({ chainId: CHAIN_ID, registry: REGISTRY, account: stranger.address }, bits);

  test('is let in for a little work, of its own', async () => {
    const { url } = await start({ joinWork: 8 });
    const calls = [await join(stranger)];
    const told = (await (await post(url, { calls })).json()) as { error: unknown };
    expect(told.error).toMatchObject({ code: 'work-needed', bits: 8 });
    const joiner = { chainId: CHAIN_ID, registry: REGISTRY, account: stranger.address };
    let wrong = 0;
    const nonce = () => `0x${wrong.toString(16).padStart(16, '0')}`;
    while (isJoinWork(joiner, nonce(), 8)) wrong += 1;
    expect(await refusal(await post(url, { calls, work: nonce() }))).toMatchObject({ status: 428 });
    expect((await post(url, { calls, work: await work(8) })).status).toBe(202);
    const done = await work(8);
    // So little work is good for one account in 256 by chance.
    let another = drawn();
    while (isJoinWork({ ...joiner, account: another.address }, done, 8)) another = drawn();
    const theirs = [await join(another)];
    expect(await refusal(await post(url, { calls: theirs, work: done }))).toMatchObject({ status: 428 });
  });

  test('is let in with a voucher of a hospital, and of nobody else', async () => {
    const { url } = await start();
    const redeem = async (from: Wallet, by = from) => {
      const voucher = await voucherFor(from, stranger.address, Role.Patient, by);
      return [await signedCall(stranger, 'redeemFor', { key: ZeroHash, voucher })];
    };
    expect(await refusal(await post(url, { calls: await redeem(other) }))).toMatchObject({ code: 'work-needed' });
    expect(await refusal(await post(url, { calls: await redeem(drawn()) }))).toMatchObject({ code: 'work-needed' });
    const forged = await refusal(await post(url, { calls: await redeem(hospital, other) }));
    expect(forged).toMatchObject({ code: 'bad-signature' });
    expect((await post(url, { calls: await redeem(hospital) })).status).toBe(202);
  });

  test('has its wallet work for it, once a manager says so', async () => {
    const { url, chain } = await start({ joinWork: 6 });
    const call = await join(stranger);
    const hash = await managerSponsor([url], CHAIN_ID).submit([call], REGISTRY);
    expect(chain.sent).toMatchObject([{ hash, raw: call }]);
  });
});

describe('work', () => {
  const joiner = { chainId: CHAIN_ID, registry: REGISTRY, account: EARLIER };
  test('is for one account, registry and chain, and can be broken off', async () => {
    const nonce = await solveJoinWork(joiner, 10);
    expect(isJoinWork(joiner, nonce, 10)).toBe(true);
    const others = [{ chainId: 1 }, { registry: EARLIER }, { account: REGISTRY }];
    // Each of them may be right by chance, once in a thousand times.
    expect(others.filter((change) => isJoinWork({ ...joiner, ...change }, nonce, 10)).length).toBeLessThan(3);
    const stop = new AbortController();
    const solving = solveJoinWork(joiner, 24, stop.signal);
    stop.abort(new Error('enough'));
    await expect(solving).rejects.toThrow('enough');
    await expect(solveJoinWork(joiner, 25)).rejects.toThrow(RangeError);
  });
});

describe('the sponsor sends', () => {
  test.each<[string, Record<string, unknown>]>([
    ['setKeyringFor', { folders: [1], keyring: ZeroHash }],
    ['withdrawRecordsFor', { ids: [ZeroHash] }],
    ['allowEmergencyFor', { folders: [1], allowed: true }],
    ['breakGlassFor', { patient: other.address, folder: 1, note: ZeroHash }],
    ['rotateFor', { folders: [1, 2], voidGrants: true, keyring: ZeroHash }],
    [
      'grantFor',
      {
        terms: [{ grantee: other.address, folder: 1, from: 0, until: 9, purposes: 1, rights: 1 }],
        receipt: ZeroHash,
      },
    ],
    [
      'grantAsFor',
      {
        patient: other.address,
        terms: [{ grantee: other.address, folder: 1, from: 0, until: 9, purposes: 1, rights: 1 }],
        receipt: ZeroHash,
      },
    ],
    [
      'addRecordsFor',
      { patient: other.address, entries: [{ folder: 1, cid: ZeroHash, epoch: 0, commitment: ZeroHash }] },
    ],
  ])('%s', async (name, fields) => {
    const { url, chain } = await start();
    const call = await signedCall(patient, name, fields, { nonceKey: 3n });
    expect((await post(url, { calls: [call] })).status).toBe(202);
    expect(chain.sent).toMatchObject([{ raw: call, to: REGISTRY }]);
  });

  test('calls to an earlier registry of the network where one is named, each registry its own', async () => {
    const { url, chain } = await start();
    const there = await setKey(patient, 1, { registry: EARLIER });
    for (const registry of [undefined, REGISTRY.toLowerCase()])
      expect((await post(url, { calls: [good], registry })).status).toBe(202);
    for (const registry of [EARLIER, EARLIER]) expect((await post(url, { calls: [there], registry })).status).toBe(202);
    expect(chain.sent.map(({ to }) => to)).toEqual([REGISTRY, EARLIER]);
  });

  test('one call as it is, several as a multicall, of which one sequence counts on', async () => {
    const { url, chain } = await start();
    const next = await setKey(patient, 2, { nonce: 1n });
    expect((await post(url, { calls: [good] })).status).toBe(202);
    expect((await post(url, { calls: [second, next] })).status).toBe(202);
    expect(chain.sent.map(({ raw }) => raw)).toEqual([
      good,
      registryInterface.encodeFunctionData('multicall', [[second, next]]),
    ]);
  });

  test('one transaction for the same calls, also at once and in capitals', async () => {
    const { url, chain } = await start();
    const calls = [good];
    const capitals = calls.map((call) => `0x${call.slice(2).toUpperCase()}`);
    const answers = await Promise.all([post(url, { calls }), post(url, { calls }), post(url, { calls: capitals })]);
    const hashes = await Promise.all(answers.map(hashOf));
    expect(new Set(hashes).size).toBe(1);
    chain.statuses.set(hashes[0] ?? '', 'succeeded');
    expect(await hashOf(await post(url, { calls }))).toBe(hashes[0]);
    expect(chain.sent).toHaveLength(1);
  });

  test('another when the first failed', async () => {
    const { url, chain } = await start();
    const first = await hashOf(await post(url, { calls: [good] }));
    chain.statuses.set(first, 'reverted');
    expect(await hashOf(await post(url, { calls: [good] }))).not.toBe(first);
  });

  test('the same again when the node has lost it, or the connection broke', async () => {
    const { url, chain } = await start();
    chain.broadcastFailure = new ChainError('chain-unavailable', 'down');
    expect((await post(url, { calls: [good] })).status).toBe(503);
    chain.broadcastFailure = undefined;
    const hash = await hashOf(await post(url, { calls: [good] }));
    chain.statuses.delete(hash);
    expect(await hashOf(await post(url, { calls: [good] }))).toBe(hash);
    expect(chain.sent.map((transaction) => transaction.hash)).toEqual([hash, hash]);
  });
});

describe('while all is full', () => {
  test('junk takes no place, and a permission is ended', async () => {
    const { url, chain } = await start({ requestsPerMinute: 10_000 });
    let open = (): void => undefined;
    chain.estimating = new Promise((resolve) => (open = resolve));
    const junk = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => post(url, { calls: [await setKey(patient, n, { by: other })] })),
    );
    expect(new Set(junk.map(({ status }) => status))).toEqual(new Set([401]));
    open();
    expect((await post(url, { calls: [await revoke(patient, 1)] })).status).toBe(202);
  });

  test('what ends a permission has places of its own, and goes first', async () => {
    const { url, chain } = await start({ requestsPerMinute: 10_000, sponsorPerHour: 1_000 });
    let open = (): void => undefined;
    chain.estimating = new Promise((resolve) => (open = resolve));
    const members = Array.from({ length: 40 }, drawn);
    for (const { address } of members) chain.known.set(address, Role.Patient);
    const calls = await Promise.all(members.map((member) => setKey(member, 1)));
    const waiting = calls.map((call) => post(url, { calls: [call] }));
    // One address has 32 places.
    const early = await Promise.race(waiting);
    expect(await refusal(early)).toMatchObject({ status: 503, code: 'busy' });
    const own = Array.from({ length: 12 }, async (_, n) => post(url, { calls: [await setKey(patient, n)] }));
    void Promise.all(own);
    const end = await revoke(patient, 1);
    const ending = post(url, { calls: [end] });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    open();
    expect((await ending).status).toBe(202);
    await Promise.all([...waiting, ...own]);
    // After the one that was under way.
    expect(chain.sent[1]?.raw).toBe(end);
    expect(chain.sent.length).toBeLessThan(35);
  });

  test('one signer has a few places', async () => {
    const { url, chain } = await start({ sponsorPerHour: 1_000 });
    let open = (): void => undefined;
    chain.estimating = new Promise((resolve) => (open = resolve));
    const calls = await Promise.all(Array.from({ length: 12 }, (_, n) => setKey(patient, n)));
    const answers = calls.map((call) => post(url, { calls: [call] }));
    expect(await refusal(await Promise.race(answers))).toMatchObject({ code: 'busy' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    open();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 202)).toHaveLength(8);
  });
});

describe('the code of accounts is asked', () => {
  test('at the end, and no more once one signature is not good', async () => {
    const { url, chain } = await start();
    const forged = await Promise.all([1, 2, 3].map((key) => setKey(patient, key, { by: other })));
    const answer = await refusal(await post(url, { calls: [good, ...forged] }));
    expect(answer).toMatchObject({ status: 401, code: 'bad-signature' });
    expect(chain.codeAsked).toBe(1);
    expect((await post(url, { calls: [good] })).status).toBe(202);
    expect(chain.codeAsked).toBe(1);
  });

  test('so often for one network address, and not at all for who used up its part', async () => {
    const { url, chain } = await start({ requestsPerMinute: 10_000, sponsorPerHour: 1 });
    const forged = await setKey(patient, 1, { by: other });
    const codes = new Set<string>();
    for (let i = 0; i < 301; i++) codes.add((await refusal(await post(url, { calls: [forged] }))).code);
    expect([...codes]).toEqual(['bad-signature', 'too-many-requests']);
    expect(chain.codeAsked).toBe(300);
    // A key of its own asks nobody's code, and what ends a permission is counted by itself.
    expect((await post(url, { calls: [good] })).status).toBe(202);
    const end = await revoke(patient, 1, { by: other });
    expect(await refusal(await post(url, { calls: [end] }))).toMatchObject({ code: 'bad-signature' });

    const spent = await start({ sponsorPerHour: 1 });
    expect((await post(spent.url, { calls: [good] })).status).toBe(202);
    const more = await setKey(patient, 7, { by: other });
    expect(await refusal(await post(spent.url, { calls: [more] }))).toMatchObject({ code: 'too-many-requests' });
    expect(spent.chain.codeAsked).toBe(0);
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

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s is of the network %s', (address, network) => expect(networkOf(address)).toBe(network));
