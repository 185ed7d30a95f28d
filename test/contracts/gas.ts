import { readFile, writeFile } from 'node:fs/promises';

import { expect } from 'chai';
import { toBeHex, type ContractTransactionResponse } from 'ethers';
import { artifacts, globalOptions } from 'hardhat';
import { after, before, describe, it } from 'mocha';

import { OrderKind } from '../../extension/core/care/orders-abi.ts';
import { Right, Role } from '../../extension/core/registry/abi.ts';
import {
  ADD_RECORDS_TYPES,
  BREAK_GLASS_TYPES,
  GRANT_AS_TYPES,
  GRANT_TYPES,
  JOIN_TYPES,
  ORDER_TYPES,
  REVOKE_TYPES,
} from '../../extension/core/registry/typed-data.ts';
import { deployWithGrant, digest, ethers, FOLDER, networkHelpers, termsFor, TREATMENT } from './fixture.ts';
import { calldataGas, floorOf, type Needs } from './support/floor.ts';

type Net = Awaited<ReturnType<typeof deployWithGrant>>;
type Run = (net: Net) => Promise<ContractTransactionResponse>;

interface Act {
  readonly act: string;
  readonly needs: Needs;
  /** Gas at most, as compiled for production; where the issue of the day set a target. */
  readonly target?: number;
  /** Done this many times before, in other transactions. */
  readonly prepare?: (net: Net) => Promise<unknown>;
  readonly run: Run;
  /** Why it is more than 1.2 times its floor. */
  readonly above?: string;
  /** Gas is told for each of so many acts in the transaction. */
  readonly times?: number;
}

const TAG = 0x9a_3f_71_c2_54_e8;
const entry = (text = 'cid') => ({ folder: FOLDER, epoch: 0, cid: digest(text), commitment: digest('commitment') });
const patient = ({ registry, who }: Net) => registry.connect(who.patient);
const doctor = ({ registry, who }: Net) => registry.connect(who.doctor);
const grantTo =
  (folder: number): Run =>
  (net) =>
    patient(net).grant([{ ...termsFor(net.who.doctor, net.until), folder }], digest('receipt'));
const addRecord: Run = (net) => doctor(net).addRecord(entry(), net.who.patient);

const grantFor =
  (count: number): Run =>
  async ({ registry, domain, who, until }) => {
    const terms = [{ ...termsFor(who.doctor, until), folder: TAG + count }];
    const message = { signer: who.patient.address, terms, receipt: digest('receipt'), nonce: count, deadline: until };
    const signature = await who.patient.signTypedData(domain, GRANT_TYPES, message);
    return registry.connect(who.stranger).grantFor(who.patient, terms, digest('receipt'), 0, until, signature);
  };
/** The doctor is a delegate too. */
const letShare: Run = (net) =>
  patient(net).grant([{ ...termsFor(net.who.doctor, net.until), folder: TAG, rights: Right.Share }], digest('receipt'));
const grantAsFor: Run = async ({ registry, domain, who, until }) => {
  const terms = [{ ...termsFor(who.lab, until), folder: TAG, rights: Right.Read }];
  const message = { signer: who.doctor.address, patient: who.patient.address, terms, receipt: digest('receipt') };
  const signature = await who.doctor.signTypedData(domain, GRANT_AS_TYPES, { ...message, nonce: 0, deadline: until });
  const bringer = registry.connect(who.stranger);
  return bringer.grantAsFor(who.doctor, who.patient, terms, digest('receipt'), 0, until, signature);
};
const revokeFor: Run = async ({ registry, domain, who, until }) => {
  const message = {
    signer: who.patient.address,
    grantee: who.doctor.address,
    folders: [FOLDER],
    nonce: 1,
    deadline: until,
  };
  const signature = await who.patient.signTypedData(domain, REVOKE_TYPES, message);
  return registry.connect(who.stranger).revokeFor(who.patient, who.doctor, [FOLDER], 0, until, signature);
};
const breakGlassFor: Run = async ({ registry, domain, who, until }) => {
  const [patientOf, note] = [who.patient.address, digest('note')];
  const message = { signer: who.doctor.address, patient: patientOf, folder: FOLDER, note, nonce: 0, deadline: until };
  const signature = await who.doctor.signTypedData(domain, BREAK_GLASS_TYPES, message);
  return registry.connect(who.stranger).breakGlassFor(who.doctor, patientOf, FOLDER, note, 0, until, signature);
};
const addRecordsFor =
  (count: number): Run =>
  async ({ registry, domain, who, until }) => {
    const entries = [entry()];
    const message = {
      signer: who.doctor.address,
      patient: who.patient.address,
      entries,
      nonce: count,
      deadline: until,
    };
    const signature = await who.doctor.signTypedData(domain, ADD_RECORDS_TYPES, message);
    return registry.connect(who.stranger).addRecordsFor(who.doctor, who.patient, entries, 0, until, signature);
  };
const joinFor: Run = async ({ registry, domain, who, fresh, until }) => {
  const message = { signer: fresh.patient.address, key: digest('key'), nonce: 0, deadline: until };
  const signature = await fresh.patient.signTypedData(domain, JOIN_TYPES, message);
  return registry.connect(who.stranger).joinFor(fresh.patient, digest('key'), 0, until, signature);
};
const FOLDERS = Array.from({ length: 9 }, (_, n) => TAG + n);
const grantNine: Run = async ({ registry, domain, who, until }) => {
  const terms = FOLDERS.map((folder) => ({ ...termsFor(who.doctor, until), folder }));
  const message = { signer: who.patient.address, terms, receipt: digest('receipt'), nonce: 0, deadline: until };
  const signature = await who.patient.signTypedData(domain, GRANT_TYPES, message);
  return registry.connect(who.stranger).grantFor(who.patient, terms, digest('receipt'), 0, until, signature);
};
const addNine: Run = async ({ registry, domain, who, until }) => {
  const entries = FOLDERS.map((folder) => ({ ...entry(`cid ${folder}`), folder }));
  const message = { signer: who.patient.address, patient: who.patient.address, entries, nonce: 0, deadline: until };
  const signature = await who.patient.signTypedData(domain, ADD_RECORDS_TYPES, message);
  return registry.connect(who.stranger).addRecordsFor(who.patient, who.patient, entries, 0, until, signature);
};
const prescribe: Run = ({ orders, who, until }) =>
  orders.connect(who.doctor).prescribe(who.patient, FOLDER, digest('rx'), until, 2, `0x${'00'.repeat(32)}`);
const orderFor: Run = async ({ orders, ordering, who, until }) => {
  const draft = {
    patient: who.patient.address,
    folder: FOLDER,
    commitment: digest('rx'),
    until,
    times: 2,
    replaces: `0x${'00'.repeat(32)}`,
  };
  const message = { signer: who.doctor.address, kind: OrderKind.Prescription, ...draft, nonce: 0, deadline: until };
  const signature = await who.doctor.signTypedData(ordering, ORDER_TYPES, message);
  return orders.connect(who.stranger).orderFor(who.doctor, OrderKind.Prescription, draft, 0, until, signature);
};
const grantDispense: Run = (net) =>
  patient(net).grant([{ ...termsFor(net.who.pharmacist, net.until), rights: Right.Dispense }], digest('receipt'));
const book: Run = ({ payments, who, until }) =>
  payments.connect(who.patient).book(who.doctor, until, until, digest('visit'), { value: 10n ** 16n });

const ACTS: Act[] = [
  { act: 'join', needs: {}, run: ({ registry, fresh }) => registry.connect(fresh.patient).join(digest('key')) },
  { act: 'joinFor', needs: { signatures: 1 }, run: joinFor },
  {
    act: 'enrol (by a hospital)',
    needs: { slots: 1 },
    run: ({ registry, who, fresh }) => registry.connect(who.hospital).enrol(fresh.doctor, Role.Doctor),
  },
  {
    act: 'suspend',
    needs: { slots: 2 },
    run: ({ registry, who }) => registry.connect(who.hospital).suspend(who.doctor),
  },
  {
    act: 'setKey',
    needs: { slots: 1 },
    run: (net) => doctor(net).setKey(digest('other key')),
    prepare: (net) => doctor(net).setKey(digest('key')),
  },
  {
    act: 'request',
    needs: { slots: 1 },
    target: 30_000,
    run: (net) =>
      doctor(net).request({
        patient: net.who.patient,
        folder: TAG,
        until: net.until,
        purposes: TREATMENT,
        rights: Right.Read,
        note: digest('note'),
      }),
  },
  // Reads: is the grantee a member, and the folder's epoch.
  { act: 'grant, new', needs: { slots: 2 }, target: 62_000, run: grantTo(TAG) },
  {
    act: 'grant, again',
    needs: { slots: 3 },
    target: 42_000,
    prepare: grantTo(TAG),
    run: (net) => patient(net).grant([{ ...termsFor(net.who.doctor, net.until + 5), folder: TAG }], digest('other')),
  },
  {
    act: 'grantFor (sponsored)',
    needs: { slots: 2, signatures: 1 },
    target: 76_000,
    prepare: grantFor(0),
    run: grantFor(1),
  },
  { act: 'grantFor, first of a nonce key', needs: { slots: 2, signatures: 1 }, run: grantFor(0) },
  { act: 'grantFor of 9 folders', needs: { slots: 10, signatures: 1 }, run: grantNine },
  // Reads: the delegate, its hospital, the patient, the grantee, the folder, and the delegate's own grant.
  { act: 'grantAsFor, first of a nonce key', needs: { slots: 6, signatures: 1 }, prepare: letShare, run: grantAsFor },
  { act: 'revoke', needs: {}, target: 32_000, run: (net) => patient(net).revoke(net.who.doctor, [FOLDER]) },
  { act: 'revokeFor', needs: { signatures: 1 }, prepare: grantFor(0), run: revokeFor },
  {
    act: 'rotate, voiding all grants',
    needs: {},
    target: 32_000,
    prepare: addRecord,
    run: (net) => patient(net).rotate([FOLDER], true, digest('keyring')),
  },
  { act: 'setKeyring', needs: { slots: 1 }, run: (net) => patient(net).setKeyring([FOLDER], digest('keyring')) },
  {
    act: 'withdrawRecords, one',
    needs: {},
    prepare: addRecord,
    run: (net) => patient(net).withdrawRecords([digest('id')]),
  },
  { act: 'allowEmergency, first', needs: {}, run: (net) => patient(net).allowEmergency([FOLDER], true) },
  {
    act: 'breakGlass',
    needs: { slots: 3 },
    prepare: (net) => patient(net).allowEmergency([FOLDER], true),
    run: (net) => doctor(net).breakGlass(net.who.patient, FOLDER, digest('note')),
  },
  {
    act: 'breakGlassFor, first of a nonce key',
    needs: { slots: 3, signatures: 1 },
    prepare: (net) => patient(net).allowEmergency([FOLDER], true),
    run: breakGlassFor,
  },
  {
    act: 'access, allowed',
    needs: { slots: 4 },
    run: (net) => doctor(net).access(net.who.patient, FOLDER, digest('id'), TREATMENT),
  },
  // Reads: author, its hospital, the grant. The folder it must change anyway.
  { act: 'addRecord by a doctor', needs: { slots: 3 }, target: 40_000, prepare: addRecord, run: addRecord },
  {
    act: 'addRecord by the patient',
    needs: { slots: 1 },
    prepare: addRecord,
    run: (net) => patient(net).addRecord(entry('own'), net.who.patient),
  },
  {
    act: 'addRecordsFor (sponsored)',
    needs: { slots: 3, signatures: 1 },
    prepare: addRecordsFor(0),
    run: addRecordsFor(1),
  },
  {
    act: 'addRecord, each of 100 in a multicall',
    needs: { slots: 3 },
    target: 12_000,
    times: 100,
    prepare: addRecord,
    run: (net) =>
      doctor(net).multicall(
        Array.from({ length: 100 }, (_, n) =>
          net.registry.interface.encodeFunctionData('addRecord', [entry(`cid ${n}`), net.who.patient.address]),
        ),
      ),
    above:
      'each has its log, its checks and warm slots, a delegated call and a copy of its data; the floor has 21,000 once',
  },
  { act: 'addRecordsFor of 9 entries, in 9 new folders', needs: { slots: 1, signatures: 1 }, run: addNine },
  { act: 'prescribe', needs: { contracts: 1, slots: 4 }, run: prescribe },
  {
    act: 'dispense',
    // Also whether its patient placed it elsewhere.
    needs: { contracts: 1, slots: 5 },
    prepare: async (net) => [await grantDispense(net), await prescribe(net)],
    run: ({ orders, who }) =>
      orders.connect(who.pharmacist).dispense(who.patient, who.doctor, FOLDER, digest('rx'), digest('receipt')),
  },
  {
    act: 'orderFor (sponsored), first of a nonce key',
    needs: { contracts: 1, slots: 4, signatures: 1 },
    run: orderFor,
  },
  {
    act: 'payBill, first of a payee',
    needs: { contracts: 1, slots: 2 },
    run: ({ payments, who }) =>
      payments.connect(who.patient).payBill(who.doctor, digest('bill'), { value: 10n ** 16n }),
  },
  { act: 'book', needs: { contracts: 1, slots: 2 }, run: book },
  {
    act: 'release',
    needs: {},
    prepare: book,
    run: async ({ payments, who }) =>
      payments.connect(who.patient).release(await payments.appointmentId(who.patient, who.doctor, digest('visit'))),
  },
  {
    act: 'for comparison: grantRole of OpenZeppelin’s AccessManager',
    needs: {},
    run: async ({ who }) => {
      const manager = await ethers.deployContract('Compared', [who.owner.address]);
      return manager.getFunction('grantRole')(7n, who.doctor, 0) as Promise<ContractTransactionResponse>;
    },
    above: 'an account’s role with a delay, and no purpose, folder or end',
  },
];

interface Row {
  /** Its part of both. */
  readonly calldata: number;
  readonly gas: number;
  readonly floor: number;
}
/** Without the calldata, in which times and signatures have a zero byte more or less from run to run. */
const execution = (row: Row | undefined) => row && [row.gas - row.calldata, row.floor - row.calldata].map(Math.round);
type Snapshot = Record<string, Record<string, Row>>;

const SNAPSHOT = 'test/contracts/gas-snapshot.json';
const DOCS = 'docs/REGISTRY.md';
/** Stands before and after the table. */
const MARK = '<!-- gas -->';
const profile = globalOptions.buildProfile ?? 'default';
/** Set to write down what is measured instead of comparing with it. */
const update = process.env['UPDATE_GAS'] !== undefined;

const number = (n: number): string => Math.round(n).toLocaleString('en');
const ratio = ({ gas, floor }: Row): string => (gas / floor).toFixed(2);

/** The table of docs/REGISTRY.md, from the production profile. */
function table(rows: Record<string, Row>): string {
  const lines = ACTS.filter(({ act }) => rows[act]).map(({ act, target, above }) => {
    const row = rows[act]!;
    return `| ${act} | ${number(row.gas)} | ${number(row.floor)} | ${ratio(row)} | ${target ? number(target) : ''} | ${above ?? ''} |`;
  });
  return [
    '| act | gas | floor | ratio | target | what is above the floor |',
    '| --- | --: | --: | --: | --: | --- |',
    ...lines,
  ].join('\n');
}
const squeeze = (text: string): string => text.replace(/-{2,}/g, '--').replace(/ +/g, ' ');

describe('Gas', () => {
  let snapshot: Snapshot = {};
  const measured: Record<string, Row> = {};

  before(async function () {
    // Coverage adds instructions of its own.
    if (globalOptions.coverage) return this.skip();
    snapshot = JSON.parse(await readFile(SNAPSHOT, 'utf8').catch(() => '{}')) as Snapshot;
  });

  after(async () => {
    if (!update) return;
    await writeFile(SNAPSHOT, `${JSON.stringify({ ...snapshot, [profile]: measured }, null, 2)}\n`);
    if (profile !== 'production') return;
    const [before, , after] = (await readFile(DOCS, 'utf8')).split(MARK);
    await writeFile(DOCS, [before, `\n\n${table(measured)}\n\n`, after].join(MARK));
  });

  for (const { act, needs, target, prepare, run, above, times = 1 } of ACTS) {
    it(`of ${act} is what it was${target ? `, and at most ${target}` : ''}`, async () => {
      const net = await networkHelpers.loadFixture(deployWithGrant);
      await prepare?.(net);
      const sent = await run(net);
      const receipt = await sent.wait();
      if (receipt === null) throw new Error('not mined');
      const row = {
        calldata: calldataGas(sent.data) / times,
        gas: Number(receipt.gasUsed) / times,
        floor: Math.round((await floorOf((await sent.getTransaction())!, receipt, needs)) / times),
      };
      measured[act] = row;
      // Below the floor, the floor is wrong or a check is missing.
      expect(row.gas).to.be.at.least(row.floor);
      if (!update) expect(execution(row)).to.deep.equal(execution(snapshot[profile]?.[act]));
      if (profile !== 'production') return;
      if (target) expect(row.gas).to.be.at.most(target);
      if (act === 'addRecord by a doctor') expect(row.gas / row.floor).to.be.at.most(1.15);
      if (!above) expect(row.gas / row.floor).to.be.at.most(1.2);
    });
  }

  it('is told in the documentation as it is', async () => {
    const text = squeeze(await readFile(DOCS, 'utf8'));
    for (const line of table(snapshot['production'] ?? {}).split('\n')) expect(text).to.include(squeeze(line));
  });
});

describe('Gas does not grow', () => {
  before(function () {
    if (globalOptions.coverage) this.skip();
  });

  const gasOf = async (sent: Promise<ContractTransactionResponse>) => (await (await sent).wait())?.gasUsed;

  it('with the records of a folder: 1, 100, 1,000', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const add = net.registry.interface.encodeFunctionData('addRecord', [entry(), net.who.patient.address]);
    const many = (count: number) => doctor(net).multicall(Array.from({ length: count }, () => add));
    const costs = [];
    await addRecord(net);
    for (const more of [0, 97, 898]) {
      for (let left = more; left > 0; left -= 449) await many(Math.min(left, 449));
      costs.push(await gasOf(addRecord(net)));
    }
    expect((await net.registry.folders(net.who.patient, FOLDER)).count).to.equal(999);
    expect(new Set(costs).size).to.equal(1);
  });

  it('with those who may read it: 1, 100, 1,000', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who, until } = net;
    const address = (n: number) => toBeHex(0x1000_0000 + n, 20);
    const costs: unknown[] = [];
    let grantees = 1;
    for (const total of [1, 100, 1000]) {
      while (grantees < total) {
        const batch = Array.from({ length: Math.min(111, total - grantees) }, (_, n) => address(grantees + n));
        await registry
          .connect(who.hospital)
          .multicall(batch.map((one) => registry.interface.encodeFunctionData('enrol', [one, Role.Doctor])));
        const terms = batch.map((grantee) => ({ ...termsFor(who.doctor, until), grantee }));
        await patient(net).grant(terms, digest('receipt'));
        grantees += batch.length;
      }
      const state = await networkHelpers.takeSnapshot();
      costs.push([
        await gasOf(patient(net).grant([termsFor(who.lab, until)], digest('receipt'))),
        await gasOf(patient(net).revoke(who.doctor, [FOLDER])),
        await gasOf(patient(net).rotate([FOLDER], true, digest('keyring'))),
      ]);
      await state.restore();
    }
    expect(costs[1]).to.deep.equal(costs[0]);
    expect(costs[2]).to.deep.equal(costs[0]);
    expect(await registry.may(address(999), who.patient, FOLDER, Right.Read, TREATMENT)).to.equal(true);
  });
});

describe('Code', () => {
  for (const name of ['HealthRegistry', 'CareOrders', 'HealthPayments']) {
    it(`of ${name} fits the limit of EIP-170`, async function () {
      if (globalOptions.coverage) return this.skip();
      const { deployedBytecode } = await artifacts.readArtifact(name);
      expect((deployedBytecode.length - 2) / 2).to.be.below(24_576);
    });
  }
});
