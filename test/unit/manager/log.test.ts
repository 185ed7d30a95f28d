import { Wallet, ZeroHash } from 'ethers';
import { expect, test } from 'vitest';
import { registryInterface } from '../../../extension/core/registry/abi.ts';
import { CallReverted } from '../../../manager/chain.ts';
import { authorize, entry, makeCar, rawBlock, startManager } from './fixtures.ts';

test('the log names nobody and no record', async () => {
  const manager = await startManager();
  const { root, blocks } = await entry('a secret record');
  const stranger = Wallet.createRandom();
  const call = registryInterface.encodeFunctionData('setKeyFor', [stranger.address, ZeroHash, 1, 1, '0x1234']);
  const sponsor = async (body: string) =>
    fetch(`${manager.url}/v1/sponsor`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

  await manager.store([root.cid], blocks);
  await manager.upload(await makeCar([root.cid], blocks), await authorize(stranger, root.cid));
  await fetch(`${manager.url}/ipfs/${root.cid.toString()}?format=car`).then((response) => response.arrayBuffer());
  await fetch(`${manager.url}/ipfs/${(await rawBlock('absent')).cid.toString()}?format=raw`);
  await fetch(`${manager.url}/nowhere/${root.cid.toString()}`);
  await fetch(`${manager.url}/ipfs/%ff${root.cid.toString()}`);
  await sponsor(JSON.stringify({ calls: [call] }));
  await sponsor('{"a secret record": nonsense');
  manager.chain.estimateFailure = new CallReverted('BadKey');
  await sponsor(JSON.stringify({ calls: [`${call}00`] }));
  // An error of a library, with everything in its message.
  manager.chain.failure = new Error(
    `cannot reach http://127.0.0.1/?who=${manager.member.address}&cid=${root.cid.toString()}`,
  );
  await fetch(`${manager.url}/healthz`, { headers: { 'user-agent': 'a secret record' } });

  const log = manager.log.join('');
  const forbidden = [
    manager.member.address,
    stranger.address,
    root.cid.toString(),
    'bafy',
    'bafk',
    '127.0.0.1',
    'secret',
    'Salus',
    'user-agent',
    call.slice(2, 60),
  ];
  for (const text of forbidden) expect(log.toLowerCase()).not.toContain(text.toLowerCase());

  const answers = manager.log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ msg }) => msg === 'answered');
  expect(answers[0]).toMatchObject({
    method: 'POST',
    route: '/v1/car',
    status: 201,
    ms: expect.any(Number) as number,
    bytes: expect.any(Number) as number,
  });
  expect(answers[0]?.['bytes']).toBeGreaterThan(100);
  expect(answers.map(({ route }) => route)).toContain('/ipfs/:cid');
  // The failure is still to be found in the code.
  expect(log).toMatch(/"type":"Error".*at .*\.ts:\d+/);
});
