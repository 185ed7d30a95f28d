import { join } from 'node:path';
import * as dagPb from '@ipld/dag-pb';
import type { CID } from 'multiformats/cid';
import { expect, test } from 'vitest';
import { followerOf } from '../../../bench/scale/entrusted.ts';
import { ITEMS, SECTIONS, Seeder } from '../../../bench/scale/seed.ts';
import { random } from '../../../extension/core/bytes.ts';
import { filtersOfPatients } from '../../../extension/core/chain/follower.ts';
import { combine, entryInput, ownEntryKey } from '../../../extension/core/custody/entry-key.ts';
import { decodeKeyring } from '../../../extension/core/custody/keyring-object.ts';
import { answer, elementOf } from '../../../extension/core/custody/voprf.ts';
import { Keyring } from '../../../extension/core/keys/keyring.ts';
import type { Network } from '../../../extension/core/network/descriptor.ts';
import { LocalEntryReader } from '../../../extension/core/records/local-reader.ts';
import { cidFromDigest, DAG_PB } from '../../../extension/core/storage/cid.ts';
import { keeperKeys } from '../../../manager/keeper/keys.ts';
import { openSqlite } from '../../../manager/keeper/sqlite.ts';
import { chainBytes, filesBelow, Scanner } from '../../e2e/support/scan.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { managersApart } from './keeper-process.ts';
import { replyOf } from './keeper-world.ts';

const ENTRIES = 20;
const READER = 'Dr Greta Marked';

/** A patient with 200 items, shared with a doctor, at three managers that run by themselves. */
async function shared() {
  const world = await managersApart();
  const { apart, managers, registry, doctor } = world;
  const network: Network = {
    ...registry.network,
    rpcUrl: apart[0]!.node.url,
    managers: apart.map(({ relay }) => relay.url),
    custody: {
      threshold: 2,
      keepers: managers.map(({ url, account, keeper: { key, logKey: log } }) => {
        return { url, account, key, log, operator: url };
      }),
    },
  };
  const keyring = await Keyring.fromEntropy(random(32));
  const seeder = new Seeder(network);
  await seeder.join(keyring);
  await seeder.entries(keyring, ENTRIES);
  await seeder.share(keyring, doctor.address, READER);
  seeder.close();
  const filters = filtersOfPatients([keyring.address]);
  const events = await followerOf(network, world.evm.provider).past(filters, await world.evm.provider.getBlockNumber());
  const records = events.filter((event) => event.kind === 'record');
  const anchored = events.filter((event) => event.kind === 'rotated').at(-1)!;
  const patient = keyring.address.toLowerCase();
  /** What the managers give the doctor for a record. */
  const given = (record: (typeof records)[number]) =>
    Promise.all(
      managers.map(async (manager, i) => {
        const changes = { patient, folder: record.folder };
        const reply = await replyOf(await world.read(doctor, manager, [record.id], changes), doctor);
        return { keeper: i + 1, ...reply.parts[0]! };
      }),
    );
  return { ...world, network, patient, records, anchored, given };
}

test(
  'nothing of a record stands in the clear with managers, on the chain or between them; and k − 1 shares with all there is read nothing',
  {
    timeout: 90_000,
  },
  async () => {
    const { apart, group, address, network, patient, records, anchored, given, evm } = await shared();
    expect(records).toHaveLength(ENTRIES);
    const block = async (cid: CID) => {
      const answered = await fetch(`${network.managers[0]}/ipfs/${cid.toString()}?format=raw`);
      if (!answered.ok) throw new Error(`a block was answered with ${answered.status}`);
      return answered.bytes();
    };
    async function* file(cid: CID): AsyncGenerator<Uint8Array> {
      const bytes = await block(cid);
      if (cid.code !== DAG_PB) yield bytes;
      else for (const { Hash } of dagPb.decode(bytes).Links) yield* file(Hash);
    }
    const reader = new LocalEntryReader({ block, file }, group);
    const [record] = records as [(typeof records)[number]];
    const keyring = decodeKeyring(await block(cidFromDigest(anchored.keyring)));
    const { commitments } = keyring.folders.find(({ folder }) => folder === record.folder)!;
    const place = { ...record, chainId: CHAIN_ID, registry: address, patient };
    const cid = cidFromDigest(record.cid).toString();

    const parts = await given(record);

    // What a stranger has: every block, every keyring's object, and the share of one keeper.
    const { secrets, dataDir } = apart[0]!;
    const store = openSqlite(join(dataDir, 'keeper.sqlite'));
    const kept = (await store.shares.shareFor({ registry: address, patient, folder: record.folder }, 0))!;
    await store.close();
    const share = (await keeperKeys(secrets[1])).open(kept.sealed, { ...record, ...kept });
    const own = { keeper: 1, ...answer(group, share, [elementOf(group, entryInput(place))]) };
    expect(combine(group, commitments, [place], [own])).toEqual({ wrong: [] });
    const asAnother = combine(group, commitments, [place], [own, { ...own, keeper: 2 }, { ...own, keeper: 3 }]);
    expect(asAnother).toEqual({ wrong: [2, 3] });
    await expect(reader.unwrap(cid, { key: ownEntryKey(group, share, place) })).rejects.toThrow();

    // The same with what two of them give: it is the share that was missing, and nothing else.
    const { keys } = combine(group, commitments, [place], parts.slice(1));
    const content = await reader.unwrap(cid, { key: keys![0]! });
    const index = JSON.stringify(await reader.openIndex(cid, content, record.commitment));
    expect(index).toContain('Glucose');

    const marks: Record<string, string> = { 'the reader': READER, 'a title': 'Glucose fasting', section: '"results"' };
    for (let entry = 0; entry < ENTRIES; entry++)
      for (let item = 0; item < ITEMS; item++) {
        const mark = `Entry ${entry} of ${SECTIONS[entry % SECTIONS.length]}, item ${item}.`;
        marks[mark] = mark;
      }
    expect(Object.keys(marks).length).toBeGreaterThan(200);
    const scanner = new Scanner(marks);
    const clean = (where: string, things: readonly Buffer[]) => {
      expect(things.length, where).toBeGreaterThan(0);
      for (const bytes of things) {
        expect(scanner.find(bytes), where).toEqual([]);
      }
    };
    expect(scanner.find(Buffer.from('{"text":"Entry 7 of medications, item 3. Taken at rest"}'))).toHaveLength(1);
    for (const { relay, node, running, dataDir: folder } of apart) {
      const files = await filesBelow(folder);
      clean(
        'files',
        files.map(({ bytes }) => bytes),
      );
      // Sealing compresses first: no block is mere compression.
      for (const { bytes } of files.slice(0, 60))
        expect(new Scanner({ a: 'Taken at rest' }).findInflated(bytes)).toEqual([]);
      clean('what went to and fro', relay.bodies);
      clean(
        'what the node was asked',
        node.asked.map((asked) => Buffer.from(JSON.stringify(asked))),
      );
      clean('its log', [Buffer.from(running.errors.join(''))]);
    }
    clean(
      'the chain',
      (await chainBytes(network.rpcUrl)).map(({ bytes }) => bytes),
    );
    expect(await evm.provider.getBlockNumber()).toBeGreaterThan(0);
  },
);
