import { describe, expect, it } from 'vitest';
import { fromBase64, own, toBase64, type Bytes } from '../../../extension/core/bytes.ts';
import { parseCheckpoint, signCheckpoint } from '../../../extension/core/custody/checkpoint.ts';
import { decodeLogReply, encodeLogReply, type LogReply } from '../../../extension/core/custody/keeper-messages.ts';
import { eciesOpen, eciesSeal } from '../../../extension/core/keys/ecies.ts';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { followOpenings } from '../../../extension/core/wallet/follow-openings.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { keeperKeys } from '../../../manager/keeper/keys.ts';
import { listOwn, listShared } from './listings.ts';
import { fill } from './support.ts';
import { allergy, importOwn, json, PATIENT, share, world } from './wallets.ts';

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
    const { network, patient, doctor, consentId, openings, broken } = await scene();
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

    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    await doctor.catalogue.sync();
    const folder = (await patient.folders()).tag('allergies');
    await endConsent(patient, { consentId, recipient: doctor.address });
    // A wallet that goes on asking.
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
    await expect(doctor.keepers!.read({ folder: place, keyring, places }, [id], 1)).rejects.toMatchObject({
      code: 'no-consent',
    });
    const [newest] = await openings();
    expect(newest).toMatchObject({ refused: true, who: doctor.address.toLowerCase(), section: 'allergies', count: 1 });
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
