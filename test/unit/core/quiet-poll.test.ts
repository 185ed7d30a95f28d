import { expect, it } from 'vitest';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { PATIENT, world } from './wallets.ts';

it('a poll with nothing new asks the node one question, also in a wallet that was just opened', async () => {
  const w = await world();
  const { network } = await w.deploy();
  const before = await w.open(PATIENT, network);
  await ensureMembership(before);
  await before.catalogue.sync();
  await ensureMembership(before);

  const patient = await w.open(PATIENT, network);
  const { provider } = patient.client;
  await provider.send('eth_blockNumber', []); // its first question brings one of its own
  const asked: string[] = [];
  const send = provider.send.bind(provider);
  provider.send = (method, params) => {
    asked.push(method);
    return send(method, params);
  };
  await patient.catalogue.sync();
  await ensureMembership(patient);
  await drainOutbox(patient);
  expect(asked).toEqual(['eth_getBlockByNumber']);

  await w.evm.mine(1);
  asked.length = 0;
  await patient.catalogue.sync();
  await ensureMembership(patient);
  expect(asked).toContain('eth_chainId');
  expect(asked).toContain('eth_call');
});
