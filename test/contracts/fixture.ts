import type { CareOrders, HealthPayments, HealthRegistry } from '../../.output/contracts/types/index.ts';
import { Right, Role } from '../../extension/core/registry/abi.ts';
import { ordersDomain, registryDomain } from '../../extension/core/registry/typed-data.ts';
import { createChain } from './support/journal.ts';

/** One simulated chain per run; `loadFixture` rewinds it between specifications. */
export const { ethers, networkHelpers } = await createChain();

export type Signer = Awaited<ReturnType<typeof ethers.getSigners>>[number];

export const CHAIN_ID = 31337;
/** The folder that most specifications are about. */
export const FOLDER = 7;
export const DAY = 86_400;
/** Seconds that a signature counts. More than a run takes: a block's time follows the clock, also after a rewind. */
export const DEADLINE = 2 * 3600;
/** A purpose of use; its bit means nothing here. */
export const TREATMENT = 1;

/** A made-up digest or x-coordinate. */
export const digest = (text: string): string => ethers.id(text);

/** Unix second of the newest block. */
export const now = (): Promise<number> => networkHelpers.time.latest();

/** A registry with one member of each role, and accounts that are not members yet. Nobody has a grant. */
export async function deploy() {
  const signers = await ethers.getSigners();
  const next = (): Signer => {
    const signer = signers.shift();
    if (!signer) throw new Error('out of accounts');
    return signer;
  };
  const who = {
    owner: next(),
    registrar: next(),
    hospital: next(),
    manager: next(),
    doctor: next(),
    lab: next(),
    pharmacist: next(),
    researcher: next(),
    patient: next(),
    stranger: next(),
  };
  const fresh = { hospital: next(), doctor: next(), patient: next(), other: next() };
  const registry = (await ethers.deployContract('HealthRegistry', [who.owner.address])) as unknown as HealthRegistry;
  const orders = (await ethers.deployContract('CareOrders', [registry])) as unknown as CareOrders;
  const payments = (await ethers.deployContract('HealthPayments', [registry])) as unknown as HealthPayments;

  await registry.connect(who.owner).enrol(who.registrar, Role.Registrar);
  await registry.connect(who.registrar).enrol(who.hospital, Role.Hospital);
  await registry.connect(who.registrar).enrol(who.manager, Role.EhrManager);
  await registry.connect(who.hospital).enrol(who.doctor, Role.Doctor);
  await registry.connect(who.hospital).enrol(who.lab, Role.Lab);
  await registry.connect(who.hospital).enrol(who.pharmacist, Role.Pharmacist);
  await registry.connect(who.hospital).enrol(who.researcher, Role.Researcher);
  await registry.connect(who.patient).join(digest('patient key'));

  const domain = registryDomain(CHAIN_ID, await registry.getAddress());
  const ordering = ordersDomain(CHAIN_ID, await orders.getAddress());
  return { registry, orders, payments, domain, ordering, who, fresh };
}
export type Network = Awaited<ReturnType<typeof deploy>>;
export type Who = keyof Network['who'];

/** As `deploy`, and the doctor may read and write the patient's folder for a day. */
export async function deployWithGrant() {
  const net = await deploy();
  const until = (await now()) + DAY;
  await net.registry.connect(net.who.patient).grant([termsFor(net.who.doctor, until)], digest('receipt'));
  return { ...net, until };
}

export const termsFor = (grantee: Signer, until: number) => ({
  grantee: grantee.address,
  folder: FOLDER,
  from: 0,
  until,
  purposes: TREATMENT,
  rights: Right.Read | Right.Write,
});
export type Terms = ReturnType<typeof termsFor>;
