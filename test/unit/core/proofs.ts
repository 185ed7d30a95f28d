import type { AskNode } from '../../../extension/core/chain/log-windows.ts';
import { checkProof, type CheckOptions, type StepResult } from '../../../extension/core/proof/check-proof.ts';
import { makeProof } from '../../../extension/core/proof/make-proof.ts';
import { parseProof, proofText, type ProofFile } from '../../../extension/core/proof/proof-file.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { proveItem } from '../../../extension/core/wallet/prove-item.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { listOwn } from './listings.ts';
import { allergy, DOCTOR, importOwn, json, PATIENT, share, world } from './wallets.ts';

export const asker =
  ({ client: { provider } }: Session): AskNode =>
  (method, params) =>
    provider.send(method, [...params]);

/** The step at which a proof stops holding, and why; undefined where all of it holds. */
export async function faultOf(
  proof: ProofFile,
  nodes: readonly AskNode[],
  options: Partial<CheckOptions> = {},
): Promise<string | undefined> {
  return faultIn(await checkProof(proof, nodes, { finality: 'latest', ...options }));
}

export function faultIn(results: readonly StepResult[]): string | undefined {
  const first = results.findIndex(({ state }) => state !== 'ok');
  if (results.slice(first + 1).some(({ state }) => first >= 0 && state !== 'not-reached'))
    throw new Error('a step was gone through after one that did not hold');
  const result = results[first];
  return result && `${result.step}: ${'reason' in result ? result.reason : ''}`;
}

const bundle = (...substances: string[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: substances.map((substance) => ({ resource: allergy(substance) })),
});

/** A patient with five items of their own in one entry, and one that the doctor they let in wrote. */
export async function provable() {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  const doctor = await w.open(DOCTOR, registry.network, 'provider');
  await ensureMembership(patient);
  await w.hire(registry, doctor);
  await importOwn(patient, bundle('Penicillin', 'Nuts', 'Bees', 'Cats', 'Dust'));
  await drainOutbox(patient);
  await share(patient, doctor);
  const write = async (substance: string) => {
    const job = await doctor.storage.stage(json(allergy(substance)), 'test.json', 'test');
    await doctor.storage.plan(job, { digests: [] }, { into: 'allergies' });
    await writeShared(doctor, patient.address, 'allergies', job);
    await drainOutbox(doctor);
  };
  await write('Latex');
  /** What the patient's wallet proves, written out and read again. */
  const proofOf = async (title: string, by: Session = patient): Promise<ProofFile> => {
    const { items } = await listOwn(patient);
    const item = items.find((one) => one.title === title);
    const found = await proveItem(by, patient.address, item?.id ?? '');
    if (found === 'altered') throw new Error('altered');
    return parseProof(Buffer.from(proofText(await makeProof(found.held, asker(by)))));
  };
  return { ...w, registry, patient, doctor, write, proofOf, node: asker(patient) };
}
