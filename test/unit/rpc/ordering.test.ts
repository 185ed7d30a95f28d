import { describe, expect, it } from 'vitest';
import { termsOf } from '../../../extension/core/care/terms.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { ordersFor } from '../../../extension/core/wallet/orders.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import type { Approval } from '../../../extension/rpc/approvals.ts';
import { writePrompt } from '../../../extension/rpc/prompts/records.ts';
import { codeOf, json, share, world } from '../core/wallets.ts';

const NEXT_YEAR = `${new Date().getFullYear() + 1}-06-30`;
const prescription = {
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: { text: 'Cetirizine' },
  subject: { display: 'me' },
  dispenseRequest: { validityPeriod: { end: NEXT_YEAR }, numberOfRepeatsAllowed: 1 },
};

const SITE = 'https://clinic.example';

/** What a site has a member's wallet write into the allergies of a patient, and what the person is shown before. */
async function written(session: Session, patient: string, resource: { readonly resourceType: string }) {
  const told: string[] = [];
  const prompt = writePrompt(
    {
      storage: session.storage,
      notify: (_origin: string, event: string) => Promise.resolve(void told.push(event)),
    } as unknown as Parameters<typeof writePrompt>[0],
    () => drainOutbox(session),
  );
  const stage = () => session.storage.stage(json(resource), 'offer.json', SITE);
  const params = { patient, section: 'allergies', order: termsOf(resource) };
  const asked = async () =>
    ({
      approval: { origin: SITE, params, job: await stage() } as unknown as Approval,
      session,
    }) as never;
  const view = await prompt.view(await asked(), Promise.resolve({ origin: SITE }));
  return { view, carryOut: async () => prompt.carryOut(await asked(), {}), told };
}

describe('what a site has a wallet write', () => {
  it('is ordered with the yes where it says that it may be carried out, and the person is told so before', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await share(patient, doctor);
    const { view, carryOut, told } = await written(doctor, patient.address, prescription);
    expect(view).toMatchObject({ kind: 'write', order: { kind: 1, times: 2 } });
    expect(await carryOut()).toMatchObject({
      cid: expect.any(String) as string,
      transactionHash: expect.any(String) as string,
    });
    expect(told).toEqual(['recordAdded']);
    await patient.catalogue.sync();
    expect(await ordersFor(patient)).toMatchObject([{ kind: 'prescription', standing: 'open', times: 2 }]);
  });

  it('is refused where somebody in that role does not write it', async () => {
    const w = await world();
    const { registry, network, patient } = await w.clinic();
    const lab = await w.open(new Uint8Array(32).fill(41), network, 'provider');
    await registry.as(w.evm.who.hospital).getFunction('enrol').send(lab.address, Role.Lab);
    await ensureMembership(lab);
    await share(patient, lab);
    const { carryOut } = await written(lab, patient.address, prescription);
    expect(await codeOf(carryOut())).toBe('role-forbids');
    expect(await lab.storage.openRows(lab.address)).toEqual([]);
    expect(await ordersFor(patient)).toEqual([]);
  });
});
