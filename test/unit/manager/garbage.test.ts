import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { DiskBlocks } from '../../../manager/blocks/disk.ts';
import { collectGarbage } from '../../../manager/blocks/garbage.ts';
import { Pins, PinsDamaged } from '../../../manager/blocks/pins.ts';
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

test('goes on beside uploads, and takes nothing of theirs, neither while they last nor once they are pinned', async () => {
  const manager = await startManager();
  const { root, blocks, items } = await entry();
  const [orphan, before] = [await rawBlock('orphan'), await rawBlock('an orphan that an upload comes to need')];
  for (const block of [orphan, before, items[0]]) await manager.blocks.put(block.cid, block.bytes);
  let finish = (): void => undefined;
  const uploading = new Promise<void>((resolve) => (finish = resolve));
  const upload = manager.gate.upload(async (hold) => {
    for (const block of blocks) {
      await hold(block.cid);
      await manager.blocks.put(block.cid, block.bytes);
    }
    await uploading;
    await manager.pins.add([root.cid]);
  });
  await vi.waitFor(async () => expect(await manager.blocks.get(root.cid)).toBeDefined());
  expect(await collectGarbage(manager)).toEqual({ kept: 3, removed: 2, damaged: 0 });

  // The upload ends while a collection is under way that has not seen its pin.
  const list = manager.blocks.list.bind(manager.blocks);
  manager.blocks.list = async function* () {
    finish();
    await upload;
    yield* list();
  };
  expect(await collectGarbage(manager)).toEqual({ kept: 3, removed: 0, damaged: 0 });
  manager.blocks.list = list;
  expect(await collectGarbage(manager)).toEqual({ kept: 3, removed: 0, damaged: 0 });
});

test('what is being deleted is gone before an upload writes it anew', async () => {
  const manager = await startManager();
  const block = await rawBlock('block');
  await manager.blocks.put(block.cid, block.bytes);
  const remove = manager.blocks.delete.bind(manager.blocks);
  let isStored = false;
  let storing: Promise<void> | undefined;
  manager.blocks.delete = async (cid) => {
    storing = manager.gate.upload(async (hold) => {
      await Promise.resolve();
      await hold(block.cid);
      await manager.blocks.put(block.cid, block.bytes);
      isStored = true;
      await manager.pins.add([block.cid]);
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isStored).toBe(false);
    await remove(cid);
  };
  expect(await collectGarbage(manager)).toMatchObject({ removed: 1 });
  await storing;
  expect(await manager.blocks.get(block.cid)).toBeDefined();
});

test('two at once are one', async () => {
  const manager = await startManager();
  const [first, second] = await Promise.all([collectGarbage(manager), collectGarbage(manager)]);
  expect([first, second]).toEqual([{ kept: 0, removed: 0, damaged: 0 }, undefined]);
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
