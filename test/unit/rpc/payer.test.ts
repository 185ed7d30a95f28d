import { describe, expect, it } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { allergy, importOwn } from '../core/wallets.ts';
import { walletWorld } from './wallet-world.ts';

const SITE = 'https://insurance.example';
const KEY = `0x${'00'.repeat(31)}09`;

/** A site that asks for a payer. */
async function scene() {
  const world = await walletWorld();
  const { evm, registry, session } = world;
  const payer = evm.next();
  await registry(evm.who.registrar).getFunction('enrol').send(payer.address, Role.Payer);
  await registry(payer).getFunction('setKey').send(KEY);
  await importOwn(session, allergy('Latex'));
  await world.connect(SITE);
  const request = {
    purpose: 'HPAYMT',
    sections: ['insurance'],
    rights: ['read'],
    duration: 3_600,
    reason: 'To pay your bill',
    recipient: { address: payer.address, name: 'Example Insurance' },
  };
  return { ...world, ask: (change: object) => world.ask(SITE, 'health_requestAccess', { ...request, ...change }) };
}

describe('a site that asks for a payer', () => {
  it('is shown to the person with nothing ticked, for payment', async () => {
    const { ask, prompt, prompts, approvals } = await scene();
    const asked = ask({});
    asked.catch(() => undefined);
    const approval = await prompt();
    const view = await prompts.view(approval);
    expect(view).toMatchObject({
      kind: 'access',
      recipient: { role: Role.Payer },
      request: { purpose: 'HPAYMT' },
      sections: [{ section: 'insurance', ticked: false }],
    });
    await approvals.settle(approval.id, { error: { code: 4_001, message: 'no' } });
  });

  it.each([
    ['for another purpose', { purpose: 'TREAT' }],
    ['for another section', { sections: ['insurance', 'allergies'] }],
    ['for the right to add', { rights: ['read', 'write'] }],
    ['for chosen records', { records: { codes: ['http://loinc.org|4548-4'] } }],
  ])('%s is refused with words, and nobody is asked', async (_what, change) => {
    const { ask, approvals } = await scene();
    await expect(ask(change)).rejects.toMatchObject({
      code: 'payer-forbidden',
      message: 'A payer is given insurance to read for the purpose HPAYMT, and nothing else.',
    });
    expect(await approvals.pending()).toEqual([]);
  });
});
