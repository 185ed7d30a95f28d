import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** What one worker of the end-to-end tests takes: a share of a core, since it mostly waits for other processes, and memory. */
const [CORE, BYTES] = [0.5, 1.5 * 1_073_741_824];
const [LEAST, MOST] = [2, 4];

function times(): { idle: number; all: number } {
  const all = cpus().map(({ times: t }) => t);
  const sum = (of: (t: (typeof all)[number]) => number) => all.reduce((n, t) => n + of(t), 0);
  return { idle: sum((t) => t.idle), all: sum((t) => t.user + t.nice + t.sys + t.irq + t.idle) };
}

/** Cores that nothing keeps busy now, over a second. */
async function freeCores(): Promise<number> {
  const before = times();
  await sleep(1_000);
  const after = times();
  return (cpus().length * (after.idle - before.idle)) / (after.all - before.all);
}

/** How many workers this machine has room for besides what runs on it already. */
export async function roomForWorkers(): Promise<number> {
  const room = Math.min((await freeCores()) / CORE, process.availableMemory() / BYTES);
  return Math.min(MOST, Math.max(LEAST, Math.round(room)));
}
