import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { LogReader } from '../../../extension/core/chain/logs.ts';
import { originHash } from '../../../extension/core/registry/client.ts';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { siteTrust } from '../../../extension/core/wallet/trust.ts';
import { listOwn, listShared } from './listings.ts';
import { allergy, DOCTOR, importOwn, PATIENT, share, world } from './wallets.ts';

const SITE = 'https://clinic.example';
/** Where the product's own code is. */
const PRODUCT = ['extension', 'portal', 'manager'];

/** The files that one of some words is in. */
async function filesWith(words: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const root of PRODUCT) {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (/\.(ts|svelte)$/.test(entry.name) && words.test(await readFile(path, 'utf8'))) found.push(path);
    }
  }
  return found.sort();
}

describe('logs', () => {
  it('are asked for in one place alone', async () => {
    const asking = /getLogs|queryFilter|newFilter|newBlockFilter|getFilter(Changes|Logs)|eth_subscribe|trace_/;
    expect(await filesWith(asking)).toEqual([
      'extension/core/chain/log-windows.ts',
      // The list of what sites may ask of the network’s node: it is passed on, and nothing of the wallet goes by the answer.
      'extension/rpc/params/chain.ts',
      // The list of what a page of the wallet’s own asks through the background, by the reader above.
      'extension/rpc/ui-proof.ts',
    ]);
  });

  it('come over one kind of line, with its time-out and its bounds', async () => {
    const lines = /\b(JsonRpc(Api(Polling)?)?Provider|WebSocketProvider|FetchRequest|getDefaultProvider)\(/;
    expect(await filesWith(lines)).toEqual([]);
    expect(await filesWith(/extends JsonRpc\w*Provider/)).toEqual(['manager/node-provider.ts']); // which asks by EthereumNode
  });
});

describe('a wallet with a long history', () => {
  /** How many readings of a reader of logs are under way. */
  function watchReader(): { underWay: number } {
    const reader = { underWay: 0 };
    const read = LogReader.prototype.read;
    vi.spyOn(LogReader.prototype, 'read').mockImplementation(function (this: LogReader, ...args) {
      reader.underWay++;
      return read.apply(this, args).finally(() => reader.underWay--);
    });
    onTestFinished(() => void vi.restoreAllMocks());
    return reader;
  }

  /** Blocks of each question for logs that a wallet asks, each while a reader of logs is at work. */
  function watch({ client: { provider } }: Session, reader: { readonly underWay: number }): number[] {
    const ranges: number[] = [];
    const real = provider.send.bind(provider);
    Object.assign(provider, {
      send: (method: string, params: unknown[]) => {
        if (method !== 'eth_getLogs') return real(method, params);
        if (reader.underWay === 0) throw new Error('logs asked for by somebody else');
        const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
        ranges.push(Number(toBlock) - Number(fromBlock) + 1);
        return real(method, params);
      },
    });
    return ranges;
  }

  it('asks only for what is new when it imports, shares, ends and lists, and for nothing when nothing is', async () => {
    const w = await world();
    const registry = await w.deploy();
    await registry.as(w.evm.who.hospital).getFunction('setOrigin').send(originHash(SITE), true);
    const patient = await w.open(PATIENT, registry.network);
    await ensureMembership(patient);
    const doctor = await w.open(DOCTOR, registry.network, 'provider');
    await w.hire(registry, doctor);
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    await share(patient, doctor);
    await w.evm.mine(300); // each a second: what is signed holds for ten minutes
    await listOwn(patient);
    await listShared(doctor);
    await siteTrust(patient, patient.storage, SITE);

    const reader = watchReader();
    const asked = [watch(patient, reader), watch(doctor, reader)];
    await importOwn(patient, allergy('Latex'));
    await drainOutbox(patient);
    const consent = await share(patient, doctor);
    await listShared(doctor);
    await endConsent(patient, consent);
    await listOwn(patient);
    await listShared(doctor);
    for (const ranges of asked) {
      expect(ranges.length).toBeGreaterThan(0);
      expect(Math.max(...ranges)).toBeLessThan(64);
      ranges.length = 0;
    }

    await siteTrust(patient, patient.storage, SITE);
    await ownConsents(patient);
    await activity(patient);
    await listOwn(patient);
    await listShared(doctor);
    expect(asked).toEqual([[], []]);
  });
});
