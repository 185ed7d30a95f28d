import { expect, it } from 'vitest';
import { RegistryClient } from '../../../extension/core/registry/client.ts';
import { codeOf, OTHER_DOCTOR, PATIENT, share, world } from './wallets.ts';

it('where one of two nodes lies of a recipient’s key, nothing is given', async () => {
  const w = await world();
  const { registry, network, doctor } = await w.clinic();
  const robber = await w.open(OTHER_DOCTOR, network, 'provider');
  await w.hire(registry, robber);

  // The node gives the robber's key for the doctor's.
  const honest = w.evm.node().provider;
  const liar = w.evm.node().provider;
  const real = liar.send.bind(liar);
  const toKey = ({ keyring }: typeof doctor) => Buffer.from(keyring.encryption.publicX).toString('hex');
  liar.send = async (method, params) => {
    const answer = await real(method, params);
    return typeof answer === 'string' ? answer.replaceAll(toKey(doctor), toKey(robber)) : answer;
  };
  for (const [first, second] of [
    [liar, honest],
    [honest, liar],
  ] as const) {
    const session = await w.open(PATIENT, network);
    Object.assign(session.newest, { client: new RegistryClient(network, first, second) });
    const before = w.sent.length;
    expect(await codeOf(share(session, doctor))).toBe('nodes-disagree');
    expect(w.sent).toHaveLength(before);
  }
});
