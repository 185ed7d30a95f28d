import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskBlocks } from '../../../manager/disk-blocks.ts';
import { collectGarbage } from '../../../manager/garbage.ts';
import { Pins, PinsDamaged } from '../../../manager/pins.ts';
import { entry, rawBlock, startManager, temporaryFolder } from './fixtures.ts';

test('keeps what a pin reaches and removes what a failed upload left', async () => {
  const manager = await startManager();
  const [kept, failed] = [await entry('kept'), await entry('failed')];
  await manager.store([kept.root.cid], kept.blocks);
  await manager.store([failed.root.cid], [failed.root, failed.items[0]]);
  expect(await manager.blocks.get(failed.root.cid)).toBeDefined();

  expect(await collectGarbage(manager)).toEqual({ kept: 3, removed: 2, damaged: 0 });
  for (const { cid } of kept.blocks) expect(await manager.blocks.get(cid)).toBeDefined();
  for (const { cid } of failed.blocks) expect(await manager.blocks.get(cid)).toBeUndefined();
});

test('gives way to an upload in progress, and uploads wait for it', async () => {
  const manager = await startManager();
  const { root, blocks } = await entry();
  let finish = (): void => undefined;
  const uploading = new Promise<void>((resolve) => (finish = resolve));
  const upload = manager.gate.upload(async () => {
    for (const block of blocks) await manager.blocks.put(block.cid, block.bytes);
    await uploading;
    await manager.pins.add([root.cid]);
  });
  expect(await collectGarbage(manager)).toBeUndefined();
  finish();
  await upload;

  const collection = collectGarbage(manager);
  let uploaded = false;
  const next = manager.gate.upload(() => Promise.resolve((uploaded = true)));
  await Promise.resolve();
  expect(uploaded).toBe(false);
  expect(await collection).toMatchObject({ kept: 3, removed: 0 });
  expect(await next).toBe(true);
});

test('deletes nothing while a pinned node cannot be read', async () => {
  const manager = await startManager();
  const { root, blocks } = await entry();
  const orphan = await rawBlock('orphan');
  await manager.store([root.cid], blocks);
  await manager.blocks.put(orphan.cid, orphan.bytes);
  await manager.blocks.delete(root.cid);
  expect(await collectGarbage(manager)).toEqual({ kept: 3, removed: 0, damaged: 1 });
});

test('drafts of a killed process are removed, of pins and of blocks', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'blocks', 'AA'), { recursive: true });
  await mkdir(join(folder, 'pins'));
  await writeFile(join(folder, 'blocks', 'AA', '.X.data.tmp'), 'half');
  await writeFile(join(folder, 'pins', 'bafy.tmp'), 'half');
  await DiskBlocks.open(join(folder, 'blocks'));
  expect((await Pins.open(join(folder, 'pins'))).size).toBe(0);
  await expect(rm(join(folder, 'blocks', 'AA', '.X.data.tmp'))).rejects.toThrow('ENOENT');
});

test('a pin that cannot be read stops the start', async () => {
  const folder = await temporaryFolder();
  const { root } = await entry();
  await writeFile(join(folder, root.cid.toString()), '');
  await expect(Pins.open(folder)).rejects.toThrow(PinsDamaged);
});

test('pins are added whole or not at all', async () => {
  const folder = await temporaryFolder();
  const [one, two] = [await rawBlock('one'), await rawBlock('two')];
  const pins = await Pins.open(folder);
  // A folder in the way of the draft makes the second write fail.
  await mkdir(join(folder, `${two.cid.toString()}.tmp`));
  await expect(pins.add([one.cid, two.cid])).rejects.toThrow('EISDIR');
  expect(pins.size).toBe(0);
  await rm(join(folder, `${two.cid.toString()}.tmp`), { recursive: true });
  expect((await Pins.open(folder)).size).toBe(0);
});
