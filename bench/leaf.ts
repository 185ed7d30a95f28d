import { statSync } from 'node:fs';
import { join } from 'node:path';
import { random, toHex } from '../extension/core/bytes.ts';
import { PURPOSE_BITS } from '../extension/core/consent/purposes.ts';
import { lineOf } from '../manager/keeper/opening.ts';
import { openSqlite } from '../manager/keeper/sqlite.ts';
import type { Line } from './report.ts';

const LEAVES = 20_000;
const AT_ONCE = 500;

const address = () => toHex(random(20));

/** A keeper's file with so many openings of one entry each. @returns its size in bytes */
async function sizeWith(path: string, leaves: number): Promise<number> {
  const store = openSqlite(path);
  for (let done = 0; done < leaves; done += AT_ONCE) {
    const adding = Array.from({ length: Math.min(AT_ONCE, leaves - done) }, async () => {
      const who = { signer: address(), patient: address(), folder: 0xffff_ffff };
      const when = { at: Math.floor(Date.now() / 1_000), block: 20_000_000 };
      const asked = { records: [toHex(random(32))] };
      await store.log.append(await lineOf({ kind: 'read', ...when, ...who, asked, purpose: PURPOSE_BITS.TREAT }));
    });
    await Promise.all(adding);
  }
  // Closed, all of it is in the one file.
  await store.close();
  return statSync(path).size;
}

/** What a line of the log of openings costs on a keeper's disk, with its part of the tree. */
export async function bytesOfLeaf(dir: string): Promise<Line> {
  const size = (await sizeWith(join(dir, 'leaves.sqlite'), LEAVES)) - (await sizeWith(join(dir, 'none.sqlite'), 0));
  const measured = size / LEAVES;
  return { name: 'a log leaf on the disk', measured, unit: 'bytes', also: `of ${LEAVES}, for one entry each` };
}
