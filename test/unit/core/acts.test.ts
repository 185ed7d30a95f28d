import { describe, expect, it } from 'vitest';
import { SalusError } from '../../../extension/core/errors.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { codeOf, DOCTOR, PATIENT, share, world } from './wallets.ts';

async function scene() {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await ensureMembership(patient);
  const doctor = await w.open(DOCTOR, registry.network, 'provider');
  await w.hire(registry, doctor);
  const lives = async () => {
    await patient.catalogue.sync();
    return (await ownConsents(patient)).map((c) => c.live.length > 0);
  };
  return { w, registry, patient, doctor, lives };
}

type Submit = Session['sponsor']['submit'];
/** Has another bring the patient's calls. @param submit is given how it was done before */
function bring(session: Session, submit: (calls: readonly string[], to: string, real: Submit) => Promise<string>) {
  const real = session.sponsor.submit.bind(session.sponsor);
  session.sponsor.submit = (calls, to) => submit(calls, to, real);
}
const lost = () => new SalusError('managers-unreachable', 'No answer.');
const refused = () => new SalusError('sponsor-refused', 'Refused.');

describe('an act', () => {
  it('is not done because somebody says so with the hash of something else', async () => {
    const { w, registry, patient, doctor, lives } = await scene();
    const { consentId, recipient } = await share(patient, doctor);
    const other = (await registry
      .as(w.evm.who.hospital)
      .getFunction('setProfile')
      .send(`0x${'11'.repeat(32)}`)) as { hash: string };
    let kept: readonly string[] = [];
    bring(patient, (calls) => {
      kept = calls;
      return Promise.resolve(other.hash);
    });
    const ending = endConsent(patient, { consentId, recipient });
    // It is looked for a while. Whoever keeps the calls may still bring them, and then it is done.
    const first = await Promise.race([ending.then(() => 'done'), new Promise((go) => setTimeout(go, 500, 'not yet'))]);
    expect(first).toBe('not yet');
    expect(await lives()).toEqual([true]);
    const data = registry.contract.interface.encodeFunctionData('multicall', [kept]);
    await w.evm.who.hospital.sendTransaction({ to: registry.network.registry, data });
    await ending;
    expect(await lives()).toEqual([false]);
  });

  it.each([
    ['lost', lost],
    ['taken for a refusal', refused],
  ])('whose answer is %s is found on the chain', async (_, error) => {
    const { patient, doctor, lives } = await scene();
    bring(patient, async (calls, to, real) => {
      await real(calls, to);
      throw error();
    });
    const { consentId, recipient } = await share(patient, doctor);
    expect(await lives()).toEqual([true]);
    await endConsent(patient, { consentId, recipient });
    expect(await lives()).toEqual([false]);
  });

  it('that is told to have changed nothing cannot land later', async () => {
    const { w, registry, patient, doctor, lives } = await scene();
    let kept: readonly string[] = [];
    // The calls are spoilt on the way: the doctor is no member any more when they arrive.
    bring(patient, async (calls) => {
      kept = calls;
      await registry.as(w.evm.who.hospital).getFunction('remove').send(doctor.address);
      throw refused();
    });
    expect(await codeOf(share(patient, doctor))).toBe('sponsor-refused');
    const data = registry.contract.interface.encodeFunctionData('multicall', [kept]);
    await expect(
      w.evm.who.hospital.sendTransaction({ to: registry.network.registry, data }).then((sent) => sent.wait()),
    ).rejects.toThrow();
    expect(await lives()).toEqual([]);
  });

  it('that was refused for now is not called undone while its calls are still good', async () => {
    const { patient, doctor } = await scene();
    bring(patient, () => Promise.reject(refused()));
    expect(await codeOf(share(patient, doctor))).toBe('outcome-unknown');
  });

  it('for one reader waits for the one before it', async () => {
    const { patient, doctor, lives } = await scene();
    const { consentId, recipient } = await share(patient, doctor);
    const going: string[] = [];
    bring(patient, async (calls, to, real) => {
      going.push('begun');
      const hash = await real(calls, to);
      await new Promise((go) => setTimeout(go, 50));
      going.push('ended');
      return hash;
    });
    const ending = endConsent(patient, { consentId, recipient });
    await expect.poll(() => going).toEqual(['begun']);
    await Promise.all([ending, share(patient, doctor)]);
    expect(going).toEqual(['begun', 'ended', 'begun', 'ended']);
    // The last that was said holds.
    expect((await lives()).at(-1)).toBe(true);
  });
});
