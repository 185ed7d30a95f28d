import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openCar } from '../../../manager/uploads/car-reader.ts';
import { makeCar, rawBlock } from './fixtures.ts';

/** `start`, then zeros without end; `read` counts all of it. */
function endless(start: Uint8Array): { source: AsyncIterable<Uint8Array>; read: () => number } {
  let total = 0;
  function* generate(): Generator<Uint8Array> {
    for (let chunk = start; total < 100_000_000; chunk = new Uint8Array(65_536)) {
      total += chunk.length;
      yield chunk;
    }
  }
  return { source: Readable.from(generate()), read: () => total };
}

test.each([
  ['a header', () => Promise.resolve(new Uint8Array())],
  ['a block', async () => makeCar([(await rawBlock('a')).cid], [])],
])('%s that claims 256 MiB is refused before it is buffered', async (_what, before) => {
  const claim = Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0x01]);
  const { cid } = await rawBlock('a');
  const { source, read } = endless(Buffer.concat([await before(), claim, cid.bytes]));
  const reading = openCar(source, 10_000).then(({ blocks }) => blocks.next());
  await expect(reading).rejects.toMatchObject({ code: expect.stringMatching(/^bad-(car|block)$/) as string });
  expect(read()).toBeLessThan(200_000);
});
