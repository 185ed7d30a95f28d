import { expect, it } from 'vitest';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { settleActs } from '../../../extension/core/wallet/unsettled.ts';
import { share, world } from './wallets.ts';

/** A patient and a doctor in a network whose blocks can be undone for a while. */
async function scene() {
  const w = await world();
  const { patient, doctor } = await w.clinic({ finality: 8 });
  await patient.catalogue.sync();
  const send = (method: string, ...params: unknown[]) => w.evm.provider.send(method, params);
  const lives = async () => (await ownConsents(patient)).map((c) => c.live.length > 0);
  const settle = async () => {
    await patient.catalogue.sync();
    await settleActs(patient);
    await patient.catalogue.sync();
  };
  /** Does something, and has the chain go on without it. */
  async function undone(work: () => Promise<unknown>): Promise<void> {
    const before: unknown = await send('evm_snapshot');
    await work();
    await send('evm_revert', before);
    await w.evm.mine(3);
  }
  return { ...w, patient, doctor, send, lives, settle, undone };
}

it('access that a reorganisation took away is given again under the same signature', async () => {
  const { patient, doctor, lives, settle, undone, evm, sent } = await scene();
  await undone(() => share(patient, doctor));
  await patient.catalogue.sync();
  expect(await lives()).toEqual([]);
  await settle();
  expect(await lives()).toEqual([true]);
  expect(sent.at(-1)).toEqual(sent.at(-2));
  const { undone: told, unsettled } = await patient.state.read();
  expect(told).toEqual([]);
  expect(unsettled).toHaveLength(1);
  await settle(); // it is found where it is now
  await evm.mine(9);
  await settle();
  expect((await patient.state.read()).unsettled).toEqual([]);
});

it('so is the end of access, also where the chain undoes it again and again', async () => {
  const { patient, doctor, lives, settle, undone } = await scene();
  const { consentId, recipient } = await share(patient, doctor);
  await undone(() => endConsent(patient, { consentId, recipient }));
  await patient.catalogue.sync();
  expect(await lives()).toEqual([true]);
  await undone(settle);
  await settle();
  expect(await lives()).toEqual([false]);
});

it('the person is told where the signature is not good any more, until they have seen it or done it again', async () => {
  const { patient, doctor, lives, settle, undone, send, sent } = await scene();
  await undone(() => share(patient, doctor));
  await send('evm_increaseTime', 700);
  await send('evm_mine');
  const before = sent.length;
  await settle();
  expect(await lives()).toEqual([]);
  expect(sent).toHaveLength(before);
  expect((await patient.state.read()).undone).toMatchObject([{ kind: 'given', recipient: doctor.address }]);
});

it('what was done later for the same reader holds', async () => {
  const { patient, doctor, lives, settle } = await scene();
  const { consentId, recipient } = await share(patient, doctor);
  await endConsent(patient, { consentId, recipient });
  await settle();
  expect(await lives()).toEqual([false]);
  expect((await patient.state.read()).unsettled).toMatchObject([{ kind: 'ended' }]);
});
