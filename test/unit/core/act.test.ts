import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { NodeError, SalusError } from '../../../extension/core/errors.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import type { SponsorPort } from '../../../extension/core/wallet/ports.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { sentTransactions } from '../../../extension/core/wallet/transactions.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { listOwn, listShared } from './listings.ts';
import { allergy, codeOf, importOwn, share, titles, world } from './wallets.ts';

/** A patient with an allergy on the chain, and a doctor. */
async function scene() {
  const w = await world();
  const { registry, patient, doctor } = await w.clinic();
  await importOwn(patient, allergy('nuts'));
  await drainOutbox(patient);
  const folder = (await patient.folders()).tag('allergies');
  const may = () => patient.client.may(doctor.address, patient.address, folder, Right.Read, 0);
  return { ...w, registry, patient, doctor, may };
}

type Submit = SponsorPort['submit'];
/** Puts something in the place of a wallet's managers. @returns what they do by themselves */
function managers(session: Session, submit: (real: Submit) => Submit): Submit {
  const real = session.sponsor.submit.bind(session.sponsor);
  Object.assign(session.sponsor, { submit: submit(real) });
  return real;
}

/** Puts something before a wallet's node, for some of what it is asked. */
function node(session: Session, before: (method: string) => Promise<void> | undefined): void {
  const { provider } = session.client;
  const real = provider.send.bind(provider);
  Object.assign(provider, {
    send: async (method: string, params: unknown[]) => {
      await before(method);
      return real(method, params);
    },
  });
}

/** The clock that waiting goes by runs: each look at it is so much later. */
function hurry(stepMs = 20_000): void {
  const real = Date.now.bind(Date);
  let later = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => real() + (later += stepMs));
  onTestFinished(() => void vi.restoreAllMocks());
}

const refused = () => new SalusError('sponsor-refused', 'The health network refused this. Nothing was changed.');
const unreachable = () => new SalusError('managers-unreachable', 'None of the places answers.');
const down = () => new SalusError('chain-unreachable', 'down');

describe('an act is done when the registry says so', () => {
  it('and not when a manager names a transaction that succeeded: somebody else’s ends nothing', async () => {
    const { evm, registry, patient, doctor, may } = await scene();
    const consent = await share(patient, doctor, ['read']);
    const unrelated = await registry
      .as(evm.who.hospital)
      .getFunction('setProfile')
      .send(`0x${'11'.repeat(32)}`);
    managers(patient, () => () => Promise.resolve(unrelated.hash));
    hurry();
    expect(await codeOf(endConsent(patient, consent))).toBe('outcome-unknown');
    expect(await may()).toBe(true);
    expect((await ownConsents(patient))[0]?.live).toHaveLength(1);
  });

  it('and not when it was accepted: what never lands is not known, and can be done again', async () => {
    const { patient, doctor, may } = await scene();
    const real = managers(patient, () => () => Promise.resolve(`0x${'ab'.repeat(32)}`));
    hurry();
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('outcome-unknown');
    expect(await may()).toBe(false);
    expect(await ownConsents(patient)).toEqual([]);
    Object.assign(patient.sponsor, { submit: real });
    await share(patient, doctor, ['read']);
    expect(await may()).toBe(true);
  });

  it('so that one that reverted, and is refused, is told as refused', async () => {
    const { evm, registry, patient, doctor } = await scene();
    managers(patient, () => async (calls, to) => {
      await registry.as(evm.who.hospital).getFunction('remove').send(doctor.address);
      const data = registry.contract.interface.encodeFunctionData('multicall', [calls]);
      // Estimates would fail: a manager that does not look pays for a transaction that reverts.
      // The EVM of this test throws as well for one that reverted.
      const sending = evm.next().sendUncheckedTransaction({ to, data, gasLimit: 1_000_000 });
      await expect(sending).rejects.toThrow();
      return (await evm.provider.getBlock('latest'))!.transactions.at(-1)!;
    });
    const before = performance.now();
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('sponsor-refused');
    expect(performance.now() - before).toBeLessThan(30_000);
    expect(await ownConsents(patient)).toEqual([]);
  });
});

describe('an answer that got lost', () => {
  it.each([
    ['as a refusal', refused],
    ['as silence', unreachable],
  ])('%s is looked up: what landed is a success', async (_how, lost) => {
    const { patient, doctor } = await scene();
    managers(patient, (real) => async (calls, to) => {
      await real(calls, to);
      throw lost();
    });
    const consent = await share(patient, doctor, ['read']);
    expect(titles(await listShared(doctor))).toEqual(['nuts']);
    expect(await endConsent(patient, consent)).toMatchObject({ consentId: consent.consentId });
    expect(titles(await listShared(doctor))).toEqual([]);
    await importOwn(patient, allergy('dust'));
    await drainOutbox(patient);
    const { count } = await patient.client.folder(patient.address, (await patient.folders()).tag('allergies'));
    expect(count).toBe(2);
    expect((await listOwn(patient)).items.every(({ block }) => block > 0)).toBe(true);
  });

  it('is found although it lands only between two looks at the chain', async () => {
    const { patient, doctor, may } = await scene();
    let landing: (() => Promise<unknown>) | undefined;
    managers(patient, (real) => (calls, to) => {
      landing = () => real(calls, to);
      return Promise.reject(refused());
    });
    // It was looked for, and was not there; now the chain is asked whether it can still come.
    const { client } = patient;
    const refusal = client.refusal.bind(client);
    Object.assign(client, {
      refusal: async (calls: readonly string[]) => {
        await landing?.();
        landing = undefined;
        return refusal(calls);
      },
    });
    await share(patient, doctor, ['read']);
    expect(await may()).toBe(true);
  });

  it('is found although the node does not answer for a while after it was sent', async () => {
    const { patient, doctor, may } = await scene();
    let silent = 0;
    managers(patient, (real) => async (calls, to) => {
      const hash = await real(calls, to);
      silent = 6;
      return hash;
    });
    node(patient, () => (silent-- > 0 ? Promise.reject(down()) : undefined));
    await share(patient, doctor, ['read']);
    expect(await may()).toBe(true);
  });

  it('is no failure while the node stays away: it is not known', async () => {
    const { patient, doctor, may } = await scene();
    let silent = false;
    managers(patient, (real) => async (calls, to) => {
      silent = true;
      return real(calls, to);
    });
    node(patient, () => (silent ? Promise.reject(down()) : undefined));
    hurry();
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('outcome-unknown');
    silent = false;
    expect(await may()).toBe(true);
    await patient.catalogue.sync();
    expect((await ownConsents(patient)).map(({ live }) => live.length)).toEqual([1]);
  });

  it('is no failure where the end is on the chain and the node leaves before the list is read', async () => {
    const { patient, doctor, may } = await scene();
    const consent = await share(patient, doctor, ['read']);
    let ended = false;
    managers(patient, (real) => async (calls, to) => {
      const hash = await real(calls, to);
      ended = true;
      return hash;
    });
    node(patient, (method) => (ended && method.includes('getBlock') ? Promise.reject(down()) : undefined));
    await endConsent(patient, consent);
    expect(await may()).toBe(false);
  });
});

describe('a try that was refused', () => {
  it('is told as refused when the chain refuses it, and brings nothing when it is brought all the same', async () => {
    const { evm, registry, patient, doctor, may } = await scene();
    let kept: Parameters<Submit> | undefined;
    const real = managers(patient, () => async (...call) => {
      kept = call;
      await registry.as(evm.who.hospital).getFunction('remove').send(doctor.address);
      throw refused();
    });
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('sponsor-refused');
    await expect(real(...kept!)).rejects.toThrow();
    expect(await may()).toBe(false);
  });

  it('is not said to have changed nothing while a manager can still bring it; then it shows, and can be ended', async () => {
    const { patient, doctor, may } = await scene();
    let kept: Parameters<Submit> | undefined;
    const real = managers(patient, () => (...call) => {
      kept = call;
      return Promise.reject(refused());
    });
    hurry(3_000);
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('outcome-unknown');
    Object.assign(patient.sponsor, { submit: real });
    await real(...kept!);
    expect(await may()).toBe(true);
    await patient.catalogue.sync();
    const [late] = await ownConsents(patient);
    await endConsent(patient, late!);
    expect(await may()).toBe(false);
  });

  it('cannot land beside a later one: both have the same place, whichever comes first', async () => {
    const { patient, doctor } = await scene();
    const kept: Parameters<Submit>[] = [];
    const real = managers(patient, () => (...call) => {
      kept.push(call);
      return Promise.reject(unreachable());
    });
    hurry(3_000);
    expect(await codeOf(share(patient, doctor, ['read', 'write']))).toBe('outcome-unknown');
    Object.assign(patient.sponsor, { submit: real });
    await share(patient, doctor, ['read']);
    await expect(real(...kept[0]!)).rejects.toThrow();
    await patient.catalogue.sync();
    expect((await ownConsents(patient)).map(({ rights }) => rights)).toEqual([['read']]);
  });

  it('is no refusal where the node is only busy', async () => {
    const { patient, doctor } = await scene();
    let asked = false;
    managers(patient, () => () => {
      asked = true;
      return Promise.reject(refused());
    });
    const { provider } = patient.client;
    const real = provider.send.bind(provider);
    Object.assign(provider, {
      send: (method: string, params: unknown[]) =>
        // Without the data that a contract reverts with.
        asked && method === 'eth_call' ? Promise.reject(new NodeError(-32_005, 'busy')) : real(method, params),
    });
    hurry(3_000);
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('outcome-unknown');
  });

  it('is passed on as it is where it is a fault of the program', async () => {
    const { patient, doctor } = await scene();
    managers(patient, () => () => Promise.reject(new TypeError('no such method')));
    await expect(share(patient, doctor, ['read'])).rejects.toThrow(TypeError);
  });
});

it('the same given twice, to the second, is given twice', async () => {
  const { patient, doctor } = await scene();
  const decision = {
    origin: 'https://clinic.example',
    recipient: doctor.address,
    purpose: 'TREAT' as const,
    reason: 'test',
    sections: ['allergies' as const],
    rights: ['read' as const],
    until: Math.floor(Date.now() / 1000) + 3_600,
  };
  const first = await giveConsent(patient, decision);
  // Managers that only promise, and bring it a little later.
  managers(patient, (real) => (calls, to) => {
    setTimeout(() => void real(calls, to), 300);
    return Promise.resolve(`0x${'ab'.repeat(32)}`);
  });
  const second = await giveConsent(patient, decision);
  expect(second.consent.consentId).not.toBe(first.consent.consentId);
  expect(titles(await listShared(doctor))).toEqual(['nuts']);
});

describe('where nobody else brings an act, the wallet pays for it itself', () => {
  const funded = async () => {
    const s = await scene();
    await s.evm.provider.send('hardhat_setBalance', [s.patient.address, '0xde0b6b3a7640000']);
    return s;
  };

  it.each([
    ['refuse', refused],
    ['are away', unreachable],
  ])('as managers %s: it is done, and listed among the payments', async (_, why) => {
    const { patient, doctor, may } = await funded();
    const consent = await share(patient, doctor, ['read']);
    managers(patient, () => () => Promise.reject(why()));
    await endConsent(patient, consent);
    expect(await may()).toBe(false);
    expect(await sentTransactions(patient)).toMatchObject([{ kind: 'act', status: 'done', origin: '', value: '0' }]);
  });

  it('as a manager says that it brings it, and does not', async () => {
    const { patient, doctor, may } = await funded();
    const consent = await share(patient, doctor, ['read']);
    managers(patient, () => () => Promise.resolve(`0x${'ab'.repeat(32)}`));
    hurry();
    await endConsent(patient, consent);
    expect(await may()).toBe(false);
  });

  it('but not for what the registry refuses, nor out of all proportion, nor with what it has not', async () => {
    const { evm, registry, patient, doctor, may } = await funded();
    managers(patient, () => () => Promise.reject(refused()));
    hurry();
    const { provider } = patient.client;
    const real = provider.send.bind(provider);
    const tip = `0x${(10n ** 12n).toString(16)}`;
    provider.send = (method, params) =>
      method === 'eth_maxPriorityFeePerGas' ? Promise.resolve(tip) : real(method, params);
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('outcome-unknown');
    provider.send = real;
    await evm.provider.send('hardhat_setBalance', [patient.address, '0x0']);
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('outcome-unknown');
    await evm.provider.send('hardhat_setBalance', [patient.address, '0xde0b6b3a7640000']);
    await registry.as(evm.who.hospital).getFunction('remove').send(doctor.address);
    expect(await codeOf(share(patient, doctor, ['read']))).toBe('not-a-member');
    expect(await may()).toBe(false);
    expect(await sentTransactions(patient)).toEqual([]);
  });
});
