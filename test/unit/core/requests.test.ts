import { ZeroHash } from 'ethers';
import { describe, expect, it } from 'vitest';
import { PURPOSE_BITS } from '../../../extension/core/consent/purposes.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { declineRequest, openRequests } from '../../../extension/core/wallet/requests.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { allergy, codeOf, importOwn, OTHER_DOCTOR, PATIENT, share, world } from './wallets.ts';

const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);

async function scene() {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  const ask = async (by: Session, until = NOW + DAY) => {
    const as = registry.as(await w.evm.impersonate(by.address));
    const wish = { patient: patient.address, folder: 7, until, purposes: PURPOSE_BITS.TREAT, rights: Right.Read };
    await as.getFunction('request').send({ ...wish, note: ZeroHash });
  };
  const asked = async (session = patient) => {
    await session.catalogue.sync();
    return (await openRequests(session)).map(({ who, times }) => [who, times]);
  };
  return { ...w, registry, network, patient, doctor, ask, asked };
}

describe('requests that wait for the patient', () => {
  it('are there when the wallet is opened again, one line for each sender however often they ask', async () => {
    const { doctor, ask, asked, open, hire, registry, network } = await scene();
    const other = await open(OTHER_DOCTOR, network, 'provider');
    await hire(registry, other);
    await ask(other);
    for (let i = 0; i < 5; i++) await ask(doctor);
    const again = await open(PATIENT, network);
    expect(await asked(again)).toEqual([
      [doctor.address, 5],
      [other.address, 1],
    ]);
  }, 60_000);

  it('go away when they are answered, and come back when they are asked again', async () => {
    const { patient, doctor, ask, asked } = await scene();
    await importOwn(patient, allergy('nuts'));
    await ask(doctor);
    expect(await asked()).toHaveLength(1);
    await share(patient, doctor);
    expect(await asked()).toEqual([]);
    await ask(doctor);
    expect(await asked()).toEqual([[doctor.address, 1]]);
  }, 60_000);

  it('go away with a no, of which nobody learns; what is asked later is shown', async () => {
    const { patient, doctor, ask, asked, sent } = await scene();
    await ask(doctor);
    await asked();
    const [request] = await openRequests(patient);
    const calls = sent.length;
    await declineRequest(patient, request!.who, request!.block);
    expect(await asked()).toEqual([]);
    expect(sent).toHaveLength(calls);
    await ask(doctor);
    expect(await asked()).toEqual([[doctor.address, 1]]);
  }, 60_000);

  it('are over when what they ask for would be', async () => {
    const { doctor, ask, asked } = await scene();
    await ask(doctor, NOW - 10);
    expect(await asked()).toEqual([]);
  }, 60_000);

  it('tell nothing once the wallet is locked', async () => {
    const { patient, doctor, ask, asked } = await scene();
    await ask(doctor);
    await asked();
    patient.keyring.wipe();
    expect(await codeOf(openRequests(patient))).toBe('vault-locked');
    expect(await codeOf(declineRequest(patient, doctor.address, 1))).toBe('vault-locked');
  }, 60_000);
});
