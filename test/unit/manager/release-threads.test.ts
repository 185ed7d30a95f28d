import { expect, onTestFinished, test } from 'vitest';
import { random, toHex, type Bytes } from '../../../extension/core/bytes.ts';
import { decodeReply } from '../../../extension/core/custody/keeper-messages.ts';
import { isAnswer, elementOf } from '../../../extension/core/custody/voprf.ts';
import { entryInput } from '../../../extension/core/custody/entry-key.ts';
import { eciesOpen } from '../../../extension/core/keys/ecies.ts';
import { evenKey } from '../../../extension/core/keys/keyring.ts';
import { releasingInThreads } from '../../../manager/keeper/release-threads.ts';
import type { ReleaseOrder } from '../../../manager/keeper/release.ts';
import { sodiumGroup } from '../../../manager/keeper/sodium-group.ts';

const CHAIN_ID = 31_337;
const group = await sodiumGroup();
const reader = evenKey(random(32));

function orderFor(value: Bytes, count: number): ReleaseOrder {
  const place = { registry: toHex(random(20)), patient: toHex(random(20)), folder: 3, epoch: 0 };
  const entries = Array.from({ length: count }, () => {
    return { ...place, author: toHex(random(20)), commitment: random(32) };
  });
  const part = { epoch: 0, keyring: random(32), value, positions: entries.map((_, i) => i), entries };
  return { chainId: CHAIN_ID, nonce: random(32), publicX: reader.publicX, parts: [part] };
}

test(
  'threads give what the share gives, more orders at a time than there are of them',
  { timeout: 30_000 },
  async () => {
    const threads = releasingInThreads(2);
    onTestFinished(() => threads.close());
    await Promise.all(
      Array.from({ length: 7 }, async (_, i) => {
        const value = group.scalarFrom(random(64));
        const publicKey = group.multiplyGenerator(value);
        const order = orderFor(value, i + 1);
        const reply = decodeReply(await eciesOpen(reader.secret, await threads.release(order)));
        expect(reply.nonce).toEqual(order.nonce);
        const [part] = reply.parts;
        const elements = order.parts.flatMap(({ entries }) =>
          entries.map((entry) => elementOf(group, entryInput({ ...entry, chainId: CHAIN_ID }))),
        );
        expect(isAnswer(group, publicKey, elements, part!)).toBe(true);
        expect(value.byteLength, 'the share went over, and nothing of it stayed').toBe(0);
      }),
    );
  },
);

test('an order that cannot be carried out ends by itself, and one that comes after the end is refused', async () => {
  const threads = releasingInThreads(1);
  onTestFinished(() => threads.close());
  const broken = threads.release(orderFor(new Uint8Array(32), 1));
  const whole = threads.release(orderFor(group.scalarFrom(random(64)), 1));
  await expect(broken).rejects.toThrow('not a scalar');
  expect((await whole).byteLength).toBeGreaterThan(0);
  await threads.close();
  await expect(threads.release(orderFor(group.scalarFrom(random(64)), 1))).rejects.toThrow('being stopped');
});
