import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Keyring } from '../../extension/core/keys/keyring.ts';
import { fromWords } from '../../extension/core/keys/mnemonic.ts';
import { launchBrowser } from '../../scripts/lib/browser.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { startStack, type Stack } from '../../scripts/lib/stack.ts';
import { PASSWORD, WalletApp } from '../../test/e2e/pages/wallet-app.ts';
import { isMember } from '../../test/e2e/support/network.ts';
import { until, within } from '../../scripts/lib/patience.ts';
import { startRawChromium } from '../raw-chromium.ts';
import type { Line } from '../report.ts';
import { serveSite } from '../site.ts';
import { measureDoctor } from './doctor.ts';
import type { Asked } from './rpc-counter.ts';
import { measurePatient, WHAT, type PatientTimes } from './patient.ts';
import { ITEMS, Seeder } from './seed.ts';

const CLOSE_MS = 30_000;
const FEW = 10;
const MOST_RATIO = 1.5;
const MOST_REBUILD_RATIO = 2;
const MOST_MEMORY_MIB = 150;
const MOST_CALLS = { page: 3, reading: 3, poll: 1 } as const;

export interface Scale {
  /** Entries of the large record. */
  readonly entries: number;
  /** Patients of the busy doctor. */
  readonly patients: number;
}

/** A patient whose record has so many entries, made by their own wallet and filled beside it; and what they wait for. */
async function patientWith(stack: Stack, entries: number): Promise<PatientTimes> {
  const profileDir = await mkdtemp(join(tmpdir(), 'salus-bench-scale-'));
  const { extensionDir, network } = stack;
  const site = await serveSite('<!doctype html><title>Site</title><p>A site</p>');
  try {
    const browser = await launchBrowser({ extensionDir, profileDir });
    const app = await WalletApp.open(browser);
    const keyring = await Keyring.fromEntropy(fromWords((await app.createWallet()).join(' ')));
    const joined = async () => ((await isMember(stack, keyring.address)) ? true : undefined);
    await until('the patient to be a member', joined);
    await within(CLOSE_MS, 'the browser to close', browser.close());
    console.log(`    filling a record with ${entries} entries`);
    const seeder = new Seeder(network);
    const blocks = await seeder.entries(keyring, entries, (done) => {
      if (done % 1_000 === 0) console.log(`    ${done} of ${entries}`);
    });
    await seeder.settle();
    seeder.close();
    console.log('    measuring');
    const raw = await startRawChromium(profileDir, [extensionDir]);
    try {
      const own = `chrome-extension://${browser.extensionId}/`;
      const { managers } = network;
      const record = { entries, items: entries * ITEMS, blocks };
      const who = { own, password: PASSWORD, recipient: ACCOUNTS.hospital.address };
      return await measurePatient({ browser: raw, site, managers, ...who, ...record }, `n${entries}`);
    } finally {
      await raw.close();
    }
  } finally {
    site.close();
    await rm(profileDir, { recursive: true, force: true });
  }
}

function patientLines(few: PatientTimes, many: PatientTimes, entries: number): Line[] {
  const names = Object.keys(WHAT) as (keyof typeof WHAT)[];
  return names.map((name): Line => {
    const title = `${WHAT[name]}, ${entries} entries`;
    if (name === 'memory') {
      const also = `more than the ${Math.round(few.memory)} with ${FEW}`;
      const target = { most: MOST_MEMORY_MIB, of: 'measured' } as const;
      return { name: title, measured: many.memory - few.memory, unit: 'MiB', also, target };
    }
    if (name === 'rebuild') {
      const limit = { what: 'download and AES-GCM of the same', value: many.download };
      return {
        name: title,
        measured: many[name],
        unit: 'ms',
        limit,
        target: { most: MOST_REBUILD_RATIO, of: 'ratio' },
      };
    }
    const limit = { what: `with ${FEW}`, value: few[name] };
    return { name: title, measured: many[name], unit: 'ms', limit, target: { most: MOST_RATIO, of: 'ratio' } };
  });
}

async function doctorLines(stack: Stack, patients: number): Promise<Line[]> {
  console.log(`    a doctor with ${FEW} patients`);
  const few = await measureDoctor(stack, FEW);
  console.log(`    a doctor with ${patients} patients`);
  const many = await measureDoctor(stack, patients);
  const line = (what: string, own: Asked, other: Asked, most?: number): Line => ({
    name: `calls to the node for ${what}, ${patients} patients`,
    measured: own.methods.length,
    unit: 'calls',
    also: [...Map.groupBy(own.methods, (method) => method)]
      .map(([method, all]) => `${method} ${all.length}`)
      .join(', '),
    limit: { what: `with ${FEW}`, value: other.methods.length },
    ...(most !== undefined && { target: { most, of: 'measured' } }),
  });
  return [
    line('the first list after unlocking', many.first, few.first),
    line('one page of a list', many.page, few.page, MOST_CALLS.page),
    line('one reading', many.reading, few.reading, MOST_CALLS.reading),
    line('a poll with nothing new', many.poll, few.poll, MOST_CALLS.poll),
  ];
}

/** What grows with the history: a patient's wallet with ten entries and with many, a doctor's with ten patients and with many. */
export async function scaleLines({ entries, patients }: Scale): Promise<Line[]> {
  const lines: Line[] = [];
  const stack = await startStack();
  try {
    if (entries > 0)
      lines.push(...patientLines(await patientWith(stack, FEW), await patientWith(stack, entries), entries));
    if (patients > 0) lines.push(...(await doctorLines(stack, patients)));
    return lines;
  } finally {
    await stack.stop();
  }
}
