import { describe, expect, it } from 'vitest';
import { originHash } from '../../../extension/core/registry/client.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { walletWorld } from './wallet-world.ts';

const SITE = 'https://clinic.example';
const DAY = 86_400;

/** A wallet whose site and doctor one hospital vouches for. */
async function clinicWorld() {
  const world = await walletWorld();
  const { evm, registry, doctor, prompts, approvals } = world;
  await registry(evm.who.hospital).getFunction('setOrigin').send(originHash(SITE), true);
  await world.connect(SITE);
  const request = {
    purpose: 'TREAT',
    sections: ['allergies', 'medications'],
    duration: DAY,
    reason: 'For your visit',
    recipient: { address: doctor.address, name: 'Dr Amara Okafor' },
  };
  const ask = (change: object = {}, origin = SITE) =>
    world.ask(origin, 'health_requestAccess', { ...request, ...change });
  /** Says yes, for what is asked. @returns end of it, Unix seconds */
  const yes = async (remember: boolean, sections = request.sections, seconds = DAY): Promise<number> => {
    const approval = await world.prompt();
    const until = Math.floor(Date.now() / 1000) + seconds;
    const choice = { sections: sections as never, until, remember };
    await approvals.settle(approval.id, { result: await prompts.carryOut(approval, choice) });
    return until;
  };
  /** A prompt came up, which is refused. */
  const isAsked = async (answer: Promise<unknown>) => {
    answer.catch(() => undefined);
    const { id } = await world.prompt();
    await approvals.reject(id);
    await expect(answer).rejects.toMatchObject({ code: 4001 });
  };
  const remembered = async () => (await world.session.state.read()).remembered;
  const call = (method: string, params: unknown) => world.ask(SITE, method, params);
  return { ...world, request, ask, call, yes, isAsked, remembered };
}

describe('a yes that is remembered', () => {
  it('answers the same request again, never for longer than it holds', async () => {
    const { ask, yes, approvals, evm } = await clinicWorld();
    const first = ask();
    const until = await yes(true);
    expect(await first).toMatchObject({ until });
    // What was given stands: nothing is given, nor paid for, a second time.
    const { block, ...given } = { block: await evm.provider.getBlockNumber(), ...((await first) as object) };
    expect(await ask({ reason: 'Again', duration: 90 * DAY })).toEqual(given);
    expect(await ask({ sections: ['medications', 'allergies'], duration: 3_600 })).toEqual(given);
    expect(await evm.provider.getBlockNumber()).toBe(block);
    expect(await approvals.pending()).toEqual([]);
  });

  it('is not remembered when the person does not say so', async () => {
    const { ask, yes, isAsked, remembered } = await clinicWorld();
    const first = ask();
    await yes(false);
    await first;
    expect(await remembered()).toEqual([]);
    await isAsked(ask());
  });

  it.each<[string, object, string?]>([
    ['another purpose', { purpose: 'HRESCH' }],
    ['one section more', { sections: ['allergies', 'medications', 'problems'] }],
    ['one section less', { sections: ['allergies'] }],
    ['another right', { rights: ['read', 'write'] }],
    ['another recipient', { recipient: { address: `0x${'ab'.repeat(20)}` } }],
    ['another site', {}, 'https://clinic.example:8443'],
  ])('does not hold for %s', async (_, change, origin) => {
    const world = await clinicWorld();
    if (origin !== undefined) await world.connect(origin);
    const first = world.ask();
    await world.yes(true);
    await first;
    await world.isAsked(world.ask(change, origin));
  });

  it('holds for what the person left ticked, not for what was asked', async () => {
    const { ask, yes, isAsked, remembered } = await clinicWorld();
    const first = ask();
    await yes(true, ['allergies']);
    await first;
    expect(await remembered()).toMatchObject([{ sections: ['allergies'] }]);
    await isAsked(ask());
  });

  it('is never offered for sensitive sections, nor for more than 30 days', async () => {
    const { ask, yes, remembered } = await clinicWorld();
    const sensitive = ask({ sections: ['mental-health'] });
    await yes(true, ['mental-health']);
    await sensitive;
    const long = ask({ duration: 60 * DAY });
    await yes(true, ['allergies', 'medications'], 60 * DAY);
    await long;
    expect(await remembered()).toEqual([]);
  });

  it('ends with the hospital’s word for the site or for the recipient', async () => {
    const { ask, yes, isAsked, evm, registry, doctor } = await clinicWorld();
    const first = ask();
    await yes(true);
    await first;
    const hospital = registry(evm.who.hospital);
    await hospital.getFunction('setOrigin').send(originHash(SITE), false);
    await isAsked(ask());
    await hospital.getFunction('setOrigin').send(originHash(SITE), true);
    await ask();
    await hospital.getFunction('suspend').send(doctor.address);
    await isAsked(ask());
  });

  it('is not taken from a site that another hospital has taken over', async () => {
    const { ask, yes, isAsked, evm, registry } = await clinicWorld();
    const first = ask();
    await yes(true);
    await first;
    const other = evm.next();
    await registry(evm.who.registrar).getFunction('enrol').send(other.address, Role.Hospital);
    await registry(evm.who.hospital).getFunction('setOrigin').send(originHash(SITE), false);
    await registry(other).getFunction('setOrigin').send(originHash(SITE), true);
    await isAsked(ask());
  });

  it.each<[string, (world: Awaited<ReturnType<typeof clinicWorld>>, consentId: string) => Promise<unknown>]>([
    ['the site ends the consent', (w, consentId) => w.call('health_endConsent', { consentId })],
    ['the site disconnects', (w) => w.call('wallet_revokePermissions', [{ eth_accounts: {} }])],
  ])('is forgotten when %s', async (_, act) => {
    const world = await clinicWorld();
    const first = world.ask();
    await world.yes(true);
    const { consentId } = (await first) as { consentId: string };
    expect(await world.remembered()).toHaveLength(1);
    await act(world, consentId);
    expect(await world.remembered()).toEqual([]);
  });

  it('waits for the person while the wallet is locked', async () => {
    const { ask, yes, isAsked, state } = await clinicWorld();
    const first = ask();
    await yes(true);
    await first;
    state.locked = true;
    await isAsked(ask());
  });
});
