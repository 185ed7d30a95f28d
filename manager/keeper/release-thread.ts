import { parentPort } from 'node:worker_threads';
import { sodiumGroup } from './sodium-group.ts';
import { release, type ReleaseOrder } from './release.ts';

/*
 * A thread of `release-threads.ts`: takes one order at a time, and answers each with what it gives, or with the error that it ended in.
 * All that comes over this port was made by this process.
 */

const port = parentPort;
if (port === null) throw new Error('this is no program: release-threads.ts starts it');
const group = await sodiumGroup();
port.on('message', (order: ReleaseOrder) => {
  try {
    const sealed = release(group, order);
    port.postMessage({ sealed }, [sealed.buffer]);
  } catch (error) {
    port.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
