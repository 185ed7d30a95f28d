import * as dagCbor from '@ipld/dag-cbor';
import { Wallet as Signer } from 'ethers';
import { describe, expect, it } from 'vitest';
import { fromHex, own, toHex, type Bytes } from '../../../../extension/core/bytes.ts';
import { topicOf } from '../../../../extension/core/chain/events.ts';
import { skeletons } from '../../../../extension/core/directory/alike.ts';
import { findMembers, listMembers } from '../../../../extension/core/directory/find.ts';
import { keepDirectory, keptDirectory } from '../../../../extension/core/directory/kept.ts';
import { loadDirectory, type LoadProgress } from '../../../../extension/core/directory/load.ts';
import { afterLogs, PROFILE_SET, type MemberRows } from '../../../../extension/core/directory/members.ts';
import { MOST_PROFILE_BYTES, readProfile } from '../../../../extension/core/directory/profile.ts';
import { SalusError } from '../../../../extension/core/errors.ts';
import { Questions } from '../../../../extension/core/proof/questions.ts';
import { Role } from '../../../../extension/core/registry/abi.ts';
import { cidFromDigest, cidOf, DAG_CBOR, digestOf } from '../../../../extension/core/storage/cid.ts';
import type { Session } from '../../../../extension/core/wallet/session.ts';
import type { Registry } from '../evm.ts';
import { codeOf, PATIENT, world } from '../wallets.ts';

const NOW = Math.floor(Date.now() / 1000);
const doctorNamed = (name: string, speciality = 'Cardiology', city?: string) => ({
  resourceType: 'Practitioner',
  name: [{ text: name }],
  qualification: [{ code: { text: speciality } }],
  ...(city !== undefined && { address: [{ city }] }),
});
const clinicNamed = (name: string, city: string) => ({ resourceType: 'Organization', name, address: [{ city }] });

async function scene(changes: Partial<Registry['network']> = {}) {
  const w = await world();
  const registry = await w.deploy();
  const network = { ...registry.network, ...changes };
  const patient = await w.open(PATIENT, network);
  const staffed = registry.as(w.evm.who.hospital);
  const enrol = async (address = Signer.createRandom().address, role: Role = Role.Doctor) => {
    await staffed.getFunction('enrol').send(address, role);
    return address;
  };
  const publish = async (address: string, profile: unknown, bytes = own(dagCbor.encode(profile))) => {
    const cid = await cidOf(DAG_CBOR, bytes);
    await w.shared.put(cid, bytes);
    await registry
      .as(await w.evm.impersonate(address))
      .getFunction('setProfile')
      .send(toHex(digestOf(cid)));
  };
  const block = async (digest: string): Promise<Bytes> =>
    patient.storage.block(cidFromDigest(fromHex(digest)).toString());
  const asked: number[] = [];
  const load = async ({ profile = block, session = patient, signal = new AbortController().signal } = {}) => {
    const { provider, ranges } = w.evm.node();
    asked.length = 0;
    const progress: LoadProgress[] = [];
    const rows = await loadDirectory({
      questions: new Questions((m, p) => provider.send(m, [...p]), network.registry),
      fromBlock: network.fromBlock,
      finality: network.finality ?? 'latest',
      kept: await keptDirectory(session),
      keep: (part) => keepDirectory(session, part),
      profile: (digest) => (asked.push(1), profile(digest)),
      onProgress: (one) => progress.push(one),
      signal,
    });
    return { rows, ranges, progress, asked: asked.length };
  };
  const hospital = w.evm.who.hospital.address;
  return { ...w, registry, network, patient, enrol, publish, load, block, hospital, staffed };
}
const names = (rows: MemberRows, typed: string) =>
  findMembers(listMembers(rows, NOW), typed, 50).found.map(({ name }) => name);
const keptRows = async (session: Session): Promise<MemberRows> =>
  new Map((await keptDirectory(session)).members.map((row) => [row.address, row]));

describe('the directory', () => {
  it('of 300 members is loaded, kept, and searched without a network; a second load asks for new blocks alone', async () => {
    const { enrol, publish, load, patient, hospital, evm } = await scene();
    await publish(hospital, clinicNamed('Lakeside Hospital', 'Geneva'));
    const all: string[] = [];
    for (let i = 0; i < 299; i++) all.push(await enrol(undefined, i % 10 === 0 ? Role.Pharmacist : Role.Doctor));
    for (const [i, address] of all.slice(0, 30).entries()) {
      await publish(address, doctorNamed(`Dr Nr${i} Tester`, i === 7 ? 'Paediatric cardiology' : 'Surgery'));
    }
    const first = await load();
    expect([...first.rows.values()].filter(({ role }) => role !== Role.Registrar)).toHaveLength(300);
    expect(first.asked).toBe(31);
    expect(first.progress.at(-1)).toMatchObject({ of: 'profiles', total: 31 });

    // What is kept says the same, and asks nobody.
    const kept = await keptRows(patient);
    expect(kept).toEqual(first.rows);
    expect(names(kept, 'cardio')).toEqual(['Dr Nr7 Tester']);
    expect(names(kept, 'nr7 geneva lakes')).toEqual(['Dr Nr7 Tester']);
    expect(names(kept, 'nobody')).toEqual([]);
    const [found] = findMembers(listMembers(kept, NOW), 'cardio', 50).found;
    expect(found).toMatchObject({ active: true, city: 'Geneva', specialities: ['Paediatric cardiology'] });
    expect(found?.hospital).toEqual({ address: hospital.toLowerCase(), name: 'Lakeside Hospital' });

    const [, second = ''] = all;
    await evm.mine(3);
    await publish(second, doctorNamed('Dr Renamed Person'));
    const again = await load();
    expect(Math.max(...again.ranges)).toBeLessThanOrEqual(6);
    expect(again.asked).toBe(1);
    expect(names(again.rows, 'renamed')).toEqual(['Dr Renamed Person']);
    expect(names(await keptRows(patient), 'nr1 tester')).not.toContain('Dr Nr1 Tester');
  }, 240_000);

  it('says who may not act: suspended, removed, or of a hospital that is', async () => {
    const { enrol, publish, load, staffed, registry, evm, hospital } = await scene();
    const [ana, bo, cy] = [await enrol(), await enrol(), await enrol()];
    for (const [who, name] of [
      [ana, 'Ana One'],
      [bo, 'Bo One'],
      [cy, 'Cy One'],
    ] as const)
      await publish(who, doctorNamed(name));
    await staffed.getFunction('suspend').send(ana);
    await staffed.getFunction('remove').send(bo);
    const { rows } = await load();
    const active = (of: MemberRows) => listMembers(of, NOW).map(({ name, active: is }) => [name, is]);
    expect(active(rows)).toEqual([
      ['Cy One', true],
      [undefined, true], // the hospital
      ['Ana One', false],
    ]);
    await registry.as(evm.who.registrar).getFunction('suspend').send(hospital);
    expect(active((await load()).rows).map(([, is]) => is)).toEqual([false, false, false]);
    await registry.as(evm.who.registrar).getFunction('restore').send(hospital);
    expect(active((await load()).rows)).toContainEqual(['Cy One', true]);
    // Let in anew: those whom it vouched for before are nobody's until it does so again.
    await registry.as(evm.who.registrar).getFunction('remove').send(hospital);
    await registry.as(evm.who.registrar).getFunction('enrol').send(hospital, Role.Hospital);
    expect(active((await load()).rows)).toContainEqual(['Cy One', false]);
    const { rows: last } = await load();
    for (const { address, active: is } of listMembers(last, NOW)) {
      expect(await registry.contract.getFunction('isActive')(address)).toBe(is);
    }
  }, 60_000);

  it('takes a member without a name where its profile is hostile or away, and asks again only for what was away', async () => {
    const { enrol, publish, load, block, patient } = await scene();
    const [huge, junk, bidi, away] = [await enrol(), await enrol(), await enrol(), await enrol()];
    await publish(huge, undefined, own(dagCbor.encode(doctorNamed('x'.repeat(MOST_PROFILE_BYTES)))));
    await publish(junk, undefined, own(new Uint8Array([0xff, 1, 2])));
    await publish(bidi, doctorNamed('Dr \u202Eziza\u200B\nNoor', '<b>Heart</b>'));
    await publish(away, doctorNamed('Dr Away'));
    const isAway = { is: true };
    let lost = 0;
    const profile = async (digest: string) => {
      const bytes = await block(digest);
      if (isAway.is && readProfile(bytes)?.name === 'Dr Away') {
        lost++;
        throw new SalusError('block-missing', 'x');
      }
      return bytes;
    };
    const { rows } = await load({ profile });
    expect(lost).toBe(1);
    expect(rows.get(huge.toLowerCase())?.said?.name).toBeUndefined();
    expect(rows.get(junk.toLowerCase())?.said?.name).toBeUndefined();
    expect(rows.get(bidi.toLowerCase())?.said).toMatchObject({
      name: 'Dr ⟨U+202E⟩ziza⟨U+200B⟩ Noor',
      specialities: ['<b>Heart</b>'],
    });
    isAway.is = false;
    const again = await load({ profile });
    expect(again.asked).toBe(1);
    expect(names(await keptRows(patient), 'away')).toEqual(['Dr Away']);
  }, 60_000);

  it('keeps nothing that could still be undone, and shows it all the same', async () => {
    const { enrol, publish, load, patient } = await scene({ finality: 5 });
    const ana = await enrol();
    await publish(ana, doctorNamed('Ana New'));
    expect(names((await load()).rows, 'ana')).toEqual(['Ana New']);
    expect(names(await keptRows(patient), 'ana')).toEqual([]);
  }, 60_000);

  it('that is stopped in the middle goes on from there; of two loads one is kept', async () => {
    const { enrol, publish, load, block, patient } = await scene();
    for (let i = 0; i < 30; i++) await publish(await enrol(), doctorNamed(`Dr Nr${i} Tester`));
    const stop = new AbortController();
    let n = 0;
    const profile = (digest: string) => {
      if (++n === 28) stop.abort(new SalusError('cancelled', 'x'));
      return block(digest);
    };
    expect(await codeOf(load({ profile, signal: stop.signal }))).toBe('cancelled');
    expect(names(await keptRows(patient), 'tester')).toHaveLength(24);
    expect((await load()).asked).toBe(6);
    const { through = 0 } = await keptDirectory(patient);
    expect(await keepDirectory(patient, { from: through - 1, through, members: [] })).toBe(false);
    expect(await keepDirectory(patient, { from: through, through: through + 1, members: [] })).toBe(true);
  }, 60_000);

  it('is not kept where the wallet locks meanwhile', async () => {
    const { enrol, publish, load, block, patient, open, network } = await scene();
    await publish(await enrol(), doctorNamed('Dr Ana'));
    const session = await open(PATIENT, network);
    const profile = (digest: string) => {
      session.keyring.wipe();
      return block(digest);
    };
    expect(await codeOf(load({ session, profile }))).toBe('vault-locked');
    expect(names(await keptRows(patient), 'ana')).toEqual([]);
  }, 60_000);
});

describe('names that look alike', () => {
  it.each([
    ['Dr Noor Aziz', 'dr. noor aziz'],
    ['Dr Noor Aziz', 'Aziz, Noor'],
    ['Noor Aziz', 'Nооr Аziz'], // Cyrillic letters
    ['Noor Aziz', 'N00r Az1z'],
    ['Noor Aziz', 'Noor\u0301 Aziz'],
    ['Noor Aziz', 'Noor⟨U+200B⟩ Aziz'],
    ['Noor Aziz', 'No or Aziz'],
    ['Marnie Low', 'Mamie Low'],
  ])('%s and %s are taken for one another', (a, b) => {
    const [one, other] = [skeletons(a), new Set(skeletons(b))];
    expect(one.some((shape) => other.has(shape))).toBe(true);
  });

  it('are each marked, with their hospital and number, and never merged', async () => {
    const { enrol, publish, load } = await scene();
    const [real, fake, other] = [await enrol(), await enrol(), await enrol()];
    await publish(real, doctorNamed('Dr Noor Aziz'));
    await publish(fake, doctorNamed('Dr Nооr Aziz'));
    await publish(other, doctorNamed('Dr Noora Azizi'));
    const listed = listMembers((await load()).rows, NOW);
    const alike = new Map(listed.map((one) => [one.address, one.alike]));
    expect([real, fake, other].map((one) => alike.get(one.toLowerCase()))).toEqual([true, true, false]);
    expect(findMembers(listed, 'aziz', 50).found).toHaveLength(3);
  }, 60_000);
});

it('the events are those of the registry, and what a node makes up beside them spoils nothing', () => {
  expect(PROFILE_SET).toBe(topicOf('ProfileSet'));
  const place = { block: 1, hash: '0x', blockHash: '0x', transaction: '0x', index: 0, address: '0x' };
  const word = (n: number) => `0x${n.toString(16).padStart(64, '0')}`;
  const logs = [[topicOf('Enrolled'), word(7), word(99), word(8)], [PROFILE_SET, word(7)], [topicOf('Removed')]];
  expect(
    afterLogs(
      new Map(),
      logs.map((topics) => ({ ...place, topics, data: '0x' })),
    ).rows.size,
  ).toBe(0);
});

describe('a licence in a profile', () => {
  const said = (qualification: unknown) =>
    readProfile(own(dagCbor.encode({ resourceType: 'Practitioner', name: [{ text: 'Dr Noor' }], qualification })));
  const code = { text: 'Cardiology' };

  it('is read with its last day', () => {
    const [identifier, period] = [[{ value: 'RC-4711' }], { end: '2027-06-30' }];
    expect(said([{ code, identifier, period }])?.licence).toEqual({ number: 'RC-4711', until: '2027-06-30' });
    expect(said([{ code }, { code, identifier }])?.licence).toEqual({ number: 'RC-4711' });
  });

  it.each([
    ['a number that is none', [{ code, identifier: [{ value: 4711 }] }], undefined],
    ['a number that is too long', [{ code, identifier: [{ value: '4'.repeat(300) }] }], undefined],
    ['no list', [{ code, identifier: 'RC-4711' }], undefined],
    ['a day that is none', [{ code, identifier: [{ value: 'A' }], period: { end: 'soon' } }], { number: 'A' }],
    ['hidden letters', [{ code, identifier: [{ value: 'A\u202eB' }] }], { number: 'A⟨U+202E⟩B' }],
  ])('with %s takes nothing else away', (_what, qualification, licence) => {
    expect(said(qualification)).toEqual({ name: 'Dr Noor', specialities: ['Cardiology'], ...(licence && { licence }) });
  });
});
