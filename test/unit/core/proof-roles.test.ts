import { id } from 'ethers';
import { describe, expect, it } from 'vitest';
import { checkProof } from '../../../extension/core/proof/check-proof.ts';
import { makeProof } from '../../../extension/core/proof/make-proof.ts';
import { RECORD_ADDED } from '../../../extension/core/chain/answers.ts';
import { MEMBER_TOPICS } from '../../../extension/core/proof/questions.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { startEvm } from './evm.ts';
import { lookalike } from './lookalike.ts';
import { faultOf, provable } from './proofs.ts';

describe('what an author was when the entry was recorded', () => {
  it('stays so when the doctor is suspended later, leaves, or goes to another hospital', async () => {
    const { proofOf, node, registry, evm, doctor } = await provable();
    const before = await proofOf('Latex');
    expect(before.hospital?.address).toBe(evm.who.hospital.address.toLowerCase());
    const hospital = registry.as(evm.who.hospital);
    await hospital.getFunction('suspend').send(doctor.address);
    expect(await faultOf(await proofOf('Latex'), [node])).toBeUndefined();
    await hospital.getFunction('restore').send(doctor.address);
    await hospital.getFunction('remove').send(doctor.address);
    const other = evm.next();
    await registry.as(evm.who.registrar).getFunction('enrol').send(other.address, Role.Hospital);
    await registry.as(other).getFunction('enrol').send(doctor.address, Role.Pharmacist);
    const later = await proofOf('Latex');
    expect(later).toEqual(before);
    expect(await faultOf(later, [node])).toBeUndefined();
  });

  it('stays so when the hospital is suspended later, or closes', async () => {
    const { proofOf, node, registry, evm } = await provable();
    const before = await proofOf('Latex');
    await registry.as(evm.who.registrar).getFunction('suspend').send(evm.who.hospital.address);
    expect(await faultOf(await proofOf('Latex'), [node])).toBeUndefined();
    await registry.as(evm.who.registrar).getFunction('remove').send(evm.who.hospital.address);
    expect(await proofOf('Latex')).toEqual(before);
    expect(await faultOf(before, [node])).toBeUndefined();
  });

  it('is that of a doctor again who was suspended and restored before, and the registry takes nothing in between', async () => {
    const { proofOf, node, registry, evm, doctor, write } = await provable();
    const hospital = registry.as(evm.who.hospital);
    await hospital.getFunction('suspend').send(doctor.address);
    await expect(write('Wool')).rejects.toThrow();
    await hospital.getFunction('restore').send(doctor.address);
    await write('Feathers');
    const proof = await proofOf('Feathers');
    expect(proof.author.events.map(({ topics }) => topics[0])).toEqual([
      MEMBER_TOPICS.enrolled,
      MEMBER_TOPICS.suspended,
      MEMBER_TOPICS.suspended,
    ]);
    expect(await faultOf(proof, [node])).toBeUndefined();
    // Without the line that says so it is another history.
    const events = proof.author.events.filter((_, i) => i !== 1);
    expect(await faultOf({ ...proof, author: { ...proof.author, events } }, [node])).toBe('role: other-history');
  });
});

describe('an author whom the chain does not have as one who could act', () => {
  type Contract = Awaited<ReturnType<typeof lookalike>>;
  const [DOCTOR, HOSPITAL, REGISTRAR, PATIENT] = [1, 2, 3, 4].map((n) => `0x${String(n).repeat(40)}`) as [
    string,
    string,
    string,
    string,
  ];
  const LATE = 4_000_000_000;
  const vouched = async (c: Contract) => {
    await c.enrolled(HOSPITAL, Role.Hospital, REGISTRAR);
    await c.enrolled(DOCTOR, Role.Doctor, HOSPITAL);
  };
  const cases: readonly [string, string | undefined, (c: Contract) => Promise<unknown>, string?][] = [
    ['a doctor', undefined, vouched],
    ['nobody', 'role: not-a-member', () => Promise.resolve()],
    ['a doctor who left', 'role: not-a-member', (c) => vouched(c).then(() => c.removed(DOCTOR))],
    ['a suspended doctor', 'role: suspended', (c) => vouched(c).then(() => c.suspended(DOCTOR, true))],
    [
      'a doctor who was restored',
      undefined,
      (c) => vouched(c).then(async () => (await c.suspended(DOCTOR, true), c.suspended(DOCTOR, false))),
    ],
    [
      'a doctor who came back while suspended',
      'role: suspended',
      async (c) => {
        await vouched(c);
        await c.suspended(DOCTOR, true);
        await c.removed(DOCTOR);
        await c.enrolled(DOCTOR, Role.Doctor, HOSPITAL);
      },
    ],
    ['a doctor locked for strikes', 'role: locked', (c) => vouched(c).then(() => c.struck(DOCTOR, 3, LATE))],
    [
      'a lock that a later strike says nothing of',
      'role: locked',
      (c) => vouched(c).then(async () => (await c.struck(DOCTOR, 3, LATE), c.struck(DOCTOR, 4, 0))),
    ],
    ['a doctor with one strike', undefined, (c) => vouched(c).then(() => c.struck(DOCTOR, 1, 0))],
    ['a lock that is over', undefined, (c) => vouched(c).then(() => c.struck(DOCTOR, 3, 1_000))],
    [
      'a lock that was cleared',
      undefined,
      (c) => vouched(c).then(async () => (await c.struck(DOCTOR, 3, LATE), c.cleared(DOCTOR))),
    ],
    ['a suspended hospital', 'hospital: suspended', (c) => vouched(c).then(() => c.suspended(HOSPITAL, true))],
    ['a closed hospital', 'hospital: not-a-member', (c) => vouched(c).then(() => c.removed(HOSPITAL))],
    [
      'a hospital that came back, and vouched for nobody yet',
      'hospital: no-longer-vouched',
      async (c) => {
        await vouched(c);
        await c.removed(HOSPITAL);
        await c.enrolled(HOSPITAL, Role.Hospital, REGISTRAR);
      },
    ],
    [
      'a voucher that is no hospital',
      'hospital: no-longer-vouched',
      async (c) => {
        await c.enrolled(HOSPITAL, Role.Lab, REGISTRAR);
        await c.enrolled(DOCTOR, Role.Doctor, HOSPITAL);
      },
    ],
    ['a patient, of their own', undefined, (c) => c.enrolled(PATIENT, Role.Patient, PATIENT), PATIENT],
    [
      'a patient who is locked, of their own',
      undefined,
      (c) => c.enrolled(PATIENT, Role.Patient, PATIENT).then(() => c.struck(PATIENT, 3, LATE)),
      PATIENT,
    ],
  ];

  it.each(cases)('%s', async (_, fault, happen, author = DOCTOR) => {
    const { node, network, proof } = await world(happen, author);
    expect(await faultOf(proof, [node])).toBe(fault);
    // What such a contract logs is worth nothing to whoever knows the network's registry.
    const results = await checkProof(proof, [node], { finality: 'latest', network });
    expect(results.find(({ state }) => state === 'failed')).toEqual({
      step: 'anchor',
      state: 'failed',
      reason: 'other-registry',
    });
  });

  async function world(happen: (c: Contract) => Promise<unknown>, author: string) {
    const evm = await startEvm();
    const { network } = await evm.deploy();
    const contract = await lookalike(evm.next());
    await happen(contract);
    const { item } = proofItem;
    const [recordId, cid] = [`0x${'aa'.repeat(32)}`, `0x${'bb'.repeat(32)}`];
    const place = await contract.recorded(recordId, PATIENT, author, cid, item.root);
    // What comes after says nothing of what was.
    await contract.suspended(author, true);
    await contract.suspended(HOSPITAL, true);
    const node = (method: string, params: readonly unknown[]) => evm.provider.send(method, [...params]);
    const proof = await makeProof(
      {
        item,
        chain: { id: network.chainId, registry: contract.address },
        fromBlock: contract.fromBlock,
        entry: { id: recordId, cid, patient: PATIENT, author, ...place },
      },
      node,
    );
    return { node, proof, network: { chainId: network.chainId, registries: [network.registry] } };
  }
});

/** One item alone in its entry: `{}` with a salt of 0x33. */
const proofItem = {
  item: {
    bytes: 'e30=',
    digest: '0x44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    leafSalt: `0x${'33'.repeat(32)}`,
    leaf: '0x8f1518053954b87462fc68aae84af9e4a23c0a3382ca8ddafdcfa998a8ce208e',
    path: [],
    root: '0x8f1518053954b87462fc68aae84af9e4a23c0a3382ca8ddafdcfa998a8ce208e',
  },
};

it('topics are those of the events that they are for', () => {
  expect(MEMBER_TOPICS).toEqual({
    enrolled: id('Enrolled(address,uint8,address)'),
    suspended: id('Suspended(address,address,bool)'),
    removed: id('Removed(address,address)'),
    struck: id('Struck(address,uint8,uint40)'),
    cleared: id('StrikesCleared(address)'),
  });
  expect(RECORD_ADDED).toBe(id('RecordAdded(bytes32,address,address,uint48,uint16,bytes32,bytes32)'));
});
