import { ZeroHash, type EventLog } from 'ethers';
import { describe, expect, it } from 'vitest';
import { PURPOSE_BITS } from '../../../extension/core/consent/purposes.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { askForAccess } from '../../../extension/core/wallet/ask-access.ts';
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

describe('a member who asks a patient', () => {
  const later = NOW + DAY;

  it('is seen by the patient with what it is for and until when, and pays for nothing', async () => {
    const { patient, doctor, asked, sent } = await scene();
    const before = sent.length;
    await askForAccess(doctor, { patient: patient.address, until: later });
    expect(sent.length).toBe(before + 1);
    expect(await asked()).toEqual([[doctor.address, 1]]);
    expect(await openRequests(patient)).toMatchObject([{ purposes: PURPOSE_BITS.TREAT, until: later }]);
    await askForAccess(doctor, { patient: patient.address, until: later + DAY });
    expect(await asked()).toEqual([[doctor.address, 2]]);
    expect(await openRequests(patient)).toMatchObject([{ until: later + DAY }]);
  }, 60_000);

  it('names no folder, and asks for no more than a year', async () => {
    const { patient, doctor, asked, registry } = await scene();
    await askForAccess(doctor, { patient: patient.address, until: NOW + 1_000 * DAY });
    await asked();
    const [request] = await openRequests(patient);
    expect(request!.until - NOW).toBeLessThanOrEqual(366 * DAY + 60);
    const [event] = await registry.contract.queryFilter('Requested');
    const { args } = event as EventLog;
    expect([args['folder'], args['rights'], args['note']]).toEqual([0n, BigInt(Right.Read), ZeroHash]);
  }, 60_000);

  it('is refused with words: a patient, somebody suspended, an account that is no patient’s, an end that is over', async () => {
    const { patient, doctor, open, network, registry, evm } = await scene();
    const other = await open(OTHER_DOCTOR, network, 'provider');
    const ask = (by: Session, of: string, until = later) => codeOf(askForAccess(by, { patient: of, until }));
    expect(await ask(patient, doctor.address)).toBe('role-forbids');
    expect(await ask(other, patient.address)).toBe('role-forbids');
    expect(await ask(doctor, other.address)).toBe('not-found');
    expect(await ask(doctor, patient.address, NOW - 1)).toBe('bad-request');
    await registry.as(evm.who.hospital).getFunction('suspend').send(doctor.address);
    expect(await ask(doctor, patient.address)).toBe('role-forbids');
    await patient.catalogue.sync();
    expect(await openRequests(patient)).toEqual([]);
  }, 60_000);

  it('signs nothing once the wallet is locked', async () => {
    const { patient, doctor, asked } = await scene();
    doctor.wipe();
    expect(await codeOf(askForAccess(doctor, { patient: patient.address, until: later }))).toBe('vault-locked');
    expect(await asked()).toEqual([]);
  }, 60_000);
});
