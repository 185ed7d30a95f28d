import { Contract } from 'ethers';
import { expect } from 'vitest';
import { orderId } from '../../../extension/core/care/order-id.ts';
import { OrderKind, ORDERS_ABI } from '../../../extension/core/care/orders-abi.ts';
import { carryingOut } from '../../../extension/core/care/carried-out.ts';
import { PURPOSE_BITS, type Purpose } from '../../../extension/core/consent/purposes.ts';
import { isSalusError, NodeError } from '../../../extension/core/errors.ts';
import { Right, Role } from '../../../extension/core/registry/abi.ts';
import { stageByHand } from '../../../extension/core/wallet/by-hand.ts';
import { order } from '../../../extension/core/wallet/care.ts';
import { giveConsent, type Decision } from '../../../extension/core/wallet/give-consent.ts';
import { placeOfItem } from '../../../extension/core/wallet/orders.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { openRecords } from '../../../extension/core/wallet/records.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { toRpcError } from '../../../extension/rpc/errors.ts';
import { HealthClient, HealthError, type Provider } from '../../../portal/sdk/index.ts';
import { walletWorld } from '../rpc/wallet-world.ts';

const SITE = 'https://desk.example';
const DAY = 86_400;
export const SECTION = 'medications';
export const tomorrow = () => Math.floor(Date.now() / 1000) + DAY;

/** Everybody who can be in a network, and somebody who is not. */
export const ROLES = Object.entries(Role) as [keyof typeof Role, Role][];

/** Types of the acts of care, and others of each role's list. */
export const TYPES = [
  'MedicationRequest',
  'ServiceRequest',
  'MedicationDispense',
  'MedicationAdministration',
  'MedicationStatement',
  'Immunization',
  'DiagnosticReport',
  'Observation',
  'Specimen',
  'ImagingStudy',
  'Media',
  'DocumentReference',
  'Communication',
  'Invoice',
  'Appointment',
  'Condition',
  'AllergyIntolerance',
] as const;

/** A resource of a type, which asks nobody to carry it out. */
export const plain = (resourceType: string) => ({
  resourceType,
  status: 'unknown',
  code: { text: 'x' },
  subject: { display: 'me' },
});
export const prescribed = {
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: { text: 'Ibuprofen' },
  subject: { display: 'me' },
  dispenseRequest: { validityPeriod: { end: new Date((tomorrow() + DAY) * 1000).toISOString().slice(0, 10) } },
};
export const testOrdered = {
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  code: { text: 'Potassium' },
  subject: { display: 'me' },
  occurrencePeriod: { end: prescribed.dispenseRequest.validityPeriod.end },
};
export const dispensed = (orderOf: string) =>
  carryingOut(
    { resourceType: 'MedicationDispense', status: 'completed', medicationCodeableConcept: { text: 'Ibuprofen' } },
    orderOf,
  );
export const reported = (orderOf: string) =>
  carryingOut({ resourceType: 'DiagnosticReport', status: 'final', code: { text: 'Potassium' } }, orderOf);

/** `yes`, or the typed error that it ended with. */
export async function outcome(attempt: () => Promise<unknown>): Promise<string> {
  try {
    await attempt();
    return 'yes';
  } catch (error) {
    if (isSalusError(error)) return error.code;
    if (error instanceof HealthError) return error.reason ?? String(error.code);
    throw error;
  }
}

/** Lines of a table, as it is written below. */
export const table = (rows: readonly (readonly string[])[]): string[] =>
  rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(i === 0 ? 26 : 14))
      .join('')
      .trimEnd(),
  );
export const written = (text: string): string[] =>
  table(
    text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/)),
  );

/** A patient, and somebody of every role with a wallet of their own, each with every right to the patient's medicines. */
export async function everybody() {
  const w = await walletWorld();
  const { session: patient, evm } = w;
  const by: Partial<Record<Role, typeof evm.who.owner>> = {
    [Role.Registrar]: evm.who.owner,
    [Role.Hospital]: evm.who.registrar,
    [Role.EhrManager]: evm.who.registrar,
    [Role.Payer]: evm.who.registrar,
  };
  const members = new Map<Role, Session>();
  for (const [name, role] of ROLES) {
    if (role === Role.None || role === Role.Patient) {
      const member = await w.stranger(100 + role);
      if (role === Role.Patient) {
        await member.state.update((s) => ({ ...s, kind: 'patient' }));
        await ensureMembership(member);
      }
      members.set(role, member);
    } else members.set(role, await w.hire(100 + role, role, by[role]));
    const { role: has } = await patient.client.member(members.get(role)!.address);
    expect(has, name).toBe(role);
  }
  const folder = (await patient.folders()).tag(SECTION);
  const own = w.registry(await evm.impersonate(patient.address));
  for (const [role, member] of members) {
    if (role === Role.None) continue; // nothing can be given to somebody who has no key
    const purpose: Purpose = role === Role.Payer ? 'HPAYMT' : 'TREAT';
    const decision = { origin: SITE, purpose, reason: 'test', until: tomorrow(), recipient: member.address };
    const given: Pick<Decision, 'rights' | 'sections'> =
      role === Role.Payer
        ? { rights: ['read'], sections: ['insurance'] }
        : { rights: ['read', 'write'], sections: [SECTION] };
    const { consent } = await giveConsent(patient, { ...decision, ...given });
    // With the right to dispense, which a wallet gives for one picked thing alone; and for a payer with what a wallet never gives.
    const rights = Right.Read | Right.Write | Right.Dispense;
    const purposes = PURPOSE_BITS[purpose];
    const terms = { grantee: member.address, folder, from: 0, until: decision.until, purposes, rights };
    await own.getFunction('grant').send([terms], `0x${consent.consentId.replace(/^0x/, '')}`);
    await member.catalogue.sync();
  }
  const all = ROLES.map(([name, role]) => ({ name, role, session: members.get(role)! }));
  return { w, patient, folder, all, doctor: members.get(Role.Doctor)! };
}
type Everybody = Awaited<ReturnType<typeof everybody>>;

/** A site's client of somebody's wallet, whose person says yes to whatever is asked. */
export async function siteOf({ w }: Everybody, session: Session): Promise<HealthClient> {
  w.state.acting = session;
  if (((await w.ask(SITE, 'eth_accounts')) as string[]).length === 0) await w.connect(SITE);
  const provider: Provider = {
    async request({ method, params }) {
      let settled = false;
      const answer = w.ask(SITE, method, params).finally(() => (settled = true));
      answer.catch(() => undefined);
      const approving = (async () => {
        while (!settled) {
          const [approval] = await w.approvals.pending();
          if (approval === undefined) await new Promise((resolve) => setTimeout(resolve, 2));
          else {
            const given = await w.prompts.carryOut(approval, {}).then(
              (result) => ({ result }),
              (error: unknown) => ({ error: toRpcError(error) }),
            );
            await w.approvals.settle(approval.id, given);
          }
        }
      })();
      try {
        return await answer;
      } catch (error) {
        throw HealthError.from(toRpcError(error));
      } finally {
        await approving;
      }
    },
    on: () => undefined,
    removeListener: () => undefined,
  };
  return new HealthClient(provider);
}
/** The doctor orders, and everybody who may read it has opened it. @returns where it is on the chain, and the record's id */
export async function ordered({ patient, doctor, all }: Everybody, kind: 'prescription' | 'test', times = 1) {
  const resource = kind === 'prescription' ? prescribed : testOrdered;
  const job = await stageByHand(doctor, JSON.stringify(resource));
  const which = kind === 'prescription' ? OrderKind.Prescription : OrderKind.Test;
  const terms = { kind: which, until: tomorrow(), times };
  const row = await order(doctor, { patient: patient.address, section: SECTION, job }, terms);
  const place = { patient: patient.address, doctor: doctor.address, folder: row.folder, commitment: row.commitment };
  await drainOutbox(doctor);
  await patient.catalogue.sync();
  for (const { session } of all) {
    await session.catalogue.sync();
    await openRecords(session, {});
  }
  const { items } = await openRecords(doctor, {});
  const ids: string[] = [];
  for (const item of items) {
    const at = await placeOfItem(doctor, item);
    if (at !== undefined && orderId(at) === orderId(place)) ids.push(item.id);
  }
  expect(ids).toHaveLength(1);
  return { place, id: orderId(place), item: ids[0] ?? '' };
}

/** Calls of the contract as anybody can make them, tried out and not done. */
export async function chainOf({ w, patient }: Everybody, session: Session) {
  const signer = await w.evm.impersonate(session.address);
  const orders = new Contract(
    patient.orders!.client.network.orders ?? '',
    [
      ...ORDERS_ABI,
      'function prescribe(address patient, uint48 folder, bytes32 commitment, uint40 until, uint8 fills, bytes32 replaces) returns (bytes32)',
      'function orderTest(address patient, uint48 folder, bytes32 commitment, uint40 until, bytes32 replaces) returns (bytes32)',
      'function dispense(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 receipt)',
      'function reportTest(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 report)',
    ],
    signer,
  );
  const registry = w.registry(signer);
  const would = (contract: Contract, name: string, ...args: readonly unknown[]) =>
    contract
      .getFunction(name)
      .staticCall(...args)
      .then(
        () => 'yes',
        (error: unknown) => {
          if (!(error instanceof NodeError)) throw error;
          return contract.interface.parseError(String(error.data))?.name ?? error.message;
        },
      );
  return { orders, registry, would };
}

type Attempt = (session: Session) => Promise<string>;
/** Every act by everybody, line by line. */
export async function tried({ all }: Everybody, acts: Readonly<Record<string, Attempt>>): Promise<string[]> {
  const rows: string[][] = [['-', ...all.map(({ name }) => name)]];
  // A test is answered once: the lab comes last, so that all others find it open.
  const inTurn = all.toSorted((a, b) => Number(a.role === Role.Lab) - Number(b.role === Role.Lab));
  for (const [act, attempt] of Object.entries(acts)) {
    const cells = new Map<string, string>();
    for (const { name, session } of inTurn) cells.set(name, await attempt(session));
    rows.push([act, ...all.map(({ name }) => cells.get(name) ?? '')]);
  }
  return table(rows);
}
